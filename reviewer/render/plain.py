"""Nodes as one HTML file that needs nothing else and runs no script."""

from collections.abc import Iterable

from markupsafe import Markup

from reviewer.render.report import Node
from reviewer.render.web import policy, style, templates


def plain_page(nodes: Iterable[Node], title: str, language: str) -> str:
    """The nodes in order, in the style of the review's page."""
    return (
        templates()
        .get_template("plain.html.j2")
        .render(
            nodes=[(type(node).__name__, node) for node in nodes],
            kind=lambda detail: type(detail).__name__,
            title=title,
            language=language,
            style=Markup(style()),  # noqa: S704 - our own file
            policy=policy(style(), ""),
        )
    )
