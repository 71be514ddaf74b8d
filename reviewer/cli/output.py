"""Where results go: standard output, or a file that appears whole, readable by its owner alone."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reviewer.errors import InputError, OutputError

Write = Callable[[str], None]


@contextmanager
def opened(path: str | None, read: Iterable[str] = ()) -> Iterator[Write]:
    """Open the place for results. A file is replaced at the end, and only if something was written.

    What was written before an error is kept: it was paid for. What is read is never written over.
    """
    if path is None or path == "-":
        yield to_stdout
        return
    if not path:
        raise InputError("-o: the file's name is empty; is a variable of your shell not set?")
    for name in read:
        with suppress(OSError):  # what is not there is told where it is read
            if Path(path).is_file() and Path(name).samefile(path):
                raise InputError(f"{path}: is read, and would be written over; name another file with -o")
    target = Path(path).resolve()  # through a link, so that the link stays one
    if target.exists() and not target.is_file() and not target.is_dir():
        with _told(path):  # a device or a pipe
            stream = target.open("wb", buffering=0)
        with stream:
            yield _to(path, stream.fileno())
        return
    if target.is_dir():
        raise OutputError(f"{path}: is a folder; name a file")
    with _told(path):
        # mkstemp's mode is 0600: a record holds the proposal's text.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        yield _to(path, descriptor)
    finally:
        empty = os.fstat(descriptor).st_size == 0
        os.close(descriptor)
        if empty:
            Path(temporary).unlink()
        else:
            with _told(path):
                try:
                    Path(temporary).replace(target)
                except OSError:
                    Path(temporary).unlink()
                    raise


def to_stdout(text: str) -> None:
    """Write to standard output at once: UTF-8 unless a terminal speaks something else."""
    if sys.stdout is None:
        raise OutputError("standard output is closed; name a file with -o")
    encoding = (sys.stdout.encoding if sys.stdout.isatty() else None) or "utf-8"
    with _told("standard output"):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode(encoding, "replace"))
        sys.stdout.buffer.flush()


def _to(path: str, descriptor: int) -> Write:
    def write(text: str) -> None:
        data = text.encode("utf-8", "replace")
        with _told(path):
            while data:
                data = data[os.write(descriptor, data) :]

    return write


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # not a failure: whoever reads has seen enough
    except OSError as error:
        if path == "standard output":
            # Python would try once more when it exits, and complain.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(
            f"{path}: cannot write: {error.strerror}; free space or name another place with -o"
        ) from error
