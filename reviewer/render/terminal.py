"""For a terminal, at any width, with and without colour; wide characters are measured as two columns."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reviewer.domain import Review, Rubric
from reviewer.render.clean import folded
from reviewer.render.report import (
    Detail,
    Entry,
    Heading,
    Headline,
    Items,
    Meter,
    Meters,
    Node,
    Paragraph,
    Quote,
    Table,
    Title,
    Tone,
    Voice,
    report,
)
from reviewer.render.words import whole

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_STYLES: dict[Tone, str] = {
    "blocker": "bold red", "major": "bold yellow", "minor": "bold cyan", "good": "bold green",
    "bad": "bold red", "open": "bold yellow", "plain": "bold", "quiet": "dim",
}  # fmt: skip
_SIGNS: dict[Tone, str] = {
    "blocker": "■", "major": "▲", "minor": "•", "good": "✓", "bad": "✗", "open": "?", "plain": "?",
    "quiet": "-",
}  # fmt: skip


def escape(text: str) -> str:
    """One line of what can be seen; nothing in it steers the terminal."""
    return folded(text)


def terminal(review: Review, rubric: Rubric, voice: Voice, width: int, color: bool) -> str:
    """The report as lines of at most `width` columns."""
    return written(report(review, rubric, voice), width, color)


def written(nodes: Iterable[Node], width: int, color: bool) -> str:
    """Any nodes as lines."""
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    width = min(max(width, 40), 100)  # longer lines are hard to read, and there is nothing to put beside them
    console = Console(
        file=StringIO(),
        width=width,
        color_system="standard" if color else None,
        force_terminal=color,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    page = _Page(console, width)
    for node in nodes:
        page.put(node)
    for line in page.lines:
        line.rstrip()
    whole_text = Text("\n").join(page.lines)
    if not color:
        return f"{whole_text.plain}\n"
    with console.capture() as capture:
        console.print(whole_text, soft_wrap=True)
    return capture.get()


class _Page:
    """The lines written so far."""

    def __init__(self, console: "Console", width: int) -> None:
        self.console = console
        self.width = width
        self.lines: list[Text] = []
        self.roomy = False  # did the entry before have details? Then the next one stands apart from them

    def put(self, node: Node) -> None:
        """Write one node."""
        match node:
            case Title():
                self._title(node)
            case Heading():
                self.roomy = False
                self._blank()
                self._wrap([(escape(node.text), "bold")])
            case Headline():
                self._blank()
                parts = [(f"{escape(node.label)}: ", "bold"), (escape(node.text), _STYLES[node.tone])]
                if node.aside:
                    parts.append((f" · {escape(node.aside)}", ""))
                self._wrap(parts)
            case Meters():
                self._meters(node)
            case Table():
                self._table(node)
            case Paragraph():
                self._wrap([(escape(node.text), "dim" if node.tone == "quiet" else "")], "  ")
            case Items():
                self._items(node)
            case Entry():
                self._entry(node)

    def _title(self, node: Title) -> None:
        from rich.cells import cell_len

        text, aside = escape(node.text), escape(node.aside)
        if cell_len(text) + cell_len(aside) + 2 <= self.width:
            self._wrap([(text, "bold"), (f"  {aside}", "dim")])
        else:
            self._wrap([(text, "bold")])
            self._wrap([(aside, "dim")])
        self._wrap([("─" * self.width, "dim")])

    def _items(self, node: Items) -> None:
        for number, item in enumerate(node.rows, 1):
            sign = f"{number}." if node.ordered else _SIGNS[item.tone] if item.state else "-"
            parts = [(escape(item.text), "")]
            if item.state:
                parts.insert(0, (f"{escape(item.state)}: ", _STYLES[item.tone]))
            self._wrap(parts, f"  {sign} ", _STYLES[item.tone] if item.state else "")

    def _entry(self, node: Entry) -> None:
        if self.lines and (node.details or self.roomy):
            self._blank()
        self.roomy = bool(node.details)
        name, text = escape(node.name), escape(node.text)
        self._wrap([(f"{name}: ", "bold"), (text, "")], f"{_SIGNS[node.tone]} ", _STYLES[node.tone])
        for detail in node.details:
            match detail:
                case Quote():
                    self._wrap([(escape(detail.text), "")], "  │ ", _STYLES[node.tone], bar=True)
                    self._wrap([(escape(detail.where), "dim")], "  │ ", _STYLES[node.tone], bar=True)
                case Detail():
                    self._wrap([(f"{escape(detail.label)}: ", "italic"), (escape(detail.text), "")], "  ", hang=2)

    def _meters(self, node: Meters) -> None:
        from rich.cells import cell_len

        names = [escape(row.name) for row in node.rows]
        column = min(max(cell_len(name) for name in names), self.width // 3)
        room = min(self.width - column - 20, 40)
        for name, row in zip(names, node.rows, strict=True):
            pad = " " * (column - cell_len(name))
            figures = f"{whole(row.point):>4}  "
            spread = f"  {whole(row.low)}–{whole(row.high)}" if row.high > row.low else ""
            bar = list(_bar(row, room)) if room >= 10 else []
            self._wrap([(name + pad, ""), (figures, "bold"), *bar, (spread, "")], "  ")

    def _table(self, node: Table) -> None:
        from rich.cells import cell_len

        rows = [[escape(cell) for cell in row] for row in (node.heads, *node.rows)]
        sizes = [max(cell_len(row[column]) for row in rows) for column in range(len(node.heads))]
        for number, row in enumerate(rows):
            # Figures stand to the right of their column, so that they can be read downwards.
            gaps = [" " * (size - cell_len(cell)) for cell, size in zip(row, sizes, strict=True)]
            cells = "  ".join(gap + cell for cell, gap in zip(row[1:], gaps[1:], strict=True))
            self._wrap([(row[0] + gaps[0], ""), (f"  {cells}", "bold" if number else "dim")], "  ")

    def _blank(self) -> None:
        from rich.text import Text

        self.lines.append(Text())

    def _wrap(
        self,
        parts: list[tuple[str, str]],
        lead: str = "",
        lead_style: str = "",
        *,
        bar: bool = False,
        hang: int = 0,
    ) -> None:
        """Wrap the parts to the width; further lines hang below the first, behind the bar if there is one."""
        from rich.cells import cell_len
        from rich.text import Text

        body = Text.assemble(*parts)
        indent = cell_len(lead)
        for number, line in enumerate(body.wrap(self.console, self.width - indent - hang)):
            head = lead if number == 0 or bar else " " * (indent + hang)
            self.lines.append(Text.assemble((head, lead_style), line))


def _bar(row: Meter, room: int) -> Iterator[tuple[str, str]]:
    """The scale from 0 to 100 with the interval and the point on it."""
    last = room - 1
    low, point, high = (round(figure / 100 * last) for figure in (row.low, row.point, row.high))
    point = min(max(point, low), high)
    yield "·" * low, "dim"
    yield "━" * (point - low), "cyan"
    yield "●", "bold cyan"
    yield "━" * (high - point), "cyan"
    yield "·" * (last - high), "dim"
