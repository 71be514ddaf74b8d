"""Bytes in, a Document out: its text, where things are in it, and what may not count. The only function is `parse`."""

import errno
import hashlib
import os
import re
import stat
from pathlib import Path
from string import ascii_letters

from reviewer.domain import Block, Document, Section
from reviewer.errors import IncompleteError, InputError, one_line
from reviewer.parse.draft import Draft
from reviewer.parse.limited import read_limited
from reviewer.parse.readers import LARGE, RISKY, need, read
from reviewer.parse.regions import MOST_HIDDEN, regions, too_much_hidden
from reviewer.parse.sniff import sniff

MAX_BYTES = 10_000_000
MIN_WORDS = 20
_HANGUL = re.compile(r"[가-힣]+")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# UTF-8 that was taken for Latin-1 and saved again: the bytes of one letter as two or three.
_TWICE = re.compile("[ÂÃ][\u0080-\u00bf]|[ëìíêâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]{2}|â€.")
_HANGUL_SHARE = 0.2  # of letters: a Korean proposal is full of English terms


def parse(data: bytes, name: str, *, format: str | None = None) -> Document:  # noqa: A002 - the word for it
    """Read a proposal. `format` is a reader's name ("markdown", "docx", ...) where bytes and name do not tell."""
    name = one_line(name)  # a file name need not be text
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: more than {MAX_BYTES // 1_000_000} MB; hand over the proposal's text alone")
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise InputError(f"{name}: is empty")
    kind = sniff(data, name, format)
    if kind in RISKY or len(data) > LARGE:
        need(kind, name)
        draft, encoding, guessed = read_limited(kind, data, name)
    else:
        draft, encoding, guessed = read(kind, data, name)
    if guessed:
        draft.not_read.append(f"a mark that tells the encoding; {encoding.upper()} is a guess")
    return _document(draft, kind, encoding, data, name)


def parse_path(path: Path) -> Document:
    """Read a proposal from a regular file; anything else is refused before it can block or never end."""
    name = one_line(path.as_posix())
    try:
        # Not blocking: opening a FIFO without a writer would wait for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        what = {errno.ENOENT: "no such file", errno.EACCES: "may not be read", errno.ENXIO: "is not a file"}
        why = what.get(error.errno or 0) or (error.strerror or "cannot be opened").lower()
        raise InputError(f"{name}: {why}; give the path of a proposal") from None
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{name}: is a directory; give the path of a proposal")
        if not stat.S_ISREG(mode):
            raise InputError(f"{name}: is a pipe or a device; give the path of a proposal, or - to read stdin")
        with open(handle, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None
    finally:
        os.close(handle)
    return parse(data, name)


def _document(draft: Draft, kind: str, encoding: str, data: bytes, name: str) -> Document:
    if _SURROGATE.search(draft.text):
        draft.text = _SURROGATE.sub("\ufffd", draft.text)
    lost = draft.text.count("\ufffd")
    draft.unread(lost, "letter that an earlier conversion lost", "letters that an earlier conversion lost")
    twice = 0 if draft.text.isascii() else len(_TWICE.findall(draft.text))
    draft.unread(twice, "letter that was converted twice (â€œ)", "letters that were converted twice (â€œ)")
    if too_much_hidden(draft):
        raise InputError(f"{name}: more than {MOST_HIDDEN:,} places of hidden text; save it anew, without them")
    document = Document(
        name=name,
        format=kind,
        encoding=encoding,
        sha256=hashlib.sha256(data).hexdigest(),
        text=draft.text,
        language="en",
        sections=_sections(draft),
        blocks=tuple(Block(start=start, end=end, kind=block, place=place) for start, end, block, place in draft.blocks),
        regions=regions(draft),
    )
    visible = document.visible()
    words = len(visible.split()) + _letters(_IDEOGRAPHS, visible) // 2
    if words < MIN_WORDS:
        hidden = sum(len(draft.text[r.start : r.end].split()) for r in document.regions if r.kind == "hidden")
        also = f" ({hidden} more are hidden from readers)" if hidden > MIN_WORDS else ""
        said = "1 word" if words == 1 else f"{words} words"
        raise IncompleteError(f"{name}: too short to be a proposal: {said} of text{also}; nothing was reviewed")
    hangul, plain = _letters(_HANGUL, visible), visible.encode("ascii", "ignore")
    latin = len(plain) - len(plain.translate(None, ascii_letters.encode()))
    seen = {"words": words, "headings": len(draft.headings), **draft.seen}
    return document.model_copy(
        update={
            "language": "ko" if hangul > _HANGUL_SHARE * (hangul + latin) else "en",
            "seen": {what: n for what, n in seen.items() if n},
            "not_read": (*_missed(draft), *draft.not_read),
        }
    )


def _letters(runs: re.Pattern[str], text: str) -> int:
    return 0 if text.isascii() else sum(map(len, runs.findall(text)))


def _missed(draft: Draft) -> list[str]:
    forms = [(n, *what.split("|")) for what, n in draft.missed.items()]
    return [f"{n} {one if n == 1 else many}" for n, one, many in forms]


def _sections(draft: Draft) -> tuple[Section, ...]:
    text, headings = draft.text, list(draft.headings)
    if not headings or text[: headings[0][0]].strip():
        headings.insert(0, (0, 0, ""))
    ends = [*(start for start, _, _ in headings[1:]), len(text)]
    return tuple(
        Section(heading=words, level=level, start=start, end=end)
        for (start, level, words), end in zip(headings, ends, strict=True)
    )
