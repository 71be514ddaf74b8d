"""Which reader reads which format. Readers, and the libraries that they stand on, are imported when they are needed."""

import re
from importlib import import_module
from typing import Any

from reviewer.errors import InputError
from reviewer.parse.decode import decode
from reviewer.parse.draft import Draft, composed

_TEXTS = {"markdown": "markdown", "text": "plain", "rst": "rst", "html": "html", "ipynb": "notebook"}
_FILES = {"docx": "docx", "odt": "odt", "pdf": "pdf"}
_EXTRAS = {"html": ("selectolax", "html"), "pdf": ("pypdfium2", "pdf")}
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{1,40})|<\?xml[^>]{0,100}?encoding=["']([\w-]{1,40})""",
    re.IGNORECASE,
)
RISKY = frozenset([*_FILES, "html"])  # parsers in C, or formats that unfold to much more than they are
MAX_TEXT = 1_000_000  # characters: a book; what takes longer to read than five seconds is no proposal
MAX_BLOCKS = 50_000
LARGE = 300_000  # bytes from which on the others are watched, too


def read(kind: str, data: bytes, name: str) -> tuple[Draft, str, bool]:
    """The draft, the encoding that the text was in, and whether that is a guess."""
    draft: Draft
    encoding, guessed = "", False
    if kind in _FILES:
        draft = _reader(_FILES[kind]).read(data, name)
        _check_length(draft.text, name)
    else:
        declared = ""
        if kind == "html" and (found := _CHARSET.search(data[:4096])):
            declared = (found[1] or found[2]).decode("ascii")
        text, encoding, guessed = decode(data, name, declared)
        _check_length(text, name)
        text = composed(text)
        reader = _reader(_TEXTS[kind])
        draft = reader.read(text, name) if kind == "ipynb" else reader.read(text)
    if len(draft.blocks) > MAX_BLOCKS:
        raise InputError(f"{name}: {len(draft.blocks):,} paragraphs; a proposal has fewer than {MAX_BLOCKS:,}")
    return draft, encoding, guessed


def need(kind: str, name: str) -> None:
    """Say which extra is missing, before a process is started for it."""
    module, extra = _EXTRAS.get(kind, ("", ""))
    if module:
        try:
            import_module(module)
        except ImportError:
            raise InputError(
                f"{name}: reading {kind} needs {module}: pip install 'proposal-reviewer[{extra}]'"
            ) from None


def _check_length(text: str, name: str) -> None:
    if len(text) > MAX_TEXT:
        raise InputError(f"{name}: {len(text):,} characters of text; a proposal has fewer than {MAX_TEXT:,}")


def _reader(module: str) -> Any:
    return import_module(f"reviewer.parse.{module}")
