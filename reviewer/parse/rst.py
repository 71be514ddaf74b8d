"""reStructuredText: plain text whose ".. " blocks are comments, directives and targets. Nothing is included or run."""

import re

from reviewer.parse.draft import Draft, could_be_message
from reviewer.parse.plain import Line, Lines

_EXPLICIT = re.compile(r"\.\.(?:\s|$)")
_DIRECTIVE = re.compile(r"\.\.\s+(?:\|[^|\n]+\|\s+)?([\w:-]+?)::\s*")
_FOOTNOTE = re.compile(r"\.\.\s+\[[^\]\n]+\]\s")
_TARGET = re.compile(r"\.\.\s+__?\s*(`[^`]*`|[^:]*)")
_REPLACED = re.compile(r"\.\.\s+(\|[^|\n]+\|)\s+replace::")
_RAW_ROLE = re.compile(r"(?m)^[ \t]*\.\.\s+role::\s*([\w-]+)\s*\(\s*raw\s*\)")
_ROLE = re.compile(r":([\w-]+):`[^`]*`")
_OPTION = re.compile(r":[\w-]+:")
_ELSEWHERE = re.compile(r":(?:file|url):")
_IMAGES = ("image", "figure")
_CODE = (
    "code",
    "code-block",
    "sourcecode",
    "math",
    "parsed-literal",
    "highlight",
    "doctest",
    "graphviz",
    "mermaid",
)
_FILES = ("include", "literalinclude", "csv-table", "toctree", "automodule", "autoclass", "autofunction")
_SILENT = (
    "raw",
    "todo",
    "ifconfig",
    "meta",
    "default-role",
    "role",
    "index",
    "only",
    "replace",
    "unicode",
    "date",
    "highlight",
    "contents",
    "title",
    "sectionauthor",
    "moduleauthor",
    "codeauthor",
)


def read(text: str) -> Draft:
    """Read reStructuredText; the draft's text is the source itself."""
    draft = _Rst(text).scan()
    if raw := frozenset(_RAW_ROLE.findall(text)):
        for role in _ROLE.finditer(text):
            draft.hide(*(role.span() if role[1] in raw else (0, 0)), "raw role")
    return draft


class _Rst(Lines):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.deep = -1  # lines indented by more than this belong to an explicit block, or to a literal one
        self.why = ""  # why a reader does not see that block; "code" for literal text

    def paragraph(self, lines: list[Line]) -> None:
        """Take explicit and literal blocks out of a run of lines."""
        if self.deep >= 0 and self._indent(lines[0]) > self.deep:
            inside = [line for line in lines if self._indent(line) > self.deep]
            self._body(inside)
            lines = lines[len(inside) :] if inside == lines[: len(inside)] else []
            if not lines:
                return
        self.deep = -1
        at = 0
        while at < len(lines):
            if not self.matches(_EXPLICIT, lines[at]):
                at += 1
                continue
            if at:
                self._plain(lines[:at])
            taken = self._explicit(lines[at:])
            lines, at = lines[at + taken :], 0
        if lines:
            self._plain(lines)

    def heading(self, lines: list[Line], at: int) -> int:
        """Only marks make a heading here."""
        return 0

    def _plain(self, lines: list[Line]) -> None:
        if not self.draft.blocks and all(self.matches(_OPTION, line) for line in lines):
            self.block(lines[0][0], lines[-1][1], "front_matter")  # bibliographic fields
            return
        super().paragraph(lines)
        if self.text.endswith("::", 0, lines[-1][1]):
            self.deep, self.why = self._indent(lines[-1]), "code"

    def _explicit(self, lines: list[Line]) -> int:
        """A block that begins with two dots; answers how many lines it takes."""
        first = lines[0]
        indent = self._indent(first)
        taken = 1
        while taken < len(lines) and self._indent(lines[taken]) > indent:
            taken += 1
        body = lines[1:taken]
        self.deep, self.why = indent, ""
        if taken == 1 and first[1] - first[0] == 2:
            self.deep = -1  # an empty comment ends what stood before, and takes nothing along
            return taken
        if self.matches(_FOOTNOTE, first):
            self.block(first[0], lines[taken - 1][1], "paragraph")
        elif directive := _DIRECTIVE.match(self.text, *first):
            self._directive(directive, first, body)
        elif target := _TARGET.match(self.text, *first):
            if could_be_message(target[1]):
                self.draft.hide(*target.span(1), "target of a link")
        else:
            self.why = "reStructuredText comment"
            self.draft.hide(first[0], lines[taken - 1][1], self.why)
        return taken

    def _directive(self, directive: re.Match[str], first: Line, body: list[Line]) -> None:
        name = directive[1].lower()
        words = [line for line in body if not self.matches(_OPTION, line)]
        if name in _IMAGES:
            self.draft.unread(1, "image", "images")
            for line in body:
                if self.matches(_OPTION, line):
                    self.draft.hide(*line, "description of an image")
        elif name == "csv-table" and not any(self.matches(_ELSEWHERE, line) for line in body):
            self.draft.count("tables")
            self.why = "table"
        elif name in _FILES:
            self.draft.unread(1, "included file", "included files")
            self.draft.hide(first[0], body[-1][1] if body else first[1], f"{name} directive")
            self.why = f"{name} directive"
            return
        elif name in _SILENT and not self._is_used(first):
            self.why = f"{name} directive"
            self.draft.hide(first[0], body[-1][1] if body else first[1], self.why)
            return
        elif name in _CODE:
            self.why = "code"
        elif directive.end() < first[1]:
            self.block(directive.end(), first[1], "paragraph")  # ".. note:: words"
        if words:
            self._body(words)

    def _body(self, lines: list[Line]) -> None:
        """Indented lines below an explicit block, or below a paragraph that ends with two colons."""
        if self.why == "code":
            self.block(lines[0][0], lines[-1][1], "code")
        elif self.why == "table":
            for line in lines:
                self.block(*line, "table_row")
        elif self.why:
            self.draft.hide(lines[0][0], lines[-1][1], self.why)
        else:
            super().paragraph(lines)

    def _is_used(self, first: Line) -> bool:
        """Is this the definition of words that the text names elsewhere, so that they are read there?"""
        replaced = _REPLACED.match(self.text, *first)
        return replaced is not None and self.text.count(replaced[1]) > 1

    def _indent(self, line: Line) -> int:
        return line[0] - (self.text.rfind("\n", 0, line[0]) + 1)
