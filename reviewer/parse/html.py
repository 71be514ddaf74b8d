"""HTML, as wikis and browsers save it: what a reader sees, in reading order. Nothing is fetched, no script is run."""

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from reviewer.parse.draft import LABEL_LEVEL, Draft, Writer, holds_texts, is_form, is_label
from reviewer.parse.styles import UNSEEN, Look, css, tells

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
_CELLS = ("td", "th")
_DROPPED = ("script", "style", "head", "title", "iframe", "object", "svg", "canvas", "template")
_STRUCK = ("s", "del", "strike")
_SPOKEN = ("alt", "title", "aria-label", "placeholder")
_NOT_READ = {
    "img": ("image", "images"), "svg": ("image", "images"), "canvas": ("image", "images"),
    "iframe": ("embedded page", "embedded pages"), "object": ("embedded object", "embedded objects"),
    "template": ("HTML template", "HTML templates"), "video": ("film", "films"), "audio": ("sound", "sounds"),
}  # fmt: skip
_CONDITION = re.compile(r"\s*\[(?:if [^\]\n]{1,60}|endif)\]\s*")  # as Word writes around what some browsers show
# Where scripts run, what it holds is no markup and is not shown; to the parser's own way, what it holds ends the head.
_NOSCRIPT = re.compile(r"(</?)noscript(?=[\s/>])", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
# Rules for paper or for narrow screens hide much that a reader sees.
_MEDIA = re.compile(r"@media[^{]*(?:print|width|height|prefers|orientation|speech)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_PASSING = re.compile(
    r":(?!(?:nth|first|last|only)-(?:last-)?(?:child|of-type)|not\(|is\(|where\(|has\(|root|empty)|:not\([^)]*:"
)
_CLASS = re.compile(r"[.\[]|:(?!not|is|where|has)")
_ELEMENT = re.compile(r"(?:^|[\s>+~(])[a-z]", re.IGNORECASE)
_AS_STYLE = {"color": "color", "text": "color", "bgcolor": "background-color", "background": "background-image"}
_RULES_MOST = 2_000
_MATCHES_MOST = 100_000  # of rules and elements; beyond, only what hides is looked at
_PROPERTIES = ", ".join(f"meta[name={name} i]" for name in ("description", "keywords", "subject", "abstract"))
_SPACE = re.compile(r"\s+")


def read(text: str) -> Draft:
    """Read a page or a fragment."""
    tree = LexborHTMLParser(_NOSCRIPT.sub(r"\1noframes", text))
    return _Page(tree).walk()


class _Page:
    def __init__(self, tree: LexborHTMLParser) -> None:
        self.writer = Writer()
        self.draft = self.writer.draft
        self.tree, self.root = tree, tree.root
        self.rules = _style_sheets(tree)
        self.pieces: list[tuple[str, str]] = []
        self.kinds: list[BlockKind] = []  # of the blocks that are open
        self.level = 0
        self.forms: dict[int, bool] = {}  # tables of questions and answers
        self.looks: list[tuple[int, Look]] = [(-1, Look())]  # of the elements that change it, and their depths

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
        for node in self.tree.css(_PROPERTIES):
            self.writer.property(str(node.attributes.get("content") or ""))
        return self.writer.done()

    def _enter(self, node: Any, depth: int) -> bool:
        """Take a node; answers whether to go into it."""
        if node.is_text_node:
            words = node.text_content or ""
            self._say(_TAG.sub(" ", words) if node.parent is not None and node.parent.tag == "noframes" else words)
            return False
        if node.is_comment_node:
            if _CONDITION.fullmatch(node.comment_content or ""):
                return False
            self.draft.count("HTML comments")
            self.pieces.append((f" {node.comment_content} ", "HTML comment"))
            return False
        tag = node.tag or ""
        if tag in _NOT_READ:
            self.draft.unread(1, *_NOT_READ[tag])
        if tag in _DROPPED:
            return False
        attributes = node.attributes
        self._break(node, tag)
        self._style(node, tag, attributes, depth)
        if tag == "a" and str(attributes.get("href") or "").startswith(("http", "/", "mailto")):
            self.draft.unread(1, "link, not followed", "links, not followed")
        spoken = " ".join(str(attributes[key]) for key in _SPOKEN if attributes.get(key))
        if spoken.strip():
            self.pieces.append((f" {spoken} ", "description of an image" if tag == "img" else "text in an HTML tag"))
        return True

    def _break(self, node: Any, tag: str) -> None:
        """End the block before this element, where it begins another; in a table's row, all is one."""
        if self._begins(tag):
            self._flush(self.kinds[-1] if self.kinds else "paragraph")
            kind = _BREAKS.get(tag, "paragraph")
            if tag == "tr" and (holds_texts(_cells(node)) or self._in_form(node)):
                kind = "paragraph"
            elif tag in _CELLS and _is_label(node):
                kind, self.level = "heading", LABEL_LEVEL
            if kind == "paragraph" and self.kinds and self.kinds[-1] in ("heading", "list_item", "quote", "code"):
                kind = self.kinds[-1]  # <li><p>words</p></li>
            if kind == "heading" and tag[1:].isdigit():
                self.level = int(tag[1])
            self.kinds.append(kind)
            self.draft.count("tables", tag == "table")
        elif tag in _CELLS and self.pieces:
            self.pieces.append((" | ", ""))
        elif (tag in _BREAKS or tag == "br") and not (self.pieces and self.pieces[-1][0].endswith(" ")):
            self.pieces.append((" " if self._in_row() else "\n", ""))

    def _leave(self, node: Any, depth: int) -> None:
        tag = node.tag or ""
        if self._begins(tag) and self.kinds:
            self._flush(self.kinds[-1])
            self.kinds.pop()
        if self.looks[-1][0] == depth:
            self.looks.pop()

    def _style(self, node: Any, tag: str, attributes: dict[str, Any], depth: int) -> None:
        style = "".join(f"{name}:{attributes[key]};" for key, name in _AS_STYLE.items() if attributes.get(key))
        look = css(";".join([style, *self.rules.get(node.mem_id, ()), str(attributes.get("style") or "")]))
        if "hidden" in attributes:
            look = Look(gone="hidden HTML")
        elif (
            tag in UNSEEN
            or "popover" in attributes
            or (tag == "dialog" and "open" not in attributes)
            or (tag == "option" and "selected" not in attributes)
        ):
            look = Look(gone=f"HTML element <{'noscript' if tag == 'noframes' else tag}>")
        if tag in _STRUCK:
            look = look.under(Look(struck=True))
        if look != Look():
            self.looks.append((depth, self.looks[-1][1].under(look)))

    def _in_form(self, row: Any) -> bool:
        body = row.parent
        if body is None:
            return False
        if body.mem_id not in self.forms:
            self.forms[body.mem_id] = is_form(_cells(one) for one in body.iter() if one.tag == "tr")
        return self.forms[body.mem_id]

    def _begins(self, tag: str) -> bool:
        """Does this element begin a block of its own?"""
        return tag == "tr" or ((tag in _BREAKS or tag in _CELLS) and not self._in_row())

    def _in_row(self) -> bool:
        return bool(self.kinds) and self.kinds[-1] == "table_row"

    def _say(self, words: str) -> None:
        if not (self.kinds and self.kinds[-1] == "code"):
            words = _SPACE.sub(" ", words)
            if self.pieces and self.pieces[-1][0][-1:].isspace():
                words = words.lstrip(" ")
        if words:
            look = self.looks[-1][1]
            self.pieces.append((look.told(words), look.why()))

    def _flush(self, kind: "BlockKind") -> None:
        if self.pieces:
            pieces, self.pieces = self.pieces, []
            self.writer.add(kind, pieces, level=self.level if kind == "heading" else 0)


def _cells(row: Any) -> list[str]:
    return [" ".join(cell.text(deep=True).split()) for cell in row.iter() if cell.tag in _CELLS]


def _is_label(cell: Any) -> bool:
    cells = _cells(cell.parent) if cell.parent is not None else []
    return len(cells) == 2 and cell.prev is None and is_label(cells[0])


def _style_sheets(tree: LexborHTMLParser) -> dict[int, list[str]]:
    """What the page's own style sheets say of each node, the more special rule last."""
    sheets = "\n".join(node.text() for node in tree.css("style"))
    rules = [
        # What stands before a selector: a statement such as @import, a declaration of the rule around it, "<!--".
        (before.rpartition(";")[2].replace("<!--", "").strip(), body)
        for before, body in _RULE.findall(_MEDIA.sub("", _REMARK.sub("", sheets)))[: 10 * _RULES_MOST]
        if "@" not in before.rpartition(";")[2] and tells(body)
    ]
    said: dict[int, list[str]] = defaultdict(list)
    matches = 0
    for selector, body in sorted(rules[:_RULES_MOST], key=lambda rule: _special(rule[0])):
        if matches > _MATCHES_MOST and not css(body).why():
            continue
        # What shows only later (":hover") or is no element (":before") hides nothing that stands in the text.
        parts = ", ".join(part for part in selector.split(",") if not _PASSING.search(part))
        try:
            nodes = tree.css(parts) if parts.strip() else []
        except SelectolaxError:
            continue
        matches += len(nodes)
        for node in nodes:
            said[node.mem_id].append(body)
    return said


def _special(selector: str) -> tuple[int, int, int]:
    """How much more a rule counts than others: names, then classes, then elements."""
    return max(
        (part.count("#"), len(_CLASS.findall(part)), len(_ELEMENT.findall(part))) for part in selector.split(",")
    )
