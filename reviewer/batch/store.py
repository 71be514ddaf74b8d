"""What a run knows, in one SQLite file: one program writes, others may read meanwhile.

A result belongs to a document's content and to the settings that it came about with (`Store.settings`), never to a
name: a twin is reviewed once, a renamed file not again, and results of other settings never show up among these.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from reviewer.batch.database import FILE, connect, create, on_network, told
from reviewer.batch.rows import Row, State
from reviewer.domain.base import Frozen
from reviewer.errors import InputError
from reviewer.version import VERSION

_SEEN = """
    SELECT d.id, d.name, coalesce(d.state, r.state, 'pending') AS state, coalesce(r.reason, d.reason) AS reason,
           r.name AS reviewed_as, r.cost AS cost, r.record AS record
    FROM documents d LEFT JOIN results r ON r.content = d.content AND r.settings = ? AND d.state IS NULL
    WHERE d.present
"""


class Listed(Frozen):
    """A document as its source lists it, before it is read."""

    place: str  # where it is, unlike any other: "proposals.zip!a/b.md", "rows.csv#17"
    name: str  # for people
    stamp: str = ""  # of a file that was not touched since, the same
    state: State | None = None  # where the source alone can tell: "failed" (encrypted), "skipped" (a symbolic link)
    reason: str = ""

    @property
    def id(self) -> str:
        """The store's key."""
        return hashlib.sha256(self.place.encode("utf-8", "surrogatepass")).hexdigest()[:20]


class Result(Frozen):
    """What came of one content."""

    content: str
    name: str  # of the document that stood for it
    state: State
    reason: str = ""
    cost: float | None = 0.0  # US dollars; None: not known
    packed: bytes | None = None  # the record, by `pack`

    def record(self) -> bytes:
        """The record as JSON."""
        return zlib.decompress(self.packed or b"")

    @staticmethod
    def pack(record: str) -> bytes:
        """A record is a sixth of its size when packed."""
        return zlib.compress(record.encode(), 6)


class Store:
    """An open store. `run` is what every result depends on; None until the first run says it."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.path, self._db = path, db
        found = db.execute("SELECT settings FROM run").fetchone()
        self.run: dict[str, Any] = json.loads(found[0]) if found else {}

    @property
    def key(self) -> str:
        """Of the settings that results belong to: those under "identity"."""
        whole = json.dumps(self.run.get("identity"), sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:20]

    def configure(self, run: Mapping[str, Any]) -> None:
        """Say what the run is from now on. Results of another identity stay in the file, unseen."""
        self.run = dict(run)
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO run VALUES (1, ?, ?)", (VERSION, json.dumps(self.run)))

    def list(self, documents: Iterable[Listed]) -> None:
        """Take the source's list: what is not in it any more stays in the file, and counts no more."""
        with self._transaction():
            self._db.execute("UPDATE documents SET present = 0")
            self._db.executemany(
                "INSERT INTO documents (id, position, name, stamp, state, reason) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET position = excluded.position, name = excluded.name, "
                "content = iif(stamp = excluded.stamp, content, NULL), stamp = excluded.stamp, "
                "state = excluded.state, reason = excluded.reason, present = 1",
                ((d.id, at, d.name, d.stamp, d.state, d.reason) for at, d in enumerate(documents)),
            )

    def content(self, id: str) -> str | None:  # noqa: A002 - the word for it
        """The content of a document that was read already and not touched since."""
        found = self._db.execute("SELECT content FROM documents WHERE id = ?", (id,)).fetchone()
        return found[0] if found else None

    def state(self, content: str) -> State | None:
        """What came of a content under these settings."""
        found = self._db.execute(
            "SELECT state FROM results WHERE content = ? AND settings = ?", (content, self.key)
        ).fetchone()
        return found[0] if found else None

    def link(self, id: str, content: str) -> None:  # noqa: A002
        """Say which content a document has."""
        with self._transaction():
            self._db.execute("UPDATE documents SET content = ? WHERE id = ?", (content, id))

    def unreadable(self, id: str, reason: str) -> None:  # noqa: A002
        """Say why a document could not even be read. The next run lists it anew."""
        with self._transaction():
            self._db.execute("UPDATE documents SET state = 'failed', reason = ? WHERE id = ?", (reason, id))

    def put(self, result: Result) -> None:
        """Keep a result. Once this returns, neither a kill nor a power cut takes it away."""
        with self._transaction():
            self._put(result)

    def replace(self, results: Iterable[Result], run: Mapping[str, Any]) -> None:
        """Exchange results and say what the run is now, all or nothing."""
        with self._transaction():
            for result in results:
                self._put(result)
            self._db.execute("INSERT OR REPLACE INTO run VALUES (1, ?, ?)", (VERSION, json.dumps(dict(run))))
        self.run = dict(run)

    def _put(self, result: Result) -> None:
        row = (result.content, self.key, result.state, result.reason, result.name, result.cost, result.packed)
        self._db.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def counts(self) -> dict[State, int]:
        """How many documents are in each state; only states that occur."""
        sql = f"SELECT state, count(*) FROM ({_SEEN}) GROUP BY state"  # noqa: S608 - our own text
        return dict(self._db.execute(sql, (self.key,)))

    def reviewed(self) -> bool:
        """Is there any review of these settings?"""
        sql = "SELECT 1 FROM results WHERE settings = ? AND record IS NOT NULL"
        return self._db.execute(sql, (self.key,)).fetchone() is not None

    def shrink(self) -> None:
        """Leave nothing in the file of what was taken out of it."""
        with told(self.path):
            self._db.execute("VACUUM")

    def cost(self) -> float | None:
        """US dollars that the reviews took; None: some are not known."""
        sql = "SELECT sum(cost), count(*) - count(cost) FROM results WHERE settings = ?"
        [[dollars, unknown]] = self._db.execute(sql, (self.key,))
        return None if unknown else dollars or 0.0

    def rows(self, *, records: bool = True) -> Iterator[Row]:
        """Every document in the order of its source; `records=False` leaves the records out, and is quick."""
        with told(self.path), closing(self._db.execute(f"{_SEEN} ORDER BY d.position", (self.key,))) as found:
            for id_, name, state, reason, reviewed_as, _, packed in found:
                record = _unpacked(packed, name, reviewed_as) if records and packed else None
                yield Row(id=id_, name=name, state=state, reason=reason, record=record)

    def results(self) -> Iterator[Result]:
        """Every result of these settings, each content once. They may be replaced meanwhile."""
        sql = (
            "SELECT content, name, state, reason, cost, record FROM results "
            "WHERE settings = ? AND content > ? ORDER BY content LIMIT 50"
        )
        last = ""
        with told(self.path):
            while found := self._db.execute(sql, (self.key, last)).fetchall():
                for content, name, state, reason, cost, packed in found:
                    yield Result(content=content, name=name, state=state, reason=reason, cost=cost, packed=packed)
                    last = content

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with told(self.path):
            self._db.execute("BEGIN IMMEDIATE")  # a lock that is taken later can fail halfway
            with self._db:
                yield


@contextmanager
def open_store(run: Path, *, write: bool = False) -> Iterator[Store]:
    """The store of the folder `run`; to write is to make it where there is none. Raises InputError or OutputError."""
    path = run / FILE
    if write and not path.exists():
        if run.exists() and not run.is_dir():
            raise InputError(f"{run}: is a file; --out names a folder")
        create(path)
    with closing(connect(path, write=write)) as db:
        try:
            yield Store(path, db)
        finally:
            if write and not on_network(path):
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # now the one file is all there is to copy


def _unpacked(packed: bytes, name: str, reviewed_as: str) -> bytes:
    data = zlib.decompress(packed)
    if name == reviewed_as:
        return data
    record = json.loads(data)  # a twin, or renamed since
    record["document"]["name"] = name
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
