"""One run at a time in a folder, and a way to end it that loses nothing."""

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from reviewer.batch.database import told
from reviewer.errors import SettingsError


@contextmanager
def held(run: Path) -> Iterator[None]:
    """Hold the folder, or say who does. The system lets go of it when the process ends, however it ends."""
    path = run / "lock"
    with told(path):
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(handle):
            with suppress(ValueError):
                by = json.loads(os.pread(handle, 1000, 0))
                raise SettingsError(
                    f"{run}: another run is at work there (process {by['process']} on {by['host']}); "
                    "wait for it, stop it with Ctrl-C, or name another --out"
                )
            raise SettingsError(f"{run}: another run is at work there; wait for it, or name another --out")
        with told(path):
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps({"process": os.getpid(), "host": socket.gethostname()}).encode(), 0)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: SQLite's own lock is what is left
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


GRACE = 10.0  # seconds for what is in flight; answers that come later are asked for again
_HEARD = [signal.SIGINT, signal.SIGTERM, *([signal.SIGALRM] if hasattr(signal, "SIGALRM") else [])]


class Stop:
    """Ctrl-C, or SIGTERM: the first asks to finish what was begun, for `grace` seconds; the second ends at once."""

    def __init__(self, tell: Callable[[], None], grace: float = GRACE) -> None:
        self.asked, self._tell, self._grace = False, tell, grace

    def __enter__(self) -> "Stop":
        self._before = {number: signal.signal(number, self._hear) for number in _HEARD}
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        if hasattr(signal, "setitimer"):
            # A provider that does not answer could hold the end back for its whole deadline.
            signal.setitimer(signal.ITIMER_REAL, self._grace)
        self._tell()
