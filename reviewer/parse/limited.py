"""Readers that a hostile file could stall or bloat run in a process of their own: little memory, few seconds, no net.

The process gets the file on stdin and answers with JSON on stdout. It inherits no environment, so no key either.
"""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from reviewer.errors import IncompleteError, InputError
from reviewer.parse.draft import Draft

MEMORY = 400_000_000  # with the process that waits, no more than 512 MB
SECONDS = 3  # of computing; with the rest of a review, no more than five
WAIT = 12  # of waiting: a busy machine is not the file's fault
# The package's own __init__ is left out: it brings pydantic, and that is most of what starting costs.
_CHILD = """
import sys, types
sys.path[:] = {path!r}
package = sys.modules["reviewer.parse"] = types.ModuleType("reviewer.parse")
package.__path__ = [{here!r}]
from reviewer.parse.limited import child
child({kind!r}, {name!r})
"""


def read_limited(kind: str, data: bytes, name: str) -> tuple[Draft, str, bool]:
    """What `readers.read` answers, or an InputError once a limit is reached."""
    code = _CHILD.format(path=sys.path, here=str(Path(__file__).parent), kind=kind, name=name)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-I", "-S", "-c", code],
            input=data,
            capture_output=True,
            timeout=WAIT,
            env={"PYTHONIOENCODING": "utf-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(_limit(name, f"took longer than {WAIT} seconds")) from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        what = f"needs more than {MEMORY // 1_000_000} MB" if b"MemoryError" in done.stderr else "cannot be read"
        if done.returncode in (-24, -9):  # out of computing time; out of memory on some systems
            what = f"took longer than {SECONDS} seconds"
        elif b"Traceback" in done.stderr and b"MemoryError" not in done.stderr:
            raise RuntimeError(f"{name}: {done.stderr.decode('utf-8', 'replace')}") from None  # our bug: let it show
        raise InputError(_limit(name, what)) from None
    if error := answer.get("error"):
        kinds: dict[str, type[Exception]] = {"IncompleteError": IncompleteError, "InputError": InputError}
        raise kinds[error[0]](error[1])
    return Draft.from_json(answer["draft"]), answer["encoding"], answer["guessed"]


def child(kind: str, name: str) -> None:
    """What the process does."""
    _limit_me()
    from reviewer.parse.readers import read

    answer: dict[str, Any]
    try:
        draft, encoding, guessed = read(kind, sys.stdin.buffer.read(), name)
        answer = {"draft": vars(draft), "encoding": encoding, "guessed": guessed}
    except (InputError, IncompleteError) as error:
        answer = {"error": [type(error).__name__, str(error)]}
    except MemoryError:
        answer = {"error": ["InputError", _limit(name, f"needs more than {MEMORY // 1_000_000} MB")]}
    except RecursionError:
        answer = {"error": ["InputError", _limit(name, "is nested too deeply")]}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


def _limit(name: str, what: str) -> str:
    return f"{name}: {what}; it may be broken or made to stall a reader. Save it anew, as text or Markdown"


def _limit_me() -> None:
    sys.addaudithook(_refuse)
    try:
        import resource
    except ImportError:  # Windows: the time limit alone
        return
    for what, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of address space
            resource.setrlimit(what, (value, value))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        raise RuntimeError(f"a reader must not {event}")
