"""What a run is about: files, folders, patterns, archives, tables and lists become documents, one at a time.

Nothing is written to disk and nothing is held: a document's bytes are read when they are asked for, which must be
before the next document is. An archive may be hostile: what it says of itself is not believed.
"""

# ruff: noqa: PTH110, PTH112, PTH114 - Path's own raise where nobody may look

import csv
import glob
import hashlib
import json
import os
import stat
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import islice, takewhile, zip_longest
from os.path import exists, isdir, islink
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from reviewer.batch.archives import MOST, archive_kind, members, readable, stamp_of, unique
from reviewer.batch.database import is_run
from reviewer.batch.rows import FOLDERS, OWN_FILE, PAGES
from reviewer.batch.store import Listed
from reviewer.domain import LeftOut
from reviewer.domain.base import Frozen
from reviewer.errors import InputError
from reviewer.pipeline import folded

READ = frozenset(
    (
        *(".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd", ".txt", ".text", ".rst", ".rest"),
        *(".html", ".htm", ".xhtml", ".ipynb", ".docx", ".odt", ".pdf"),
    )
)
_TOOLS = ("node_modules", "__pycache__", "__MACOSX", "venv")
_JUNK = ("thumbs.db", "desktop.ini")
_PAPERS = ("readme", "license", "licence", "changelog", "contributing", "code_of_conduct", "security", "notice")
_TABLES = (".jsonl", ".ndjson", ".csv", ".tsv")
_HIDDEN, _LINK = "hidden, or a tool's", "a symbolic link"


class Rules(Frozen):
    """Which files count as proposals, and where a table has its text."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    text_column: str | None = None
    id_column: str | None = None

    def against(self, path: PurePosixPath) -> str:
        """Why a file does not count; empty where it does."""
        if any((part.startswith(".") and part != "..") or part in _TOOLS for part in path.parts):
            return _HIDDEN
        if path.name.lower() in _JUNK or path.name.startswith("~$"):
            return "left by another program"
        if _match(path, self.exclude):
            return "left out by --exclude"
        if self.include:
            return "" if _match(path, self.include) else "not among --include"
        if _holds(path):
            return "an archive or a table: name it as a SOURCE of its own"
        if path.suffix.lower() not in READ:
            return f"no format that is read ({folded(path.suffix.lower()[:12]) or 'no ending'})"
        return "by its name no proposal" if path.stem.lower() in _PAPERS else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that is there to be read."""

    listed: Listed
    read: Callable[[], bytes]  # raises InputError

    @property
    def id(self) -> str:
        """The store's key."""
        return self.listed.id


def entries(sources: Iterable[str], rules: Rules) -> Iterator[Entry | LeftOut]:
    """Every document of the sources, and every file that is none, in an order that only they decide.

    Raises InputError where a source is not there or cannot be opened at all.
    """
    for source in sources:
        path = Path(source)
        if not source:
            raise InputError("a SOURCE is empty; name a file or folder, or . for the one where you are")
        if source == "-" or source.startswith("@"):
            yield from _paths(source, rules)
        elif isdir(path):
            yield from _folder(path, rules)
        elif exists(path):
            yield from _file(path, rules)
        elif glob.has_magic(source):
            yield from _pattern(source, rules)
        else:
            raise InputError(f"{source}: no such file or folder; check the path, or quote a pattern: 'drafts/**/*.md'")


def content_of(data: bytes, name: str) -> str:
    """What a result belongs to: the bytes, and the ending of the name where it may decide how they are read."""
    return hashlib.sha256(data).hexdigest() + PurePosixPath(name).suffix.lower()[:12]


def _file(path: Path, rules: Rules) -> Iterator[Entry | LeftOut]:
    """A file that was named: it counts, whatever it is called."""
    if path.suffix.lower() in _TABLES:
        yield from _table(path, rules)
    elif kind := archive_kind(path.name):
        for member in members(path, kind):
            name, place = _shown(path.as_posix()), path.as_posix()
            if member.name:
                name, place = f"{name}!{folded(member.name)}", f"{place}!{member.name}{member.again}"
            if why := "" if member.state else rules.against(PurePosixPath(member.name)):
                yield LeftOut(name=name, reason=why)
            else:
                yield _entry(
                    place, _told_apart(name, member.again), member.stamp, member.read, member.state, member.why
                )
    else:
        yield _plain(path)


def _entry(place: str, name: str, stamp: str, read: Callable[[], bytes], state: Any = None, why: str = "") -> Entry:
    # What an archive says of its members holds their names as they are.
    return Entry(Listed(place=place, name=name, stamp=stamp, state=state, reason=folded(why)), read)


def _shown(path: str) -> str:
    return folded("/".join(map(readable, os.fsencode(path).split(b"/"))))


def _told_apart(name: str, again: str) -> str:
    """The second of a name is "a (2).md": its ending says how to read it."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}{again}.{ending}" if dot and "/" not in ending else name + again


def _plain(path: Path) -> Entry:
    name = _shown(path.as_posix())
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "is no path").lower()
        return _entry(str(path), name, "", lambda: b"", "failed", f"{name}: {why}")
    if not stat.S_ISREG(found.st_mode):
        return _entry(str(path), name, "", lambda: b"", "failed", f"{name}: is no file; name the proposal's file")

    def read() -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(MOST + 1)
        except OSError as error:
            raise InputError(f"{name}: cannot be read: {error.strerror}; check its permissions") from error

    return _entry(str(path), name, stamp_of(found), read)


def _folder(root: Path, rules: Rules) -> Iterator[Entry | LeftOut]:
    closed: list[OSError] = []
    for here, folders, files in os.walk(root, onerror=closed.append):
        inside = PurePosixPath(Path(here).relative_to(root).as_posix())
        for name in sorted(folders):
            if why := _closed(Path(here) / name, inside / name, rules):
                folders.remove(name)
                yield LeftOut(name=_shown(f"{here}/{name}/"), reason=why)
        folders.sort()
        for name in sorted(files):
            yield from _found(Path(here) / name, inside / name, rules)
    for error in closed:
        name = _shown(Path(error.filename).as_posix())
        yield _entry(f"{error.filename}/", f"{name}/", "", lambda: b"", "failed",
                     f"{name}/: cannot be listed: {error.strerror}; check its permissions")  # fmt: skip


def _closed(folder: Path, inside: PurePosixPath, rules: Rules) -> str:
    """Why nothing in a folder counts; empty where it may."""
    if islink(folder):
        return _LINK
    if rules.against(inside / "x.md") == _HIDDEN:
        return _HIDDEN
    return "a run of reviewer" if is_run(folder) else ""


def _pattern(pattern: str, rules: Rules) -> Iterator[Entry | LeftOut]:
    found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not found:
        raise InputError(f"{pattern}: matches no file; check the pattern")
    named = sum(1 for _ in takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts))
    for path in map(Path, found):
        if isdir(path):
            continue  # "drafts/*" means the files; "drafts/**" has listed the folder's own
        if _holds(path) and pattern.endswith(path.suffix):
            yield from _file(path, rules)
        else:
            yield from _found(path, PurePosixPath(*path.parts[named:]), rules)


def _found(path: Path, inside: PurePosixPath, rules: Rules) -> Iterator[Entry | LeftOut]:
    """A file that nobody named."""
    if why := _LINK if islink(path) else rules.against(inside) or ("a report of reviewer" if _report(path) else ""):
        yield LeftOut(name=_shown(path.as_posix()), reason=why)
    elif _holds(inside):  # only where --include asks for them
        yield from _file(path, rules)
    else:
        yield _plain(path)


def _report(path: Path) -> bool:
    """Did a report of a run write it? A run may lie among the proposals, or a pattern lead into it."""
    if path.parent.name in FOLDERS and OWN_FILE.fullmatch(path.name):
        return is_run(path.parent.parent)
    return path.name in PAGES and is_run(path.parent)


def _holds(path: PurePath) -> bool:
    return archive_kind(path.name) is not None or path.suffix.lower() in _TABLES


def _paths(source: str, rules: Rules) -> Iterator[Entry | LeftOut]:
    """A path in each line. Standard input is kept, because the list is gone through more than once."""
    if source == "-":
        lines = _stdin()
    else:
        try:
            data = Path(source[1:]).read_bytes()
            lines = data.decode(encoding := _encoding(data), _ERRORS[encoding]).splitlines()
        except OSError as error:
            raise InputError(f"{source[1:]}: cannot be read: {error.strerror}; name a list of paths") from error
    for line in filter(None, map(str.strip, lines)):
        path = Path(line)
        yield from _folder(path, rules) if isdir(path) else _file(path, rules) if exists(path) else [_plain(path)]


_LISTED: list[str] = []


def _stdin() -> list[str]:
    if not _LISTED and sys.stdin is not None:
        _LISTED.extend(sys.stdin.read().splitlines())
    return _LISTED


def _match(path: PurePosixPath, patterns: Iterable[str]) -> bool:
    return any(fnmatch(str(path), pattern) or fnmatch(path.name, pattern) for pattern in patterns)


def _table(path: Path, rules: Rules) -> Iterator[Entry]:
    """A row is a document."""
    try:
        rows = _json_rows(path) if path.suffix.lower() in (".jsonl", ".ndjson") else _csv_rows(path)
        seen: dict[int, int] = {}
        known = False  # are the columns what we were told?
        for number, row in rows:
            where = f"{path.as_posix()}#{number}"
            if isinstance(row, str):
                yield _entry(where, folded(where), "", lambda: b"", "failed", f"{folded(where)}: {row}")
                continue
            column = rules.text_column or "text"
            text = row.get(column)
            if not known and column not in row:
                columns = folded(", ".join(islice(map(str, row), 20)))
                raise InputError(f"{path}: has no column {column!r}, but {columns}; name it: --text-column NAME")
            id_ = row.get(rules.id_column) if rules.id_column else None
            called = "" if id_ is None else str(id_)
            if not known and rules.id_column and rules.id_column not in row:
                raise InputError(f"{path}: has no column {rules.id_column!r}; mend --id-column")
            known = True
            wanted = f"{path.as_posix()}#id {called}" if called else where
            place = unique(wanted, seen)
            name = (folded(called)[:200] or folded(where)) + place[len(wanted) :]
            if PurePosixPath(name).suffix.lower() in READ:
                name += f" ({folded(column)})"  # of "draft.ipynb" a table has the text, and no notebook
            if not isinstance(text, str) or not text.strip():
                yield _entry(place, name, "", lambda: b"", "failed", f"{name}: nothing stands in {column!r}")
                continue
            data = _bytes(text)
            yield _entry(place, name, hashlib.sha256(data).hexdigest()[:20], lambda data=data: data)  # type: ignore[misc]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; check the path") from error


def _bytes(text: str) -> bytes:
    """The text as it stood in the file: what was decoded from bytes that are no UTF-8 goes on as they were."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace")


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    with path.open("rb") as raw:
        encoding = _encoding(raw.read(4))
    with path.open(encoding=encoding, errors=_ERRORS[encoding], newline="\n") as file:
        number = 0
        while line := file.readline(2 * MOST):
            if not line.strip(" \t\r\n\ufeff"):
                continue
            number += 1
            if not line.endswith("\n") and (rest := file.readline(2 * MOST)):
                while rest and not rest.endswith("\n"):  # it belongs to the same line
                    rest = file.readline(2 * MOST)
                yield number, f"a line of more than {2 * MOST // 1_000_000} MB; hand over the proposal's text alone"
                continue
            try:
                row = json.loads(line.lstrip("\ufeff"))
            except (ValueError, RecursionError) as error:
                yield number, f"no JSON ({error}); mend the line"
                continue
            yield number, row if isinstance(row, dict) else "no JSON object; a line is a {…}"


_ERRORS = {"utf-16": "replace", "utf-8-sig": "surrogateescape", "cp949": "surrogateescape"}


def _encoding(data: bytes) -> str:
    """What Windows calls Unicode is not UTF-8."""
    return "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    with path.open("rb") as raw:
        head = raw.read(1 << 16)
    encoding = _encoding(head)
    try:
        head.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-16" and error.start <= len(head) - 4:
            encoding = "cp949"  # as Excel saves in Korea
    first = head.split(b"\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=lambda mark: first.count(mark.encode()))
    csv.field_size_limit(MOST)
    with path.open(encoding=encoding, errors=_ERRORS[encoding], newline="") as file:
        rows = csv.reader(file, delimiter=delimiter, strict=True)  # a quote that never ends swallows what follows
        header = next(rows, [])
        number = 0
        while True:
            number += 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield number, f"no row of a table ({error}); mend it"
                continue
            if row:
                yield number, dict(zip_longest(header, row[: len(header)]))
