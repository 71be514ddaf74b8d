"""The page: one answer that loads nothing, whose policy names its style and its script by their hashes."""

from pathlib import Path

from markupsafe import Markup

from reviewer.pipeline import FORMATS, say, web
from reviewer.serve.desk import Desk
from reviewer.serve.words import FOR_SCRIPT, WORDS

_HERE = Path(__file__).parent / "page"
# Beside style and script: it talks to its own server, shows reports in frames, and writes no HTML from strings.
_MORE = "connect-src 'self'; frame-src 'self'; img-src data:; frame-ancestors 'none'"
_TYPES = "require-trusted-types-for 'script'; trusted-types 'none'"


def page(desk: Desk, csrf: str, language: str) -> tuple[str, str]:
    """The page, and the content policy to send it with."""
    tell, model = say(language, WORDS), desk.options.model
    style = web.style() + (_HERE / "serve.css").read_text("utf-8")
    script = (_HERE / "serve.js").read_text("utf-8")
    text = (
        web.templates(_HERE)
        .get_template("serve.html.j2")
        .render(
            tell=tell,
            language=language,
            csrf=csrf,
            words={key: tell(key) for key in FOR_SCRIPT},
            rubrics=list(desk.rubrics(language)),
            options=desk.options,
            model=model.name if model else "",
            formats=FORMATS,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
        )
    )
    return text, "; ".join((web.policy(style, script), _MORE, _TYPES))
