"""Markdown: blocks and headings from markdown-it's line maps, hidden text from one pass over each block.

Only markdown-it's block phase runs: its inline phase knows no offsets, and costs most of the time.
"""

import re
from bisect import bisect_left
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Any

from reviewer.parse.draft import Draft, could_be_message
from reviewer.parse.styles import UNSEEN, invisible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from reviewer.domain.document import BlockKind

_CONTAINERS: "dict[str, BlockKind]" = {"list_item_open": "list_item", "blockquote_open": "quote"}
_LEAVES: "dict[str, BlockKind]" = {"fence": "code", "code_block": "code", "html_block": "html"}

_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\r?\n(?=[\s#]*[\w\"'-]+\s*[:=])(?:.*\n)*?\1[ \t]*(?:\r?\n|$)")
_FRONT_MATTER_LINES = 200
_REMARK = re.compile(r"(?m)^[ \t]*#.*")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_BOLD_LINE = re.compile(
    r"[ \t]*(?:[*][*](?!\s)([^*\n]{1,100}?)[*][*]|__(?!\s)([^_\n]{1,100}?)__)[ \t]*:?[ \t]*(?:\\|<br ?/?>)?[ \t]*\r?$"
)
_MARKS = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|<[^>\n]*>|[*`]+|(?<!\w)_+|_+(?!\w)")
_INLINE = re.compile(r"\\[!-/:-@\[-`{-~]|`+|!?\[|\]|<(?=[A-Za-z/!?])")
_TARGET = re.compile(
    r"\(\s*+(?:<[^<>\n]*+>|[^\s()<>]*+(?:\([^\s()]*+\)[^\s()]*+)*+)"
    r"(?:\s++(\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)))?\s*+\)",
    re.DOTALL,
)
_LABEL = re.compile(r"\[([^\]\n]{0,200})\]")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_ATTRIBUTE = re.compile(r"([A-Za-z_:@][\w:.@-]*)\s*(?:=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# Elements whose content no browser shows, and those that HTML closes with their block.
_UNSEEN = UNSEEN | {"desc", "metadata", "script", "style", "template", "title", "head", "iframe", "object"}
# Not <b>, <i>, <a>, <font>: a browser opens those again in the next block.
_CLOSES_ITSELF = frozenset(["p", "li", "td", "th", "tr", "dt", "dd", "option", "span"])
_SPOKEN = ("alt", "title", "placeholder", "content", "summary", "value", "label", "cite", "description")
_DECLARATION = re.compile(  # of a style; "reviewers: reject this" is none
    r"(?:-\w+-)?(?:align|background|border|bottom|box|clear|color|cursor|display|flex|float|font|gap|grid|height|left|letter"
    r"|line|list|margin|max|min|mso|opacity|overflow|padding|page|position|right|tab|table|text|top|transform|vertical"
    r"|visibility|white|width|word|z)(?:-[\w-]+)?\s*:(?:\s*[^\s;:]+){1,4}\s*(?:;|$)"
)
_SENTENCE_END = re.compile(r"[.!?]\s+\w")
_FEW_WORDS = 4  # of an attribute: fewer are names
_FEW_LETTERS = 6
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NAMED = re.compile(r"[\w-]*([.#][\w-]+)$")  # a class or an id
_LONGEST_LABEL = 1000  # CommonMark's own limit
_BAD_TAGS = 100  # in one block; each may cost a look at the whole block


def read(text: str) -> Draft:
    """Read Markdown; the draft's text is the source itself."""
    draft = Draft(text)
    source = _LONE_RETURN.sub(" ", text)  # markdown-it would end a line there, and git does not
    if (front := _FRONT_MATTER.match(source)) and source.count("\n", 0, front.end()) <= _FRONT_MATTER_LINES:
        draft.blocks.append((*_trim(text, 0, front.end()), "front_matter", ""))
        for remark in _REMARK.finditer(text, 0, front.end()):
            draft.hide(*remark.span(), "comment in the front matter")
        source = "\n" * source.count("\n", 0, front.end()) + source[front.end() :]
    env: dict[str, Any] = {}
    blocks = _Blocks(draft)
    for token in _parser().parse(source, env):
        blocks.take(token)
    references = [*env.get("references", {}).items(), *((r["label"], r) for r in env.get("duplicate_refs", ()))]
    for label, reference in references:
        blocks.definition(label, reference)
    blocks.done()
    _Inline(draft, frozenset(env.get("references", {}))).scan()
    return draft


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    end = min(end, len(text))
    stripped = text[start:end].strip()
    if not stripped:
        return start, start
    start = text.index(stripped[0], start)
    return start, start + len(stripped)


class _Blocks:
    """Blocks and headings from markdown-it's tokens, by their lines."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.starts = [0]
        for line in draft.text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.spans: list[tuple[int, int, BlockKind]] = []
        self.inside: list[BlockKind] = []
        self.row = False
        self.level = 0  # of the heading whose words come next

    def take(self, token: "Token") -> None:
        kind = token.type
        if kind == "inline":
            self._inline(token)
        elif kind in _CONTAINERS:
            self.inside.append(_CONTAINERS[kind])
        elif kind in ("list_item_close", "blockquote_close"):
            self.inside.pop()
        elif kind == "heading_open":
            self.level = int(token.tag[1])
            self._span(token, "heading")
        elif kind == "table_open":
            self.draft.count("tables")
        elif kind == "tr_open":
            self.row = True
            self._span(token, "table_row")
        elif kind == "tr_close":
            self.row = False
        elif kind in _LEAVES:
            self._span(token, _LEAVES[kind])
            if could_be_message(token.info) and token.map:
                self.draft.hide(*_trim(self.draft.text, *self.starts[token.map[0] :][:2]), "words beside a code fence")

    def definition(self, label: str, reference: dict[str, Any]) -> None:
        """A link's definition is not on the page; its title could be a message."""
        start, end = self.starts[reference["map"][0]], self.starts[reference["map"][1]]
        if label.startswith("^"):  # a footnote of few words, which CommonMark takes for a link's definition
            self.spans.append((start, end, "paragraph"))
        elif reference["title"] or could_be_message(label) or "%20" in reference["href"]:
            self.draft.hide(*_trim(self.draft.text, start, end), "words of a link definition")

    def done(self) -> None:
        draft = self.draft
        for start, end, kind in sorted(self.spans):
            start, end = _trim(draft.text, start, end)
            if start < end and (not draft.blocks or start >= draft.blocks[-1][1]):
                draft.blocks.append((start, end, kind, ""))
        draft.headings.sort()

    def _span(self, token: "Token", kind: "BlockKind") -> None:
        if token.map:
            self.spans.append((self.starts[token.map[0]], self.starts[token.map[1]], kind))

    def _inline(self, token: "Token") -> None:
        if self.level:
            if words := " ".join(_MARKS.sub(r"\1", token.content).split()):
                self.draft.headings.append((_trim(self.draft.text, *self.spans[-1][:2])[0], self.level, words))
            self.level = 0
        elif self.inside and not self.row:
            self._span(token, self.inside[-1])
        elif token.map and not self.row:
            self._paragraph(self.starts[token.map[0]], self.starts[token.map[1]])

    def _paragraph(self, start: int, end: int) -> None:
        """A line that is bold as a whole is a heading, whatever its marks say."""
        text, headings = self.draft.text, self.draft.headings
        at = start
        if "**" not in text[start:end] and "__" not in text[start:end]:
            start = end
        while start < end:
            stop = text.find("\n", start, end)
            stop = end if stop < 0 else stop
            found = _BOLD_LINE.match(text, start, stop)
            words = " ".join((found[1] or found[2]).split()) if found else ""
            if found and not words.endswith((".", "!", ",", ";")):
                if at < start:
                    self.spans.append((at, start, "paragraph"))
                # Below the last heading with marks, beside the last bold one.
                level = 1
                if headings:
                    level = headings[-1][1] + (not text.startswith(("**", "__"), headings[-1][0]))
                self.spans.append((start, stop, "heading"))
                headings.append((_trim(text, start, stop)[0], level, words.rstrip(" :：")))
                at = stop
            start = stop + 1
        if at < end:
            self.spans.append((at, end, "paragraph"))


class _Inline:
    """One pass over all blocks but code, for what is in the source and not on the page."""

    def __init__(self, draft: Draft, labels: frozenset[str]) -> None:
        self.draft = draft
        self.text = draft.text
        self.labels = labels
        self.sheet = _style_sheet(draft.text)
        self.after = 0  # an HTML comment reaches to here
        self.element = ""  # the hidden element that is open: its name, start, reason and depth
        self.opened = 0
        self.why = ""
        self.depth = 0

    def scan(self) -> None:
        draft = self.draft
        images = links = 0
        for start, end, kind, _ in draft.blocks:
            if kind in ("code", "front_matter"):
                draft.count("code blocks", kind == "code")
                continue
            if kind == "html":
                self._html(start, end)
            else:
                more_images, more_links = self._block(start, end)
                images += more_images
                links += more_links
            if self.element in _CLOSES_ITSELF:
                self._close(end)
        if self.element:
            self._close(len(self.text))
        draft.unread(images + draft.seen.pop("image tags", 0), "image", "images")
        draft.unread(links, "link, not followed", "links, not followed")

    def _html(self, start: int, end: int) -> None:
        at, bad = max(start, self.after), 0
        while (at := self.text.find("<", at, end)) >= 0:
            after = self._markup(at, end, whole=True)
            bad += after == at and self.text[at + 1 : at + 2].isalpha()
            if bad > _BAD_TAGS:
                self.draft.hide(at, end, "HTML that cannot be read")
                return
            at = max(after, at + 1)

    def _block(self, start: int, end: int) -> tuple[int, int]:
        text, draft = self.text, self.draft
        ticks = self._ticks(start, end)
        brackets: list[tuple[int, bool]] = []
        images = links = bad = 0
        at = max(start, self.after)
        while found := _INLINE.search(text, at, end):
            mark, at = found[0], found.end()
            if mark[0] == "`":
                places = ticks.get(len(mark), [])  # a backslash takes one of its marks away
                closing = bisect_left(places, at)
                at = places[closing] + len(mark) if closing < len(places) else at
            elif mark in ("[", "!["):
                brackets.append((found.start(), mark[0] == "!"))
            elif mark == "]" and brackets:
                opening, image = brackets.pop()
                target = _TARGET.match(text, at, end)
                if target:
                    at = target.end()
                    if re.search(r"<[^<>]*\s[^<>]*>", target[0]):
                        draft.hide(*target.span(), "target of a link")
                    if not image and target[1]:
                        draft.hide(*target.span(1), "title of a link")
                elif (label := _LABEL.match(text, at, end)) and self._known(
                    *(label.span(1) if label[1] else (opening, at))
                ):
                    at = label.end()
                elif not self._known(opening, at):
                    continue
                images += image
                links += not image
                if image:
                    draft.hide(opening, at, "description of an image")
            elif mark == "<":
                after = self._markup(found.start(), end, whole=False)
                bad += after == found.start()
                if bad > _BAD_TAGS:
                    draft.hide(found.start(), end, "HTML that cannot be read")
                    break
                at = max(at, after)
        return images, links

    def _known(self, start: int, end: int) -> bool:
        if not self.labels or end - start > _LONGEST_LABEL:
            return False
        label = self.text[start:end].lstrip("!").strip("[]")
        return " ".join(label.split()).upper() in self.labels

    def _ticks(self, start: int, end: int) -> dict[int, list[int]]:
        places: dict[int, list[int]] = {}
        if self.text.find("`", start, end) >= 0:
            for run in re.compile("`+").finditer(self.text, start, end):
                places.setdefault(len(run[0]), []).append(run.start())
        return places

    def _markup(self, at: int, end: int, *, whole: bool) -> int:
        """Read a tag or a comment; answers the offset after it, or `at` if there is none."""
        text = self.text
        for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")):
            if not text.startswith(opening, at):
                continue
            # A browser reads on to the end of the comment, over blank lines; in a paragraph it is no comment.
            limit = len(text) if whole else end
            stop = text.find(closing, at + len(opening), limit)
            if stop < 0 and not whole:
                return at
            self.after = limit if stop < 0 else stop + len(closing)
            if opening == "<!--":
                self.draft.count("HTML comments")
            self.draft.hide(at, self.after, "HTML comment" if opening == "<!--" else "HTML declaration")
            return self.after
        tag = _TAG.match(text, at, end)
        if not tag:
            return at
        self._tag(tag)
        return tag.end()

    def _tag(self, tag: re.Match[str]) -> None:
        closing, name = bool(tag[1]), tag[2].lower()
        if self.element:
            if name == self.element:
                self.depth += -1 if closing else 1
                if self.depth == 0:
                    self._close(tag.end())
            return
        if closing:
            return
        values = {key.lower(): unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(tag[3])}
        named = [f".{word}" for word in values.get("class", "").split()] + [f"#{values.get('id', '')}"]
        why = invisible(values.get("style", "")) or next((self.sheet[one] for one in named if one in self.sheet), "")
        if "hidden" in values:
            why = "hidden HTML"
        elif name in _UNSEEN or "popover" in values or (name == "dialog" and "open" not in values):
            why = f"HTML element <{name}>"
        elif name == "font" and not why:
            why = invisible(f"color: {values.get('color', '')}")
        if name == "img":
            self.draft.count("image tags")
        # HTML ignores the slash of <div hidden/>, but <iframe/> is closed wherever Markdown is shown.
        if why and name not in _VOID and not (name in _UNSEEN and tag[3].endswith("/")):
            self.element, self.opened, self.why, self.depth = name, tag.start(), why, 1
        elif any(
            (key in _SPOKEN and value)
            or key.startswith(("aria-", "data-"))
            or _speaks(_DECLARATION.sub("", value) if key == "style" else value)
            for key, value in values.items()
        ):
            self.draft.hide(tag.start(), tag.end(), "text in an HTML tag")

    def _close(self, end: int) -> None:
        self.draft.hide(self.opened, end, self.why)
        self.element = ""


def _speaks(value: str) -> bool:
    """Does an attribute hold a sentence, or the end of one?"""
    # In Hangul and ideographs a sentence has few words, and programs name little with them.
    if sum(c >= "\u2e80" for c in value) >= _FEW_LETTERS:
        return True
    words = sum(word.strip(".,:;!?").isalpha() for word in value.split())
    return words >= _FEW_WORDS or bool(_SENTENCE_END.search(value))


def _style_sheet(text: str) -> dict[str, str]:
    """Classes and ids that a <style> of the text itself hides, and why."""
    sheets = [part.partition("</style")[0].partition(">")[2] for part in text.split("<style")[1:]]
    return {
        found[1]: why
        for selector, body in _RULE.findall("".join(sheets))
        if (why := invisible(body))
        for one in selector.split(",")
        if (found := _NAMED.search(one.strip()))
    }
