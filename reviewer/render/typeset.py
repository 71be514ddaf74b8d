"""The proposal as HTML, set as it was written, with marks on what was quoted and notes beside their lines.

Marks are spans of the source. Markdown's inline rules keep no positions, so a mark's two ends are put into the
source as a character of its own before the rules run; an end that would change how the text is read moves to
the nearest place where it does not. Everything that is not a known token is text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup
from markupsafe import escape as escape_markup

from reviewer.domain import Block, Document
from reviewer.render.clean import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_END = "\ue000"  # what stands for the end of a mark: Markdown takes it for a letter
_SYNTAX = re.compile(r"[*_`\[\]<>~\\&!:|]")
_INLINE = re.compile(r"[\n*_`\[<~\\&]")  # text without any of these is text to every inline rule
_RUNS = ("list_item", "table_row")
_BULLET = re.compile(r"[-*+•·‣▪○–\ufffd] |\d{1,3}[.)] |[a-z][.)] ")
_RULE = re.compile(r"[\s|:+=-]+")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\](:?)")
_TASK = re.compile(f"{_END}*\\[{_END}*([ xX]){_END}*\\]{_END}*(?= )")
_RANK = {"blocker": 0, "major": 1, "minor": 2, "hidden": 3, "good": 4, "fact": 5}
_PLAIN_TAGS = {
    "em_open": "<em>", "em_close": "</em>", "strong_open": "<strong>", "strong_close": "</strong>",
    "s_open": "<s>", "s_close": "</s>", "hardbreak": "<br>",
    "bullet_list_open": "<ul>", "bullet_list_close": "</ul>", "ordered_list_close": "</ol>",
    "list_item_close": "</li>", "blockquote_open": "<blockquote>",
    "blockquote_close": "</blockquote>", "table_close": "</table></div>", "thead_open": "<thead>",
    "thead_close": "</thead>", "tbody_open": "<tbody>", "tbody_close": "</tbody>", "tr_open": "<tr>",
    "tr_close": "</tr>", "th_close": "</th>", "td_close": "</td>",
    "hr": "<hr>",
}  # fmt: skip

_BESIDE = ("paragraph_open", "heading_open", "table_open", "fence", "code_block")
_BESIDE_ENDS = ("paragraph_close", "heading_close", "table_close", "fence", "code_block")


def escape(text: str) -> Markup:
    """Text for any place in HTML, attributes too."""
    return escape_markup(visible(text))


class Mark(NamedTuple):
    """A span of the proposal that something is said about."""

    start: int
    end: int
    target: str  # the id of what is said
    tone: str
    label: str


class Aside(NamedTuple):
    """What stands beside a line: a note, already HTML; or, with a label, a gap behind a heading."""

    at: int
    html: Markup
    label: str = ""
    target: str = ""


def typeset(document: Document, marks: Iterable[Mark], asides: Iterable[Aside], levels_from: int = 3) -> Markup:
    """The proposal's HTML. Headings begin at `levels_from`, and skip no level."""
    setter = _Setter(document, sorted(marks, key=lambda m: (m.start, m.end)), asides, levels_from)
    setter.markdown() if document.format == "markdown" else setter.blocks()
    return Markup("".join(setter.out))  # noqa: S704 - see `put`


class _Setter:
    """The HTML written so far."""

    def __init__(self, document: Document, marks: Sequence[Mark], asides: Iterable[Aside], levels_from: int) -> None:
        self.document = document
        # Same length, so that offsets hold: no lone carriage returns, and no end of a mark.
        self.text = document.text.replace("\r\n", " \n").replace("\r", " ").replace(_END, " ")
        self.marks = marks
        self.starts = [mark.start for mark in marks]
        self.longest = max((mark.end - mark.start for mark in marks), default=0)
        self.waiting = sorted(asides, key=lambda aside: aside.at)
        self.levels_from = levels_from
        self.levels: list[int] = []
        self.begun: set[str] = set()
        self.here: list[Aside] = []  # beside the block that is being set
        self.open = False  # is there a box around that block and its notes?
        self.item = False  # is a list's item about to begin?
        self.out: list[str] = []  # HTML
        self.run = ""  # text that waits for its end
        self.below: list[Mark] = []

    # Shared by both ways

    def put(self, html: str) -> None:
        """Write HTML of our own making: tags, and text that went through `escape`."""
        if html:
            self.flush()
            self.out.append(html)

    def over(self, start: int, end: int) -> list[Mark]:
        """The marks that touch this span."""
        first = bisect_right(self.starts, start - self.longest - 1)
        last = bisect_right(self.starts, end - 1)
        return [mark for mark in self.marks[first:last] if mark.end > start and mark.start < end]

    def piece(self, text: str, marks: Sequence[Mark]) -> None:
        """A run of text below these marks; runs below the same ones become one link."""
        if self.run and list(marks) != self.below:
            self.flush()
        self.run += text
        self.below = list(marks)

    def flush(self) -> None:
        """Write the run that is waiting."""
        text, self.run = self.run, ""
        if not text:
            return
        if not self.below:
            self.out.append(escape(text))
            return
        best = min(self.below, key=lambda mark: _RANK[mark.tone])
        for mark in self.below:
            self.begin(mark.target)
        labels = "; ".join(dict.fromkeys(mark.label for mark in self.below))
        targets = " ".join(dict.fromkeys(mark.target for mark in self.below))
        self.put(
            f'<a class="m m-{escape(best.tone)}" href="#{escape(best.target)}" data-n="{escape(targets)}" '
            f'title="{escape(labels)}">{escape(text)}</a>'
        )

    def begin(self, target: str) -> None:
        """Where the way back from a note leads."""
        if target not in self.begun:
            self.begun.add(target)
            self.put(f'<span id="at-{escape(target)}"></span>')

    def plain(self, start: int, end: int) -> None:
        """A run of the source, with its marks."""
        marks = self.over(start, end)
        cuts = {start, end, *(m.start for m in marks), *(m.end for m in marks)}
        for a, b in pairwise(sorted(cut for cut in cuts if start <= cut <= end)):
            self.piece(self.text[a:b], [mark for mark in marks if mark.start < b and mark.end > a])

    def due(self, end: int) -> list[Aside]:
        """The asides of everything before this offset."""
        due = [aside for aside in self.waiting if aside.at < end]
        self.waiting = self.waiting[len(due) :]
        return due

    def level(self, written: int) -> int:
        """The level of a heading below ours; one that skips levels is set at the next one."""
        while self.levels and self.levels[-1] >= written:
            self.levels.pop()
        self.levels.append(written)
        return min(self.levels_from + len(self.levels) - 1, 6)

    def gaps(self, due: Iterable[Aside]) -> None:
        """What is missing here, behind the heading."""
        for aside in due:
            if aside.label:
                self.begin(aside.target)
                href, label = escape(aside.target), escape(aside.label)
                self.put(f' <a class="gap" href="#{href}" data-n="{href}">+ {label}</a>')

    def finish(self) -> None:
        """What found no line goes to the end."""
        self.flush()
        self.out.extend(aside.html for aside in self.waiting)

    # Text that is no Markdown: blocks as they were read

    def blocks(self) -> None:
        """Set the document by its blocks; rows that follow each other are a table, items a list."""
        for _, same in groupby(self.document.blocks, lambda block: block.kind if block.kind in _RUNS else block.start):
            run = list(same)
            due = self.due(run[-1].end)
            self.put('<div class="bit">')
            self.out.extend(aside.html for aside in due)
            match run[0].kind:
                case "heading":
                    self.heading(run[0], due)
                case "table_row":
                    self.rows(run)
                case "list_item" if not any(_BULLET.match(self.text, item.start) for item in run):
                    self.each("ul", "li", run)
                case kind:
                    self.each("", f'p class="{self.lined(run[0])}{kind}"', run)
            self.put("</div>")
        self.finish()

    def lined(self, block: Block) -> str:
        """Are its lines the author's? Those of a PDF are the page's, but for those that begin with a bullet."""
        later = self.text[block.start : block.end].splitlines()[1:]
        return "as-is " if self.document.format != "pdf" or any(map(_BULLET.match, later)) else ""

    def heading(self, block: Block, due: Iterable[Aside]) -> None:
        """A heading, at the level that its section has."""
        levels = (section.level for section in self.document.sections if section.start == block.start)
        written = max(next(levels, 1), 1)
        level = self.level(written)
        self.put(f'<h{level} class="l{min(written, 4)}">')
        self.plain(block.start, block.end)
        self.gaps(due)
        self.put(f"</h{level}>")

    def each(self, around: str, tag: str, run: Iterable[Block]) -> None:
        """Each block in a tag of its own."""
        self.put(f"<{around}>" if around else "")
        for block in run:
            self.put(f"<{tag}>")
            self.plain(block.start, block.end)
            self.put(f"</{tag.split()[0]}>")
        self.put(f"</{around}>" if around else "")

    def rows(self, run: Iterable[Block]) -> None:
        """A table. Which row is its head, if any, is not known."""
        self.put('<div class="table" tabindex="0"><table><tbody>')
        for block in run:
            row = self.text[block.start : block.end]
            if not _RULE.fullmatch(row):
                start = block.start + len(row) - len(row.removeprefix("|"))
                self.put("<tr>")
                for cell in row.removeprefix("|").rstrip().removesuffix("|").split("|"):
                    self.put("<td>")
                    self.plain(start, start + len(cell))
                    self.put("</td>")
                    start += len(cell) + 1
                self.put("</tr>")
        self.put("</tbody></table></div>")

    # Markdown

    def markdown(self) -> None:
        """Set the document by Markdown's own rules."""
        parser, text = _parser(), self.text
        for block in self.document.blocks[:1]:
            if block.kind == "front_matter":
                self.put('<pre class="front">')
                self.plain(block.start, block.end)
                self.put("</pre>")
                # Blank lines instead, so that line numbers hold.
                text = re.sub(r"[^\n]", " ", text[: block.end]) + text[block.end :]
        lines, env, cell = _Lines(self.text), dict[str, object](), 0
        for token in parser.parse(text, env):
            if token.map and token.type in _BESIDE:
                self.beside(lines.start(token.map[1]))
            if token.type == "inline":
                source = lines.pieces(token.content, token.map or [0, 0], cell)
                cell = source[-1][1] + source[-1][2] if source else cell
                self.inline(parser, token, source, env)
            elif token.type in ("fence", "code_block"):
                self.code(token, lines)
            else:
                cell = 0 if token.type == "tr_open" else cell
                self.tag(token)
            if token.type in _BESIDE_ENDS and self.open:
                self.put("</div>")
                self.open = False
        self.finish()

    def beside(self, end: int) -> None:
        """Put the notes of what follows before it, so that they float beside its first line."""
        self.here = self.due(end)
        if self.here:
            self.put('<div class="bit">')
            self.out.extend(aside.html for aside in self.here)
            self.open = True

    def tag(self, token: "Token") -> None:
        """A tag of a block; a token that is not known writes nothing."""
        match token.type:
            case "paragraph_open":
                # A tight list has no paragraphs; beside a note its text needs a box all the same.
                box = '<div class="text">' if self.open else ""
                self.put(box if token.hidden else '<p class="footnote">' if token.meta else "<p>")
            case "paragraph_close":
                self.put("</p>" if not token.hidden else "</div>" if self.open else "")
            case "heading_open":
                self.put(f'<h{self.level(int(token.tag[1]))} class="l{min(int(token.tag[1]), 4)}">')
            case "heading_close":
                self.gaps(self.here)
                self.flush()
                if self.out[-1].startswith("<h"):  # it says nothing, and would lead nowhere
                    self.out.pop()
                else:
                    self.put(f"</h{min(self.levels_from + len(self.levels) - 1, 6)}>")
            case "ordered_list_open":
                start = int(token.attrGet("start") or 1)
                self.put(f'<ol start="{start}">' if start != 1 else "<ol>")
            case "table_open":
                self.put('<div class="table" tabindex="0"><table>')
            case "th_open" | "td_open":
                side = str(token.attrGet("style") or "").removeprefix("text-align:")
                self.put(f'<{token.tag} class="{side}">' if side in ("right", "center") else f"<{token.tag}>")
            case "list_item_open":
                self.item = True
                self.put("<li>")
            case _:
                self.put(_PLAIN_TAGS.get(token.type, ""))

    def code(self, token: "Token", lines: "_Lines") -> None:
        """A block of code, line by line: indentation was cut from each."""
        first, last = token.map or [0, 0]
        self.put('<pre tabindex="0"><code>')
        at = first + (token.type == "fence")
        for number, line in enumerate(token.content.split("\n")[:-1], at):
            start, end = lines.start(number), lines.start(number + 1) - 1
            bare = line.strip()
            found = self.text.find(bare, start, end) if number < last else -1
            if found < 0:
                self.piece(line, ())
            else:
                self.piece(line[: len(line) - len(line.lstrip())], ())
                self.plain(found, found + len(bare))
            self.piece("\n", ())
        self.put("</code></pre>")

    def inline(
        self, parser: "MarkdownIt", token: "Token", source: list[tuple[int, int, int]], env: Mapping[str, object]
    ) -> None:
        """Inline text with its marks; `source` says which runs of it stand where in the document."""
        spans: list[tuple[int, int, Mark]] = []
        if source:
            whole = (source[0][1], source[-1][1] + source[-1][2])
            for mark in self.over(*whole):
                touched = [(c, s, n) for c, s, n in source if mark.start < s + n and mark.end > s]
                if touched:
                    (c1, s1, _), (c2, s2, n2) = touched[0], touched[-1]
                    start, end = c1 + max(mark.start - s1, 0), c2 + min(mark.end - s2, n2)
                    spans.append((start, end, mark))
        children = list(token.children or ())
        if not spans:
            self.children(children, [[]])
            return
        ends = sorted({offset for start, end, _ in spans for offset in (start, end)})
        if not _INLINE.search(token.content):
            children[0].content = _with_ends(token.content, ends)
            self.children(children, [[], *_below(spans, ends)])
            return
        read = _reading(children)
        # Most quotes begin and end at words, where nothing has to move.
        within = not any(_SYNTAX.search(token.content, max(end - 1, 0), end + 1) for end in ends)
        again = _marked(parser, token.content, ends, read, env) if within else None
        if again is None:
            placed = [_placed(parser, token.content, end, read, env) for end in ends]
            again = _marked(parser, token.content, placed, read, env) if placed == sorted(placed) else None
        if again is None:
            # Ends that moved past each other, or that found no place: the text is marked as a whole.
            self.children(children, [[mark for _, _, mark in spans]])
        else:
            self.children(again, [[], *_below(spans, ends)])

    def children(self, children: Sequence["Token"], below: Sequence[Sequence[Mark]]) -> None:
        """Inline tokens; every end that is met leads to the next set of marks in `below`."""
        at = 0
        if self.item and children and (task := _TASK.match(children[0].content)):
            box = task[0].count(_END) * _END + ("☐" if task[1] == " " else "☑")
            children[0].content = box + children[0].content[task.end() :]
        self.item = False
        for child in children:
            match child.type:
                case "text" | "code_inline":
                    self.put("<code>" if child.type == "code_inline" else "")
                    for number, text in enumerate(child.content.split(_END)):
                        at += number > 0
                        self.piece(text, below[min(at, len(below) - 1)])
                    self.put("</code>" if child.type == "code_inline" else "")
                case "softbreak":
                    self.piece("\n", below[min(at, len(below) - 1)])
                case "link_open":
                    self.put(f'<span class="link" title="{escape(str(child.attrGet("href") or ""))}">')
                case "link_close":
                    self.put("</span>")
                case "footnote":
                    self.put("<sup>")
                    self.piece(child.content, below[min(at, len(below) - 1)])
                    self.put("</sup>")
                case "image":
                    # Never loaded: a picture in a proposal can tell its author who reads it, and when.
                    self.put('<span class="image">')
                    self.children(child.children or (), [below[min(at, len(below) - 1)]])
                    self.put("</span>")
                case kind if kind in _PLAIN_TAGS:
                    self.put(_PLAIN_TAGS[kind])
                case _:
                    self.piece(child.content, below[min(at, len(below) - 1)])


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.block.ruler.before("reference", "footnote", _footnote, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("link", "footnote", _footnote_sign)
    parser.core.ruler.at("inline", _inline)
    return parser


def _inline(state: "StateCore") -> None:
    """Markdown's inline rules, for the text that they say anything about."""
    from markdown_it.token import Token

    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            if _INLINE.search(token.content):
                state.md.inline.parse(token.content, state.md, state.env, token.children)
            elif token.content:
                token.children.append(Token("text", "", 0, content=token.content))


def _footnote(state: "StateBlock", first: int, end: int, silent: bool) -> bool:
    """A footnote is a paragraph; CommonMark would take a short one for a link's definition, which nobody sees."""

    def begins(line: int) -> "re.Match[str] | None":
        found = _FOOTNOTE.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
        return found if found and found[2] else None

    found = begins(first)
    if not found or state.is_code_block(first):
        return False
    if silent:
        return True
    state.env.setdefault("footnotes", set()).add(found[1])
    last = first + 1
    while last < end and not state.isEmpty(last) and not begins(last):
        last += 1
    token = state.push("paragraph_open", "p", 1)
    token.map, token.meta = [first, last], {"footnote": True}
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = (
        state.getLines(first, last, state.blkIndent, False).strip(),
        [first, last],
        [],
    )
    state.push("paragraph_close", "p", -1)
    state.line = last
    return True


def _footnote_sign(state: "StateInline", silent: bool) -> bool:
    found = _FOOTNOTE.match(state.src, state.pos, state.posMax)
    if not found or found[1] not in state.env.get("footnotes", ()):
        return False
    if not silent:
        state.push("footnote", "sup", 0).content = found[1]
    state.pos = found.end(1) + 1
    return True


class _Lines:
    """Where the lines of the source begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def start(self, number: int) -> int:
        """Where a line begins; the end of the text for the one after the last."""
        return self.starts[number] if number < len(self.starts) else len(self.text) + 1

    def pieces(self, content: str, span: Sequence[int], after: int) -> list[tuple[int, int, int]]:
        """Which runs of inline content stand where: (offset in the content, in the source, length).

        Prefixes of quotes and lists are gone from each line, so a line is looked for in its line; cells of a
        table row follow each other, so they are looked for behind the last one.
        """
        found, at = [], 0
        for number, line in enumerate(content.split("\n"), span[0]):
            bare = line.strip()
            if bare and number < max(span[1], span[0] + 1):
                start = self.text.find(bare, max(self.start(number), after), self.start(number + 1))
                if start >= 0:
                    found.append((at + line.index(bare), start, len(bare)))
            at += len(line) + 1
        return found


def _marked(
    parser: "MarkdownIt",
    content: str,
    places: Sequence[int],
    read: list[tuple[str, str]],
    env: Mapping[str, object],
) -> Sequence["Token"] | None:
    """The text with ends at these places; None where they change how it is read."""
    children = parser.parseInline(_with_ends(content, places), dict(env))[0].children or ()
    return children if _count(children) == len(places) and _reading(children) == read else None


def _below(spans: Iterable[tuple[int, int, Mark]], ends: Iterable[int]) -> Iterator[list[Mark]]:
    """The marks that stand over what follows each end."""
    for at in ends:
        yield [mark for start, end, mark in spans if start <= at < end]


def _placed(
    parser: "MarkdownIt", content: str, end: int, read: list[tuple[str, str]], env: Mapping[str, object]
) -> int:
    """Where an end can stand without changing how the text is read; -1 is nowhere."""
    if not _SYNTAX.search(content):
        return end
    for position in _candidates(content, end):
        if _marked(parser, content, [position], read, env) is not None:
            return position
    return -1


def _candidates(content: str, end: int) -> Iterator[int]:
    """The end itself, then beyond the marks on either side of it, then the spaces around it."""
    yield end
    left = len(content[:end].rstrip("*_`~[]()!<>\\"))
    right = len(content) - len(content[end:].lstrip("*_`~[]()!<>\\"))
    if left < end:
        yield left
    if right > end:
        yield right
    if (space := content.rfind(" ", 0, end)) >= 0:
        yield space
    yield space if (space := content.find(" ", end)) >= 0 else len(content)


def _with_ends(content: str, places: Iterable[int]) -> str:
    """The content with its ends put in."""
    return _END.join(content[a:b] for a, b in pairwise([0, *places, len(content)]))


def _reading(children: Iterable["Token"]) -> list[tuple[str, str]]:
    """How the text is read: its tokens without our ends, runs of text made one."""
    read: list[tuple[str, str]] = []
    for child in children:
        said = child.content.replace(_END, "") + str(child.attrs.get("href", child.attrs.get("src", "")))
        if child.type == "text" and read and read[-1][0] == "text":
            read[-1] = ("text", read[-1][1] + said)
        elif child.type != "text" or said:
            read.append((child.type, said))
    return read


def _count(children: Iterable["Token"]) -> int:
    """How many ends came through as text."""
    return sum(child.content.count(_END) for child in children if child.type in ("text", "code_inline"))
