"""A model that remembers its answers on disk: the same question costs nothing the second time."""

import asyncio
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from pydantic import ValidationError

from reviewer.errors import SettingsError
from reviewer.llm.answer import problems, usable
from reviewer.llm.loops import PerLoop
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.providers import base_url_of

_LOG = logging.getLogger("reviewer")  # without a handler of the user's, Python prints its warnings to stderr
_FILE = "answers.v1.sqlite3"
_TABLE = "CREATE TABLE answers (key TEXT PRIMARY KEY, reply TEXT NOT NULL) WITHOUT ROWID"


class Answers:
    """The file. A key is all that an answer depends on; the API key is no part of it."""

    def __init__(self, settings: ModelSettings, folder: Path) -> None:
        self.path = folder / _FILE
        kept = settings.model_dump(include={"name", "api_version", "temperature", "max_output_tokens"})
        self._about = {**kept, "url": base_url_of(settings)}
        self._db: Any = None

    def key(self, prompt: Prompt, schema: Mapping[str, Any]) -> str:
        """What the answer to this question is kept under."""
        whole = {**self._about, "schema": schema, **prompt.model_dump(exclude={"repair"})}
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def knows(self, key: str) -> bool:
        """Is there an answer? Looking makes no file."""
        return self.path.exists() and self._execute("SELECT 1 FROM answers WHERE key = ?", key) is not None

    def get(self, key: str) -> str | None:
        """The answer, if it is there."""
        found = self._execute("SELECT reply FROM answers WHERE key = ?", key)
        return found[0] if found else None

    def put(self, key: str, reply: str) -> None:
        """Keep an answer."""
        self._execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", key, reply)

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _execute(self, statement: str, *values: str) -> tuple[str, ...] | None:
        import sqlite3

        try:
            if self._db is None:
                if not self.path.exists():
                    self._create()
                self._db = _open(self.path)
            row: tuple[str, ...] | None = self._db.execute(statement, values).fetchone()
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(
                f"{self.path}: the cache of answers cannot be used ({error}); delete the file, or go without a cache"
            ) from error
        return row

    def _create(self) -> None:
        """Make the file under another name and move it whole: processes that start together cannot lock each other."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self.path.parent) as folder:  # nobody else can look into it
            new = Path(folder) / _FILE
            db = _open(new)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(_TABLE)
            db.close()
            new.chmod(0o600)  # -wal and -shm follow suit
            with suppress(FileExistsError):  # somebody was faster
                os.link(new, self.path)


class Remembering:
    """Looks before it asks."""

    def __init__(self, inner: Model, answers: Answers) -> None:
        self.inner, self.answers = inner, answers
        self._locks: PerLoop[WeakValueDictionary[str, asyncio.Lock]] = PerLoop(WeakValueDictionary)

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """The answer from the cache, or a new one that goes into it."""
        key = self.answers.key(prompt, schema)
        async with self._locks.get().setdefault(key, asyncio.Lock()):  # twins in one run are asked once
            if (found := self.answers.get(key)) and (kept := _read(found, schema)):
                return kept.model_copy(update={"cached": True, "calls": 0, "cost": 0.0})
            reply = await self.inner.ask(prompt, schema)
            try:
                self.answers.put(key, reply.model_dump_json())
            except SettingsError as error:  # a full disk, say: the answer is paid for, and must not go with it
                _LOG.warning("reviewer: %s", error)
        return reply


def _read(found: str, schema: Mapping[str, Any]) -> Reply | None:
    """An answer that was kept; None where it is damaged, or another version wrote it: then it is asked for anew."""
    try:
        reply = Reply.model_validate_json(found)
    except ValidationError:
        return None
    return reply if usable(problems(reply.data, schema), schema) else None


@contextmanager
def kept(settings: ModelSettings) -> Iterator[Callable[[Prompt, Mapping[str, Any]], bool]]:
    """Tell which answers are kept from before."""
    if settings.cache_dir is None:
        yield lambda *_: False
        return
    answers = Answers(settings, settings.cache_dir)
    try:
        yield lambda prompt, schema: answers.knows(answers.key(prompt, schema))
    finally:
        answers.close()


def _open(path: Path) -> Any:
    import sqlite3

    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA synchronous=NORMAL")  # a power cut may cost the last answers, no more
    return db
