"""What a run knows, in one SQLite file: one program writes, others may read meanwhile.

A result belongs to a document's content and to the settings that it came about with (`Store.settings`), never to a
name: a twin is reviewed once, a renamed file not again, and results of other settings never show up among these.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from reviewer.batch.database import FILE, connect, create, on_network, sound
from reviewer.batch.rows import Row, State
from reviewer.domain.base import Frozen
from reviewer.errors import InputError
from reviewer.version import VERSION

_SEEN = """
    FROM documents d LEFT JOIN results r ON r.settings = ? AND r.content = d.content AND d.state IS NULL
    LEFT JOIN records p ON p.settings = r.settings AND p.content = r.content
    WHERE d.present
"""
_RESULT = ("content", "name", "state", "reason", "cost", "calls", "tokens", "packed")
_STATE = "coalesce(d.state, r.state, 'pending')"


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
    calls: int = 0
    tokens: int = 0  # in and out
    packed: bytes | None = None  # the record, by `pack`

    @property
    def spent(self) -> tuple[float, int, int]:
        """Dollars, tokens and calls."""
        return self.cost or 0.0, self.tokens, self.calls

    def record(self) -> bytes:
        """The record as JSON."""
        return zlib.decompress(self.packed or b"")

    @staticmethod
    def pack(record: str) -> bytes:
        """A record is a sixth of its size when packed."""
        return zlib.compress(record.encode(), 6)


class Link(Frozen):
    """A document, and the content that it was last read with."""

    id: str
    name: str
    content: str | None


class Store:
    """An open store. `run` is what every result depends on; None until the first run says it."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.path, self._db = path, db
        self._linked: dict[str, str] = {}
        found = self._ask("SELECT settings FROM run")
        self.run: dict[str, Any] = json.loads(found[0][0]) if found else {}

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
        if id in self._linked:
            return self._linked[id]
        found = self._ask("SELECT content FROM documents WHERE id = ?", id)
        return found[0][0] if found else None

    def state(self, content: str) -> State | None:
        """What came of a content under these settings."""
        found = self._ask("SELECT state FROM results WHERE content = ? AND settings = ?", content, self.key)
        return found[0][0] if found else None

    def link(self, id: str, content: str) -> None:  # noqa: A002
        """Say which content a document has. Kept with the next result: a kill costs no more than reading it again."""
        self._linked[id] = content

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
        key = (result.content, self.key)
        row = (*key, result.state, result.reason, result.name, result.cost, result.calls, result.tokens)
        self._db.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._db.execute("DELETE FROM records WHERE content = ? AND settings = ?", key)
        if result.packed is not None:
            self._db.execute("INSERT INTO records VALUES (?, ?, ?)", (*key, result.packed))

    def counts(self) -> dict[State, int]:
        """How many documents are in each state; only states that occur."""
        return dict(self._ask(f"SELECT {_STATE}, count(*) {_SEEN} GROUP BY 1", self.key))

    def reviewed(self) -> bool:
        """Is there any review of these settings?"""
        return bool(self._ask("SELECT 1 FROM records WHERE settings = ? LIMIT 1", self.key))

    def shrink(self) -> None:
        """Leave nothing in the file of what was taken out of it."""
        self._ask("VACUUM")

    def cost(self) -> float | None:
        """US dollars that the reviews took; None: some are not known."""
        sql = "SELECT sum(cost), count(*) - count(cost) FROM results WHERE settings = ?"
        [[dollars, unknown]] = self._ask(sql, self.key)
        return None if unknown else dollars or 0.0

    def spent(self) -> tuple[float, int, int]:
        """Dollars, tokens and calls that all results took, whatever their settings; an unknown price counts nothing."""
        [found] = self._ask("SELECT total(cost), sum(tokens), sum(calls) FROM results WHERE calls")
        return found[0], found[1] or 0, found[2] or 0

    def rows(self, *, records: bool = True) -> Generator[Row, None, None]:
        """Every document in the order of its source; `records=False` leaves the records out, and is quick."""
        shown = "p.record" if records else "NULL"
        moved: dict[str, tuple[str, ...]] = {}
        for content, id_ in self._ask("SELECT content, id FROM documents WHERE NOT present AND content IS NOT NULL"):
            moved[content] = (*moved.get(content, ()), id_)
        sql = (
            f"SELECT d.id, d.name, {_STATE}, coalesce(r.reason, d.reason), d.content, r.name, {shown} {_SEEN} "
            "ORDER BY d.position"
        )
        with sound(self.path), closing(self._db.execute(sql, (self.key,))) as found:
            for id_, name, state, reason, content, reviewed_as, packed in found:
                record = _unpacked(packed, name, reviewed_as) if packed else None
                was = moved.get(content, ())
                yield Row(id=id_, name=name, state=state, reason=reason, record=record, moved_from=was)

    def links(self) -> Iterator[Link]:
        """Every document without what came of it, in the order of its source."""
        sql = "SELECT id, name, content FROM documents WHERE present ORDER BY position"
        with sound(self.path), closing(self._db.execute(sql)) as found:
            for id_, name, content in found:
                yield Link(id=id_, name=name, content=content)

    def record(self, id: str) -> bytes | None:  # noqa: A002
        """A document's record as JSON, if it was reviewed."""
        sql = f"SELECT p.record, d.name, r.name {_SEEN} AND d.id = ?"
        found = self._ask(sql, self.key, id)
        with sound(self.path):
            return _unpacked(*found[0]) if found and found[0][0] else None

    def results(self) -> Iterator[Result]:
        """Every result of these settings, each content once. They may be replaced meanwhile."""
        sql = (
            "SELECT content, name, state, reason, cost, calls, tokens, record FROM results "
            "LEFT JOIN records USING (settings, content) WHERE settings = ? AND content > ? ORDER BY content LIMIT 50"
        )
        last = ""
        while found := self._ask(sql, self.key, last):
            for row in found:
                yield Result(**dict(zip(_RESULT, row, strict=True)))
                last = row[0]

    def _ask(self, sql: str, *values: str) -> Sequence[Any]:
        with sound(self.path):
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with sound(self.path):
            self._db.execute("BEGIN IMMEDIATE")  # a lock that is taken later can fail halfway
            with self._db:
                links = [(content, id_) for id_, content in self._linked.items()]
                self._db.executemany("UPDATE documents SET content = ? WHERE id = ?", links)
                yield
        self._linked.clear()

    def flush(self) -> None:
        """Keep what waits for the next result."""
        if self._linked:
            with self._transaction():
                pass


@contextmanager
def open_store(run: Path, *, write: bool = False, whole: bool = True) -> Iterator[Store]:
    """The store of the folder `run`; to write is to make it where there is none. Raises InputError or OutputError.

    `whole` reads all of it first; without, damage is told where it is met.
    """
    path = run / FILE
    if write and not path.exists():
        if run.exists() and not run.is_dir():
            raise InputError(f"{run}: is a file; --out names a folder")
        create(path)
    with closing(connect(path, write=write, whole=whole)) as db:
        store = Store(path, db)
        try:
            yield store
            store.flush()
        finally:
            if write and not on_network(path):
                with suppress(sqlite3.Error):  # a full disk: then what is finished stays in the log beside it
                    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # now the one file is all there is to copy


def _unpacked(packed: bytes, name: str, reviewed_as: str) -> bytes:
    data = zlib.decompress(packed)
    if name == reviewed_as:
        return data
    record = json.loads(data)  # a twin, or renamed since
    record["document"]["name"] = name
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
