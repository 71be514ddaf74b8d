"""Where a report's files go: under names that lead nowhere else, each whole or not there at all."""

import os
import re
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from reviewer.batch.rows import OWN_FILE, Row
from reviewer.errors import OutputError

_UNSAFE = re.compile(r"[^\w.-]+")
_BEGUN = ".part"
_ABANDONED = 3600  # seconds without a change: whoever began it was killed
_FOLDER = 24  # characters of a folder's name that are kept
_LONGEST = 60  # characters of a name that are kept: 180 bytes of Korean, where 255 are allowed


def safe_name(row: Row, ending: str) -> str:
    """A file's name that a person recognises and that no other row has, whatever the document is called.

    Its folder's name is in it, since each of sixty students may call it "proposal.md". Letters of every script stay;
    what could be a folder, a hidden file or an option goes. The digest tells apart what a file system without upper
    case would not.
    """
    *_, folder, last = ["", *re.split(r"[/\\]", unicodedata.normalize("NFC", row.name))]
    stem = f"{folder[:_FOLDER]}-{last.rpartition('.')[0] or last}"
    plain = _UNSAFE.sub("-", stem)[:_LONGEST].strip(".-_") or "document"
    digest = sha256(f"{row.id}\0{row.name}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{plain}-{digest}{ending}"


@contextmanager
def whole_file(path: Path, *, sheet: bool = False) -> Iterator[TextIO]:
    """A text file that takes the place of the old one at the end, if nothing went wrong; its owner alone reads it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp's mode is 0600: reports hold the proposals' text.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=_BEGUN, dir=path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        # A name's lone surrogates are the only thing that UTF-8 does not take.
        with os.fdopen(
            descriptor, "w", encoding="utf-8-sig" if sheet else "utf-8", errors="replace", newline="" if sheet else "\n"
        ) as file:
            yield file
        Path(temporary).replace(path)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """A small file at once."""
    with whole_file(path) as file:
        file.write(text)


def drop_stale(folder: Path, current: Iterable[str]) -> None:
    """Remove reports of documents that are no longer reviewed; nothing but what `safe_name` can have named.

    What a killed report left behind, here and in the folder above, goes too: it holds the proposals' text.
    """
    keep = set(current)
    try:
        for path in folder.iterdir() if folder.is_dir() else ():
            if OWN_FILE.fullmatch(path.name) and path.name not in keep:
                path.unlink()
        for place in (folder, folder.parent):
            for path in place.glob(f".*{_BEGUN}"):
                with suppress(FileNotFoundError):  # another report has just finished it
                    if path.stat().st_mtime < time.time() - _ABANDONED:
                        path.unlink()
    except OSError as error:
        raise _unwritten(folder, error) from error


def _unwritten(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path}: cannot write: {error.strerror}; free space or permissions there, then run the report again"
    )
