"""HTML, as wikis and browsers save it: what a reader sees, in reading order. Nothing is fetched, no script is run."""

import re
from typing import TYPE_CHECKING, Any

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from reviewer.parse.draft import Draft, Writer
from reviewer.parse.styles import UNSEEN, invisible, white

if TYPE_CHECKING:
    from reviewer.domain.document import BlockKind

_PLAIN = """address article aside body caption center dd details dialog div dl dt fieldset figcaption figure footer form
    header hr html legend main nav ol option p section summary table tbody tfoot thead ul"""
_BREAKS: "dict[str, BlockKind]" = {
    **dict.fromkeys(_PLAIN.split(), "paragraph"),
    **{f"h{level}": "heading" for level in range(1, 7)},
    "li": "list_item",
    "blockquote": "quote",
    "pre": "code",
    "tr": "table_row",
}
_DROPPED = ("script", "style", "head", "title", "iframe", "object", "svg", "canvas", "template")
_STRUCK = ("s", "del", "strike")  # told as Markdown does
_SPOKEN = ("alt", "title", "aria-label", "placeholder")
_NOT_READ = {
    "img": ("image", "images"), "svg": ("image", "images"), "canvas": ("image", "images"),
    "iframe": ("embedded page", "embedded pages"), "object": ("embedded object", "embedded objects"),
    "template": ("HTML template", "HTML templates"), "video": ("film", "films"), "audio": ("sound", "sounds"),
}  # fmt: skip
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
# Rules for paper or for narrow screens hide much that a reader sees.
_MEDIA = re.compile(r"@media[^{]*(?:print|width|height|prefers|orientation|speech)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*(rgba?\([^)]*\)|[^\s;]+)")
_PASSING = re.compile(
    r":(?!(?:nth|first|last|only)-(?:last-)?(?:child|of-type)|not\(|is\(|where\(|root|empty)|:not\([^)]*:"
)
_RULES_MOST = 500
_SPACE = re.compile(r"\s+")


def read(text: str) -> Draft:
    """Read a page or a fragment."""
    tree = LexborHTMLParser(text)
    return _Page(tree).walk()


class _Page:
    def __init__(self, tree: LexborHTMLParser) -> None:
        self.writer = Writer()
        self.draft = self.writer.draft
        self.root = tree.root
        self.unseen, self.dark = _style_sheets(tree)
        self.pieces: list[tuple[str, str]] = []
        self.kinds: list[BlockKind] = []  # of the blocks that are open
        self.level = 0
        self.why: list[tuple[int, str]] = []  # depth at which an element began to be hidden, and why
        self.darker: list[int] = []  # depths of elements with a background that shows white text

    def walk(self) -> Draft:
        """Depth first, without recursion: pages nest thousands deep."""
        node, depth = self.root, 0
        while node is not None:
            child = node.first_child if self._enter(node, depth) else None
            if child is not None:
                node, depth = child, depth + 1
                continue
            while node is not None:
                self._leave(node, depth)
                if node.next is not None and depth:
                    node = node.next
                    break
                node, depth = (node.parent, depth - 1) if depth else (None, 0)
        self._flush("paragraph")
        return self.writer.done()

    def _enter(self, node: Any, depth: int) -> bool:
        """Take a node; answers whether to go into it."""
        if node.is_text_node:
            self._say(node.text_content or "")
            return False
        if node.is_comment_node:
            self.draft.count("HTML comments")
            self.pieces.append((f" {node.comment_content} ", "HTML comment"))
            return False
        tag = node.tag or ""
        if tag in _NOT_READ:
            self.draft.unread(1, *_NOT_READ[tag])
        if tag in _DROPPED:
            return False
        attributes = node.attributes
        self._break(tag)
        self._style(node, tag, attributes, depth)
        if tag in _STRUCK:
            self._say("~~")
        if tag == "a" and str(attributes.get("href") or "").startswith(("http", "/", "mailto")):
            self.draft.unread(1, "link, not followed", "links, not followed")
        spoken = " ".join(str(attributes[key]) for key in _SPOKEN if attributes.get(key))
        if spoken.strip():
            self.pieces.append((f" {spoken} ", "description of an image" if tag == "img" else "text in an HTML tag"))
        return True

    def _break(self, tag: str) -> None:
        """End the block before this element, where it begins another; in a table's row, all is one."""
        if tag in _BREAKS and not (self._in_row() and tag != "tr"):
            self._flush(self.kinds[-1] if self.kinds else "paragraph")
            kind = _BREAKS[tag]
            if kind == "paragraph" and self.kinds and self.kinds[-1] in ("heading", "list_item", "quote", "code"):
                kind = self.kinds[-1]  # <li><p>words</p></li>
            if kind == "heading" and tag[1:].isdigit():
                self.level = int(tag[1])
            self.kinds.append(kind)
            self.draft.count("tables", tag == "table")
        elif tag in ("td", "th") and self.pieces:
            self.pieces.append((" | ", ""))
        elif (tag in _BREAKS or tag == "br") and not (self.pieces and self.pieces[-1][0].endswith(" ")):
            self.pieces.append((" " if self._in_row() else "\n", ""))

    def _leave(self, node: Any, depth: int) -> None:
        tag = node.tag or ""
        if tag in _STRUCK:
            self._say("~~")
        if tag in _BREAKS and self.kinds and not (self._in_row() and tag != "tr"):
            self._flush(self.kinds[-1])
            self.kinds.pop()
        if self.why and self.why[-1][0] == depth:
            self.why.pop()
        if self.darker and self.darker[-1] == depth:
            self.darker.pop()

    def _style(self, node: Any, tag: str, attributes: dict[str, Any], depth: int) -> None:
        style = str(attributes.get("style") or "")
        if color := attributes.get("color"):
            style += f";color:{color}"
        why = invisible(style) or self.unseen.get(node.mem_id, "")
        back = str(attributes.get("bgcolor") or "")
        if node.mem_id in self.dark or (back and not white(back)) or _has_background(style):
            self.darker.append(depth)
        if why == "white text" and self.darker:
            why = ""
        if "hidden" in attributes:
            why = "hidden HTML"
        elif tag in UNSEEN or "popover" in attributes or (tag == "dialog" and "open" not in attributes):
            why = f"HTML element <{tag}>"
        if why:
            self.why.append((depth, why))

    def _in_row(self) -> bool:
        return bool(self.kinds) and self.kinds[-1] == "table_row"

    def _say(self, words: str) -> None:
        if not (self.kinds and self.kinds[-1] == "code"):
            words = _SPACE.sub(" ", words)
            if self.pieces and self.pieces[-1][0][-1:].isspace():
                words = words.lstrip(" ")
        if words:
            self.pieces.append((words, self.why[-1][1] if self.why else ""))

    def _flush(self, kind: "BlockKind") -> None:
        if self.pieces:
            pieces, self.pieces = self.pieces, []
            self.writer.add(kind, pieces, level=self.level if kind == "heading" else 0)


def _has_background(style: str) -> bool:
    found = _BACKGROUND.search(style.lower())
    return found is not None and not white(found[1]) and found[1] not in ("none", "inherit", "initial", "unset")


def _style_sheets(tree: LexborHTMLParser) -> tuple[dict[int, str], set[int]]:
    """Nodes that a rule of the page's own style sheets hides, and those with a background."""
    unseen: dict[int, str] = {}
    dark: set[int] = set()
    sheets = "\n".join(node.text() for node in tree.css("style"))
    rules = [
        # What stands before a selector: a statement such as @import, a declaration of the rule around it, "<!--".
        (before.rpartition(";")[2].replace("<!--", "").strip(), body)
        for before, body in _RULE.findall(_MEDIA.sub("", _REMARK.sub("", sheets)))[: 20 * _RULES_MOST]
        if "@" not in before.rpartition(";")[2] and (invisible(body) or _has_background(body))
    ]
    for selector, body in rules[:_RULES_MOST]:
        # What shows only later (":hover") or is no element (":before") hides nothing that stands in the text.
        parts = ", ".join(part for part in selector.split(",") if not _PASSING.search(part))
        try:
            nodes = tree.css(parts) if parts.strip() else []
        except SelectolaxError:
            continue
        for node in nodes:
            if why := invisible(body):
                unseen[node.mem_id] = why
            if _has_background(body):
                dark.add(node.mem_id)
    return unseen, dark
