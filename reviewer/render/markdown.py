"""GitHub-flavoured Markdown, fit for a pull request's comment: nothing from a proposal turns active."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from reviewer.domain import Review, Rubric
from reviewer.render.clean import folded
from reviewer.render.report import (
    Detail,
    Entry,
    Heading,
    Headline,
    Items,
    Meters,
    Node,
    Paragraph,
    Quote,
    Table,
    Title,
    Voice,
    report,
)
from reviewer.render.report import feedback as student_report
from reviewer.render.words import whole

# GitHub looks for mentions, issue numbers, commits, emoji and addresses in the *rendered* text, where a
# backslash or an entity is gone. A word joiner is still there: it cannot be seen, and it breaks no line.
_JOINER = "&#8288;"
_ACTIVE = re.compile(
    r"(?P<mention>@(?=[\w-]))"
    r"|(?P<issue>#(?=\d)|\bGH-(?=\d))"
    r"|(?P<scheme>\b[a-z][a-z0-9+.-]*:(?=//)|\b(?:mailto|xmpp|javascript|data|vbscript):)"
    r"|(?P<www>\bwww(?=\.))"
    r"|(?P<emoji>:(?=[\w+-]+(?::|$)))"  # what comes after may begin with a colon
    r"|(?P<commit>\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b)",
    re.IGNORECASE,
)
_SIX = re.compile(".{1,6}")
_MARKS = re.compile(r"[\\`*\[\]~|]|(?<![^\W_])_|_(?![^\W_])")
_BLOCK_START = re.compile(r"(?:[-+=#/:]|\d{1,9}(?=[.)]))")


def escape(text: str) -> str:
    """Text for any inline place, table cells too: one line in which no mark, link, mention or tag is left."""
    text = _ACTIVE.sub(_broken, folded(text).replace("\ue000", ""))
    text = _MARKS.sub(r"\\\g<0>", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    if start := _BLOCK_START.match(text):
        end = start.end() if start[0].isdigit() else 0
        text = f"{text[:end]}\\{text[end:]}"
    # At its end, a heading drops marks like those at its start.
    text = re.sub(r"(#+)$", lambda m: "\\#" * len(m[1]), text)
    # "$" opens mathematics on GitHub, where a backslash before it does not always help.
    return text.replace("$", "&#36;").replace("\ue000", _JOINER)


def _broken(match: re.Match[str]) -> str:
    # A commit's name is one from seven digits on, so no run of seven is left; the others break at their end.
    runs = _SIX.findall(match[0]) if match["commit"] else [match[0], ""]
    return "\ue000".join(runs)


def markdown(review: Review, rubric: Rubric, voice: Voice) -> str:
    """The report as Markdown."""
    return written(report(review, rubric, voice))


def feedback(review: Review, rubric: Rubric) -> str:
    """What a student gets, as Markdown: strengths first, then what to write next; no figure and no verdict."""
    return written(student_report(review, rubric))


def written(nodes: Iterable[Node]) -> str:
    """Any nodes as Markdown."""
    blocks = (block for node in nodes for block in _blocks(node))
    return "\n\n".join(blocks) + "\n"


def _blocks(node: Node) -> Iterator[str]:
    match node:
        case Title():
            yield f"## {escape(node.text)}"
            yield f"*{escape(node.aside)}*"
        case Heading():
            yield f"### {escape(node.text)}"
        case Headline():
            aside = f" · {escape(node.aside)}" if node.aside else ""
            yield f"### {escape(node.label)}: {escape(node.text)}{aside}"
        case Meters():
            yield _meters(node)
        case Table():
            yield _table(node)
        case Paragraph():
            yield escape(node.text)
        case Items():
            yield "\n".join(_items(node))
        case Entry():
            yield f"**{escape(node.name)}:** {escape(node.text)}"
            for kind, details in groupby(node.details, type):
                yield ("\n" if kind is Detail else "\n\n").join(map(_detail, details))


def _meters(node: Meters) -> str:
    rows = ((r.name, whole(r.point), f"{whole(r.low)}–{whole(r.high)}" if r.high > r.low else "") for r in node.rows)
    return _table(Table(node.heads, tuple(rows)))


def _table(node: Table) -> str:
    rule = "|---|" + "---:|" * (len(node.heads) - 1)
    head, *rows = ("| " + " | ".join(map(escape, cells)) + " |" for cells in (node.heads, *node.rows))
    return "\n".join((head, rule, *rows))


def _items(node: Items) -> Iterator[str]:
    for number, item in enumerate(node.rows, 1):
        state = f"**{escape(item.state)}:** " if item.state else ""
        yield f"{number}. {escape(item.text)}" if node.ordered else f"- {state}{escape(item.text)}"


def _detail(detail: Detail | Quote) -> str:
    match detail:
        case Quote():
            return f"> {escape(detail.text)}\n>\n> — {escape(detail.where)}"
        case Detail():
            return f"- *{escape(detail.label)}:* {escape(detail.text)}"
