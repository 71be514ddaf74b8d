"""The store's file: made whole, checked before it is believed, brought up to date, and never thrown away."""

import os
import shutil
import sqlite3
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from reviewer.errors import InputError, OutputError, ReviewerError
from reviewer.version import VERSION

FILE = "store.db"
_APPLICATION = 0x72765772  # "rvWr", in the file's header: what tells a store from any other SQLite file
# From version N to N + 1. What is released is never edited: a store of any version must come through.
MIGRATIONS = (
    """
    CREATE TABLE run (id INTEGER PRIMARY KEY CHECK (id = 1), tool TEXT NOT NULL, settings TEXT NOT NULL);
    CREATE TABLE documents (
        id TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL,
        content TEXT, state TEXT, reason TEXT NOT NULL DEFAULT '', present INTEGER NOT NULL DEFAULT 1
    ) WITHOUT ROWID;
    CREATE INDEX documents_position ON documents (position);
    CREATE TABLE results (
        content TEXT NOT NULL, settings TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
        name TEXT NOT NULL, cost REAL, calls INTEGER NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (settings, content)
    ) WITHOUT ROWID;
    CREATE TABLE records (
        content TEXT NOT NULL, settings TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (settings, content)
    );
    """,
)
_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "fuse.sshfs", "fuse.rclone", "gpfs", "glusterfs")
_FULL, _BROKEN = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR), (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """SQLite's errors, and those of what it holds, as ours."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a bug of ours
    except sqlite3.Error as error:
        # What has no code is a text that is none.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        raise _worded(path, code, str(error)) from error
    except zlib.error as error:
        raise _worded(path, sqlite3.SQLITE_CORRUPT, f"a record cannot be unpacked: {error}") from error


@contextmanager
def told(path: Path) -> Iterator[None]:
    """The system's errors, too."""
    try:
        with sound(path):
            yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}; name another folder with --out") from error


def _worded(path: Path, code: int, said: str) -> ReviewerError:
    if code in _BROKEN:
        return InputError(
            f"{path}: is damaged, or no store of reviewer ({said}); nothing was changed. Put a copy back, or save "
            f"what can be read (sqlite3 {path.name} .recover), then start again with another --out"
        )
    if code in _FULL:
        free = shutil.disk_usage(path.parent).free
        return OutputError(
            f"{path}: cannot be written ({said}); {free / 1e6:,.0f} MB are free there. "
            "What was finished is kept: make room, then run the same command again"
        )
    if code == sqlite3.SQLITE_BUSY:
        return OutputError(f"{path}: another program holds it locked; close that, then run the same command again")
    return OutputError(f"{path}: cannot be used ({said}); check the folder's permissions, or name another --out")


def create(path: Path) -> None:
    """Make an empty store under another name and move it whole: a kill leaves none or a good one."""
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-") as folder:
            new = Path(folder) / FILE
            os.close(os.open(new, os.O_CREAT | os.O_WRONLY, 0o600))  # SQLite's other files follow suit
            with closing(sqlite3.connect(new, isolation_level=None)) as db:
                _migrate(db, 0)
            try:
                os.link(new, path)
            except FileExistsError:
                pass  # somebody else's, as good as ours
            except OSError:  # a memory stick, some network drives: no second names there
                new.rename(path)


def is_run(folder: Path) -> bool:
    """Is it the folder of a run?"""
    try:
        with (folder / FILE).open("rb") as file:
            return file.read(72)[68:] == _APPLICATION.to_bytes(4, "big")
    except OSError:
        return False


def connect(path: Path, *, write: bool, whole: bool = True) -> sqlite3.Connection:
    """Open a store of this version; to see that it is `whole`, all of it is read."""
    if not os.path.isfile(path):  # noqa: PTH113 - Path's own raises where nobody may look
        raise InputError(
            f"{path}: no such store, or none that may be read; make one: reviewer batch run SOURCE --out {path.parent}"
        )
    if path.stat().st_size == 0:
        raise InputError(f"{path}: is empty, so a copy of it broke off; put a whole copy back, or remove the file")
    with told(path):
        # Without a place for SQLite's side files, only a file that nobody writes can be read.
        frozen = not write and not os.access(path.parent, os.W_OK)
        where = f"{path.resolve().as_uri()}{'?immutable=1' if frozen else ''}"
        db = sqlite3.connect(where, uri=True, timeout=10, isolation_level=None)
        try:
            _check(db, path, whole=whole)
            if write:
                # Paid answers are the data: FULL, so that a power cut loses none either.
                journal = "DELETE" if on_network(path) else "WAL"
                db.execute(f"PRAGMA journal_mode={journal}")
                db.execute("PRAGMA synchronous=FULL")
                db.execute("PRAGMA fullfsync=ON")  # macOS calls a thing sync that is none
            else:
                db.execute("PRAGMA query_only=ON")
        except BaseException:
            db.close()
            raise
    return db


def _check(db: sqlite3.Connection, path: Path, *, whole: bool) -> None:
    [[version]] = db.execute("PRAGMA user_version")
    if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
        raise InputError(f"{path}: is a database, but no store of reviewer; name another --out")
    if whole and (state := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise _worded(path, sqlite3.SQLITE_CORRUPT, " ".join(state.split()))
    if version > len(MIGRATIONS):
        by = (db.execute("SELECT tool FROM run").fetchone() or ["a newer one"])[0]
        raise InputError(f"{path}: written by reviewer {by}, and this is {VERSION}; upgrade, or name another --out")
    if version < len(MIGRATIONS):
        with closing(sqlite3.connect(path.with_name(f"store.v{version}.db"))) as copy:
            db.backup(copy)
        _migrate(db, version)


def _migrate(db: sqlite3.Connection, version: int) -> None:
    """Every step in one transaction, so that no half of it is ever there."""
    steps = "".join(MIGRATIONS[version:])
    pragmas = f"PRAGMA user_version={len(MIGRATIONS)}; PRAGMA application_id={_APPLICATION};"
    db.executescript(f"BEGIN IMMEDIATE; {steps} {pragmas} COMMIT;")


def on_network(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Is it on a file system that several machines share? SQLite's log does not work there."""
    if not sys.platform.startswith("linux") or not mounts.exists():
        return False
    best, kind = "", ""
    for line in mounts.read_text("utf-8", "replace").splitlines():
        left, _, right = line.partition(" - ")
        point = left.split()[4].encode().decode("unicode_escape")
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind.startswith(_NETWORK)
