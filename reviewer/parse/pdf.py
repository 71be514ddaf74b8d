"""PDF: the text layer, line by line, and what of it a reader does not see. Positions and colours come from pdfium."""

import ctypes
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from reviewer.errors import IncompleteError, InputError
from reviewer.parse.draft import Draft, Writer
from reviewer.parse.styles import pale

MAX_PAGES = 500
_TINY = 3.0  # points
_THIN = 1.0  # points, of a letter's width
_AREAS = 2000
_LINE = 2.5  # points: a line is no higher, and longer
_MIDDLE = (0.12, 0.6)  # of a letter's size, above the line that it stands on
_FRAMES = 50
_NARROWEST = 0.15  # of its height, what a letter takes at least
_BULLETS = (0xF020, 0xF0FF)  # signs of symbol fonts, at a line's beginning
_SEVERAL = 11  # letters; fewer say nothing
_STACKED = 0.18  # of its height, what a letter takes where letters lie on each other
_ROOM = 1.3  # of a word, that is left on a line which ends before its time
_INDENT = 60  # points, within which lines belong to one column
_INDENTED = 8  # points
_UNSPOKEN = 20  # letters too many for the room that they have
_WHITE_TEXT, _UNPAINTED = "white text", "text that is not painted"
_WHITE = 235  # of 255, in each colour
_COVERS = 0.7  # of a page: a picture behind a recognised text
_MARGIN = 0.1  # of a page's height
_FEW = 3  # words, below which a page with a picture counts as one without text
_BAD = 0.2  # share of characters without a meaning, above which a text layer is of no use
_SENTENCE_END = (".", "!", "?", ":", "。", "다", ")")
_BULLET = re.compile(r"\s*(?:[•◦▪●○■□–*-]|\(?\d{1,2}[.)]|[a-z][.)]|[가-하][.)])\s")
_NUMBERED = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[IVX]{1,4}\.|제\s*\d+\s*[장절])\s+[A-Z가-힣]")
_DIGITS = re.compile(r"\d+")
_SEVERAL_HYPHENS = re.compile(r"\w-\w*-$")
_HYPHENATED = re.compile(r"\w-\w*$")
_WHOLE = re.compile(r"[가-힣]+[을를은는]$")  # a Korean word that has its ending
_LAST = re.compile(r"(?:다|요)[.!?]")  # the end of a Korean sentence, which is no word
_PARTED = 8  # lines, of which at least one parts a word that stands elsewhere too, where words are parted anywhere
_HYPHENS = (0x02, 0xFFFE)  # pdfium's marks of a hyphen at a line's end

Box = tuple[float, float, float, float]  # left, bottom, right, top
Colour = tuple[int, int, int, int] | None


@dataclass
class _Line:
    text: str
    base: float = 0.0  # of the first letter
    foot: float = 0.0  # of the last one, a line lower where a hyphen has joined two
    left: float = 0.0
    right: float = 0.0
    size: float = 0.0
    bold: bool = False
    item: bool = False  # of a list whose marks are drawn, not written
    parted: bool = False  # does its last word go on in the next line?
    hidden: list[tuple[int, int, str]] = field(default_factory=list)  # in `text`


@dataclass
class _Page:
    number: int
    height: float
    lines: list[_Line] = field(default_factory=list)
    pictures: int = 0
    covered: bool = False  # by one picture, as a scan is
    bad: int = 0  # characters without a meaning


def read(data: bytes, name: str) -> Draft:
    """Read a PDF file."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        what = (
            "is protected by a password; save it without"
            if "assword" in str(error)
            else "is a broken PDF; save it anew"
        )
        raise InputError(f"{name}: {what}") from None
    if len(document) > MAX_PAGES:
        raise InputError(f"{name}: has {len(document):,} pages; a proposal has fewer than {MAX_PAGES}")
    pages: list[_Page] = []
    if document.get_formtype() == pdfium.FORMTYPE_XFA_FULL:
        raise IncompleteError(f"{name}: is a form of Adobe's own kind (XFA); print it as a PDF")
    beside: Counter[str] = Counter()
    for index in range(len(document)):
        try:
            page = document[index]
            pages.append(_read_page(page, index + 1))
        except pypdfium2.PdfiumError:
            raise InputError(f"{name}: page {index + 1} is broken; save the PDF anew") from None
        beside.update(_annotations(page))
        page.close()
    _check_layer(pages, name)
    headers = _running(pages)
    _mark_parted(pages)
    draft = _write(pages, document)
    draft.count("pages", len(pages))
    draft.unread(sum(page.pictures for page in pages), "image", "images")
    for what in ("comment|comments", "link, not followed|links, not followed", "form field|form fields"):
        draft.unread(beside[what], *what.split("|"))
    draft.unread(pdfium.FPDFDoc_GetAttachmentCount(document), "attached file", "attached files")
    draft.unread(headers, "running header or footer", "running headers or footers")
    if empty := [page.number for page in pages if _is_empty(page)]:
        draft.not_read.append(f"{_pages(empty)}: no text (a picture?)")
    return draft


def _read_page(page: Any, number: int) -> _Page:
    text = page.get_textpage()
    found = _Page(number, page.get_height())
    unseen = _Paint(page, text, found).hidden()
    line = _Line("")
    start = -1
    count = text.count_chars()
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if code in (0x0D, 0x0A):
            _end(line, text, start, found)
            line, start = _Line(""), -1
            continue
        symbol = start < 0 and _BULLETS[0] <= code <= _BULLETS[1]
        char = "•" if symbol else _char(code, found)
        if code in _HYPHENS and index + 1 < count:
            # pdfium has joined the lines: "human-in-the-" keeps its hyphen, "repro-" loses it.
            follows = chr(pdfium.FPDFText_GetUnicode(text, index + 1) & 0xFFFF)
            char = "" if follows.islower() and not _HYPHENATED.search(line.text[-40:]) else "-"
        if not char:
            continue
        if start < 0 and not char.isspace():
            start = index
        why = unseen.get(_address(pdfium.FPDFText_GetTextObject(text, index)), "") if unseen else ""
        if why:
            at = len(line.text)
            if line.hidden and line.hidden[-1][2] == why and line.hidden[-1][1] == at:
                line.hidden[-1] = (line.hidden[-1][0], at + len(char), why)
            else:
                line.hidden.append((at, at + len(char), why))
        line.text += char
    _end(line, text, start, found)
    text.close()
    return found


def _char(code: int, page: _Page) -> str:
    if code in _HYPHENS:
        return "-"
    if code in (0, 0xFFFD, 0xFFFF) or 0xE000 <= code <= 0xF8FF or code < 0x09:
        page.bad += 1
        return "\ufffd"
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return ""
    return chr(code)


def _end(line: _Line, text: Any, start: int, page: _Page) -> None:
    """A line is whole: where it stands, and what it looks like at its end (a bullet looks otherwise)."""
    if start < 0 or not line.text.strip():
        return
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, start, x, y)
    line.base, line.left = y.value, x.value
    last = start + len(line.text.strip()) - 1
    pdfium.FPDFText_GetCharOrigin(text, last, x, y)
    line.foot = y.value
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, last, matrix)
    scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
    line.size = pdfium.FPDFText_GetFontSize(text, last) * scale
    edges = [ctypes.c_double() for _ in range(4)]
    if pdfium.FPDFText_GetCharBox(text, last, *edges):
        line.right = edges[1].value
    line.bold = pdfium.FPDFText_GetFontWeight(text, last) >= 600 or "bold" in _font(text, last)
    page.lines.append(line)


def _font(text: Any, index: int) -> str:
    buffer = ctypes.create_string_buffer(200)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text, index, buffer, 200, flags)
    return buffer.value.decode("ascii", "ignore").lower()


class _Paint:
    """What is on a page, in the order in which it is painted."""

    def __init__(self, page: Any, text: Any, found: _Page) -> None:
        self.text, self.found = text, found
        self.area = _COVERS * page.get_width() * page.get_height()
        left, bottom, right, top = page.get_cropbox()
        self.sheet: Box = (
            min(left, right),
            min(bottom, top),
            max(left, right),
            max(bottom, top),
        )  # any corner may be first
        self.unseen: dict[int, str] = {}
        self.spoken: dict[int, list[tuple[int, float]]] = {}  # texts that a mark reads out as others: width missing
        self.doubted: list[tuple[int, Box, int, str]] = []  # what lies behind decides
        self.texts: list[tuple[int, Box, int, Colour]] = []
        self.backs: list[tuple[Box, int, Colour]] = []  # coloured areas and pictures
        self.covers: list[tuple[Box, int]] = []  # areas that nothing shows through
        self.lines: list[tuple[float, float, float, int]] = []  # their height on the page, left and right end, order
        self.feet: dict[int, tuple[float, float]] = {}  # where an upright text stands, and how large it is
        for order, item in enumerate(page.get_objects(max_depth=4)):
            self._take(item, order)

    def _take(self, item: Any, order: int) -> None:
        box, matrix = _placed(item)
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            self.found.pictures += 1
            self.backs.append((box, order, None))
            self.found.covered |= (box[2] - box[0]) * (box[3] - box[1]) >= self.area
        elif item.type == pdfium.FPDF_PAGEOBJ_TEXT:
            self._mark(item, box)
            why = self._why(item, box, matrix)
            if why in (_WHITE_TEXT, _UNPAINTED):
                self.doubted.append((_address(item.raw), box, order, why))
            elif why:
                self.unseen[_address(item.raw)] = why
            else:
                self.texts.append((_address(item.raw), box, order, _colour(item)))
        elif item.type in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING):
            if line := box[3] - box[1] < _LINE < box[2] - box[0]:
                self.lines.append(((box[1] + box[3]) / 2, box[0], box[2], order))
            coloured, solid = _painted(item)
            if coloured:
                self.backs.append((box, order, _colour(item) if solid else None))
            if solid and not line:  # which covers no more than a comma
                self.covers.append((box, order))

    def _mark(self, item: Any, box: Box) -> None:
        """A mark can read out texts as other words; of more words than there is room for, nobody sees the rest."""
        for number in range(pdfium.FPDFPageObj_CountMarks(item.raw)):
            mark, length = pdfium.FPDFPageObj_GetMark(item.raw, number), ctypes.c_ulong()
            if pdfium.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", None, 0, length):
                high, long = sorted((box[2] - box[0], box[3] - box[1]))
                room = long / _NARROWEST / max(high, 1)
                self.spoken.setdefault(_address(mark), [(0, length.value / 2)]).append((_address(item.raw), -room))

    def _why(self, item: Any, box: Box, matrix: Any) -> str:
        mode = pdfium.FPDFTextObj_GetTextRenderMode(item.raw)
        if mode in (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP):
            return _UNPAINTED
        # By its middle: what begins at an edge and runs over it is as little to be read as what stands outside.
        if not _holds(self.sheet, box):
            return "text outside the page"
        if _is_cut(item):
            return "text outside its frame"
        size = ctypes.c_float()
        pdfium.FPDFTextObj_GetFontSize(item.raw, size)
        matrix = item.get_matrix().multiply(matrix)
        high, wide = (size.value * (x**2 + y**2) ** 0.5 for x, y in ((matrix.c, matrix.d), (matrix.a, matrix.b)))
        if size.value > 0 and (high < _TINY or wide < _THIN):
            return "tiny text"
        if abs(matrix.b) < abs(matrix.a):
            self.feet[_address(item.raw)] = (matrix.f, high)
        letters = pdfium.FPDFTextObj_GetText(item.raw, self.text, None, 0) / 2 - 1
        if letters > _SEVERAL and max(box[2] - box[0], box[3] - box[1]) < _STACKED * high * letters:
            return "letters on top of each other"
        colour = _colour(item, outline=mode == pdfium.FPDF_TEXTRENDERMODE_STROKE)
        if colour and (colour[3] < 10 or min(colour[:3]) >= _WHITE or pale(*colour[:3])):
            return _WHITE_TEXT
        return ""

    def hidden(self) -> dict[int, str]:
        """Text objects that a reader does not see, by their address."""
        for texts in self.spoken.values():
            if sum(missing for _, missing in texts) > _UNSPOKEN:
                self.unseen.update((address, "words that stand for others") for address, _ in texts[1:])
        for address, box, order, why in self.doubted:
            # Text recognised in a scan lies unpainted over its picture.
            shown = self.found.covered if why == _UNPAINTED else _behind(self.backs, box, order)
            if not shown:
                self.unseen[address] = why
        for address, box, order, colour in self.texts if self.covers else ():
            if _is_covered(box, [cover for cover, painted in self.covers[:_AREAS] if painted > order]):
                self.unseen[address] = "text painted over"
            elif colour and _ground(self.backs, box, order, self.feet.get(address, (0, 0))[1]) == colour:
                self.unseen[address] = "text in the colour of its ground"
        self.unseen.update((address, "text that is crossed out") for address in self._crossed_out())
        return self.unseen

    def _crossed_out(self) -> Iterator[int]:
        """Texts through whose letters a line is drawn from end to end; one below them, or below what they are painted
        on, is none of these.
        """
        lines = sorted(self.lines[:_AREAS])
        for address, box, order, _ in self.texts if lines else ():
            if address not in self.feet:
                continue
            foot, size = self.feet[address]
            first, last = (bisect_left(lines, (foot + part * size,)) for part in _MIDDLE)
            edge = (box[2] - box[0] + size) / 10
            if any(
                start <= box[0] + edge and end >= box[2] - edge and not self._laid_between(drawn, order, box)
                for _, start, end, drawn in lines[first:last]
            ):
                yield address

    def _laid_between(self, drawn: int, order: int, box: Box) -> bool:
        """Does an area cover, below the text, what was drawn before?"""
        return any(drawn < painted < order and _around(cover, box) for cover, painted in self.covers[:_AREAS])


def _placed(item: Any) -> tuple[Box, Any]:
    """Where an object is on the page, and how what it stands in moves and stretches it."""
    box: Box = item.get_bounds()
    matrix, around = pypdfium2.PdfMatrix(), item.container
    while around is not None:
        box, matrix = around.get_matrix().on_rect(*box), matrix.multiply(around.get_matrix())
        around = around.container
    return box, matrix


def _is_cut(item: Any) -> bool:
    """Is the text cut away by the frame that it, or what it stands in, is painted in?"""
    box: Box = item.get_bounds()
    while item is not None:
        if not all(_holds(frame, box) for frame in _frames(item)):
            return True
        item = item.container
        box = item.get_matrix().on_rect(*box) if item is not None else box
    return False


def _is_covered(box: Box, covers: list[Box]) -> bool:
    """Do these areas, together, leave nothing of the box?"""
    reached = box[0]
    for left, bottom, right, top in sorted(covers):
        if left <= reached + 3 and bottom <= box[1] + 3 and top >= box[3] - 3:
            reached = max(reached, right)
    return reached >= max(box[2] - 3, (box[0] + box[2]) / 2) and reached > box[0]


def _behind(backs: list[tuple[Box, int, Colour]], box: Box, order: int) -> bool:
    return any(painted < order and _around(back, box) for back, painted, _ in backs[:_AREAS])


def _ground(backs: list[tuple[Box, int, Colour]], box: Box, order: int, size: float) -> Colour:
    """The colour of what was painted last behind a text, if that is one colour."""
    behind = (
        colour
        for back, painted, colour in backs[_AREAS::-1]
        if painted < order and _around(back, box) and back[3] - back[1] > size / 2  # else a line
    )
    return next(behind, None)


def _holds(outer: Box, inner: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _frames(item: Any) -> Iterator[Box]:
    """The boxes that this text is cut to."""
    clip = pdfium.FPDFPageObj_GetClipPath(item.raw)
    for path in range(min(pdfium.FPDFClipPath_CountPaths(clip), _FRAMES)):
        xs, ys = [], []
        for number in range(min(pdfium.FPDFClipPath_CountPathSegments(clip, path), _FRAMES)):
            x, y = ctypes.c_float(), ctypes.c_float()
            pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFClipPath_GetPathSegment(clip, path, number), x, y)
            xs.append(x.value)
            ys.append(y.value)
        if 0 < len(xs) < _FRAMES:  # else no simple box
            yield min(xs), min(ys), max(xs), max(ys)


def _painted(item: Any) -> tuple[bool, bool]:
    """Is this area coloured, and does it cover all that was painted before?"""
    if item.type == pdfium.FPDF_PAGEOBJ_SHADING:
        return True, False
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item.raw, mode, stroke)
    colour = _colour(item)
    if mode.value == pdfium.FPDF_FILLMODE_NONE or not colour:
        return False, False
    solid = colour[3] == 255
    around = item
    while solid and around is not None:
        solid, around = not pdfium.FPDFPageObj_HasTransparency(around.raw), around.container
    return min(colour[:3]) < _WHITE and colour[3] >= 10, solid


def _colour(item: Any, *, outline: bool = False) -> Colour:
    parts = [ctypes.c_uint() for _ in range(4)]
    look_up = pdfium.FPDFPageObj_GetStrokeColor if outline else pdfium.FPDFPageObj_GetFillColor
    if not look_up(item.raw, *parts):
        return None
    red, green, blue, alpha = (part.value for part in parts)
    return red, green, blue, alpha


def _around(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] + 3 and outer[2] >= inner[2] - 3 and _holds(outer, inner)


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def _annotations(page: Any) -> Iterator[str]:
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), 5000)):
        note = pdfium.FPDFPage_GetAnnot(page, index)
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        if kind == pdfium.FPDF_ANNOT_LINK:
            yield "link, not followed|links, not followed"
        elif kind == pdfium.FPDF_ANNOT_WIDGET:
            yield "form field|form fields"
        elif kind != pdfium.FPDF_ANNOT_POPUP:
            yield "comment|comments"
        pdfium.FPDFPage_CloseAnnot(note)


def _is_empty(page: _Page) -> bool:
    return bool(page.pictures) and sum(len(line.text.split()) for line in page.lines) < _FEW


def _check_layer(pages: list[_Page], name: str) -> None:
    """A scan, or a font that says nothing about its letters, is no empty proposal."""
    length = sum(len(line.text) for page in pages for line in page.lines)
    bad = sum(page.bad for page in pages)
    words = sum(len(line.text.split()) for page in pages for line in page.lines)
    if words < _FEW * len(pages):
        scan = " (a scan?)" if any(page.pictures for page in pages) else ""
        empty = [page.number for page in pages if sum(len(line.text.split()) for line in page.lines) < _FEW]
        raise IncompleteError(
            f"{name}: no text on {_pages(empty)}{scan}; run text recognition, or hand over the source"
        )
    if bad > _BAD * length:
        raise IncompleteError(
            f"{name}: the text layer cannot be used: {bad:,} of {length:,} characters have no meaning; "
            "export the PDF anew, or hand over the source"
        )


def _pages(numbers: list[int]) -> str:
    """ "page 3", or "pages 3-5, 9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    spelled = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
    return f"{'page' if len(numbers) == 1 else 'pages'} {spelled}"


def _running(pages: list[_Page]) -> int:
    """Take out the first and last lines that most pages share but for their numbers."""
    taken = 0
    for edge in (0, -1, 0, -1, 0, -1):
        keys = Counter(_key(page.lines[edge]) for page in pages if _outer(page, edge))
        common = {key for key, n in keys.items() if n >= max(3, len(pages) // 2)}
        for page in pages:
            if _outer(page, edge) and _key(page.lines[edge]) in common:
                page.lines.pop(edge)
        taken += len(common)
    return taken


def _outer(page: _Page, edge: int) -> bool:
    margin = _MARGIN * page.height
    return bool(page.lines) and not margin < page.lines[edge].base < page.height - margin


def _key(line: _Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text.strip()), round(line.base / 10)


def _write(pages: list[_Page], document: Any) -> Draft:
    writer = Writer()
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    larger = sorted((size for size in sizes if size > 1.12 * body), reverse=True)
    for page in pages:
        for lines in _paragraphs(page.lines):
            heading = _is_heading(lines, body)
            size = round(lines[0].size, 1)
            level = larger.index(size) + 1 if size in larger else len(larger) + 1
            kind = (
                "heading" if heading else "list_item" if lines[0].item or _BULLET.match(lines[0].text) else "paragraph"
            )
            writer.add(kind, _joined(lines), level=min(level, 6), place=f"page {page.number}")  # type: ignore[arg-type]
    for key in ("Subject", "Keywords"):
        writer.property(document.get_metadata_value(key))
    return writer.done()


def _paragraphs(lines: list[_Line]) -> Iterator[list[_Line]]:
    """Lines that belong together: one size, one distance, no bullet, no jump to another column mid-sentence."""
    if not lines:
        return
    near = [(a, b) for a, b in pairwise(lines) if 0 < a.foot - b.base < 5 * (a.size or 10)]
    # After a line that ends no sentence, its paragraph goes on; where most have one line, others tell nothing of lines.
    going_on = [(a, b) for a, b in near if not a.text.rstrip().endswith(_SENTENCE_END) and abs(a.size - b.size) < 1]
    gaps = sorted(a.foot - b.base for a, b in going_on or near)
    usual = gaps[len(gaps) // 3] if gaps else 0.0
    _mark_items(lines)
    current = [lines[0]]
    for before, line in pairwise(lines):
        gap = before.foot - line.base
        other = abs(line.size - before.size) > 0.08 * before.size or line.bold != before.bold
        jump = gap < -2 * line.size  # to the top of the next column
        wide = gap > 1.35 * usual and gap > 1.15 * line.size
        ended = before.text.rstrip().endswith(_SENTENCE_END)
        if (
            other
            or wide
            or line.item
            or (current[0].item and line.left < before.left - _INDENTED)
            or (jump and ended)
            or _BULLET.match(line.text)
            or (_NUMBERED.match(line.text) and ended)
        ):
            yield current
            current = []
        current.append(line)
    yield current


def _mark_items(lines: list[_Line]) -> None:
    """Find the items of lists without marks: indented below "We measure:" or a heading, each ending before its time."""
    edges = _edges(lines)
    listed: float | None = None
    for before, line in pairwise(lines):
        if listed is None:
            opens = before.text.rstrip().endswith((":", "：")) or before.size > 1.08 * line.size
            line.item = opens and _INDENTED < line.left - before.left < _INDENT
            listed = line.left if line.item else None
        elif abs(line.left - listed) < _INDENTED / 2 or line.base > before.foot:  # on top of the next column
            listed = line.left
            line.item = _ends_early(before, line, edges.get((round(line.size), int(before.left // _INDENT)), 0.0))
        else:
            listed = None


def _edges(lines: list[_Line]) -> dict[tuple[int, int], float]:
    """Where the lines of each size and column end."""
    rights: dict[tuple[int, int], list[float]] = defaultdict(list)
    for line in lines:
        for column in (0, 1):  # what is indented a little belongs to the column, too
            rights[round(line.size), int(line.left // _INDENT) + column].append(line.right)
    # A few lines run over the edge.
    return {key: nlargest(3, ends)[-1] for key, ends in rights.items() if len(ends) > 2}


def _mark_parted(pages: list[_Page]) -> None:
    """Find Korean words that go on in the next line, as browsers part them between any two letters, without a sign.

    Whether they do in this file is told by words that stand elsewhere in one line.
    """
    words = sorted({word for page in pages for line in page.lines for word in line.text.split()[1:-1]})

    def known(beginning: str) -> bool:
        at = bisect_left(words, beginning)
        return at < len(words) and words[at].startswith(beginning)

    full: list[tuple[_Line, str, str]] = []  # and its last word, and the first one of the next
    for page in pages:
        edges = _edges(page.lines)
        for line, after in pairwise(page.lines):
            edge = edges.get((round(line.size), int(line.left // _INDENT)), float("inf"))
            if round(line.size) != round(after.size) or edge - line.right > line.size:
                continue
            if _is_hangul(line.text[-1:]) and _is_hangul(after.text.lstrip()[:1]):
                full.append((line, line.text.split()[-1], after.text.split()[0]))
    sure = [bool(known(last + first[0]) or _LAST.match(first)) for _, last, first in full]
    if sum(sure) * _PARTED < max(len(full), 1):
        return
    for (line, last, first), is_sure in zip(full, sure, strict=True):
        line.parted = is_sure or not (known(first[:2]) or _WHOLE.match(last))


def _is_hangul(char: str) -> bool:
    return "가" <= char <= "힣"


def _ends_early(line: _Line, following: _Line, edge: float) -> bool:
    """Would the next word have found room on the line, so that somebody began a new one?"""
    letter = (line.right - line.left) / max(len(line.text.strip()), 1)
    return edge - line.right > _ROOM * letter * (len(following.text.split()[0]) + 1) > 0


def _is_heading(lines: list[_Line], body: float) -> bool:
    text = " ".join(line.text for line in lines).strip()
    if len(text.split()) > 14 or len(lines) > 2 or text.endswith((".", ",", ";")) or not re.search(r"\w", text):
        return False
    if _BULLET.match(text) and not _NUMBERED.match(text):
        return False
    return lines[0].size > 1.12 * body or lines[0].bold


def _joined(lines: list[_Line]) -> list[tuple[str, str]]:
    """The lines as one text; a word parted at a line's end is whole again."""
    pieces: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        text, end = line.text, len(line.text.rstrip())
        after = lines[number + 1].text.lstrip() if number + 1 < len(lines) else ""
        joint = "\n" if after and not line.parted else ""
        if text[:end].endswith(("-", "\u2010", "\u00ad")) and after[:1].islower() and text[end - 2 : end - 1].isalpha():
            # "human-in-the-" keeps its hyphen, "repro-" loses it.
            end, joint = (end if _SEVERAL_HYPHENS.search(text[:end]) else end - 1), ""
        at = 0
        for start, stop, why in line.hidden:
            pieces += [(text[at:start], ""), (text[start : min(stop, end)], why)]
            at = min(stop, end)
        pieces.append((text[at:end] + joint, ""))
    return [piece for piece in pieces if piece[0]]
