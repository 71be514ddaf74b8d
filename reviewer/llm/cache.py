"""A model that remembers its answers on disk: the same question costs nothing the second time."""

import asyncio
import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from reviewer.errors import SettingsError
from reviewer.llm.model import Model, ModelSettings, Prompt, Reply
from reviewer.llm.providers import base_url_of

_FILE = "answers.v1.sqlite3"


class Remembering:
    """Looks before it asks. The key is all that an answer depends on; the API key is no part of it."""

    def __init__(self, inner: Model, settings: ModelSettings, folder: Path) -> None:
        self.inner, self.settings, self.path = inner, settings, folder / _FILE
        self._about = [
            settings.name,
            base_url_of(settings),
            settings.api_version,
            settings.temperature,
            settings.max_output_tokens,
        ]
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[str, asyncio.Lock]] = (
            WeakKeyDictionary()
        )
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made before SQLite does, so that nobody else can read it for a moment; -wal and -shm follow suit.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self.path.chmod(0o600)
            self._db = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")  # a power cut may cost the last answers, no more
            self._db.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, reply TEXT NOT NULL)")
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(
                f"{self.path}: the cache of answers cannot be used ({error}); delete the file, or go without a cache"
            ) from error

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """The answer from the cache, or a new one that goes into it."""
        key = self._key(prompt, schema)
        locks = self._locks.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
        async with locks.setdefault(key, asyncio.Lock()):  # twins in one run are asked once
            if found := self._execute("SELECT reply FROM answers WHERE key = ?", key):
                reply = Reply.model_validate_json(found[0])
                return reply.model_copy(update={"cached": True, "calls": 0, "cost": 0.0})
            reply = await self.inner.ask(prompt, schema)
            self._execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", key, reply.model_dump_json())
        return reply

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _execute(self, statement: str, *values: str) -> tuple[str, ...] | None:
        try:
            row: tuple[str, ...] | None = self._db.execute(statement, values).fetchone()
        except sqlite3.Error as error:
            raise SettingsError(
                f"{self.path}: the cache of answers cannot be used ({error}); delete the file, or go without a cache"
            ) from error
        return row

    def _key(self, prompt: Prompt, schema: Mapping[str, Any]) -> str:
        whole = [*self._about, prompt.id, prompt.system, prompt.user, prompt.sample, schema]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
