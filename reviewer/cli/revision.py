"""What a git repository holds: a file as it was, and how it was called then.

git is only asked for objects and names. Filters, text conversions, hooks, fsmonitor and pagers, which a repository's
own settings could point at a program, are not in play, and a partial clone fetches nothing.
"""

import os
import subprocess
from pathlib import Path

from reviewer.errors import InputError

_WITHOUT = "name two files: reviewer diff OLD NEW"
MOST = 100_000_000  # bytes; far more than a proposal may have
_LARGE_FILE = b"version https://git-lfs.github.com/spec/"
_QUIET = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def is_revision(name: str, folder: Path | None = None) -> bool:
    """Is it a commit's name, without a path?"""
    # No branch begins with "-", and what does would be an option to git.
    return ":" not in name and not name.startswith("-") and _asked(folder, *_VERIFY, f"{name}^{{commit}}") is not None


def read_revision(name: str, folder: Path | None = None) -> bytes:
    """The bytes of "REVISION:PATH"; the path is meant from the repository's top, or else from the folder."""
    revision, _, path = name.partition(":")
    if name.startswith("-") or not path:
        raise InputError(f"{name}: names no file of a revision; write REVISION:PATH, for example main:docs/plan.md")
    for tried in (f"{revision}:{path}", f"{revision}:./{path}"):
        if (found := _asked(folder, *_VERIFY, tried)) is not None:
            return _blob(found.decode().strip(), name, folder)
    if revision and not is_revision(revision, folder):
        raise InputError(f"{name}: {_why(folder, revision)}")
    holder = revision or "the index"
    remedy = (
        f"if it was called otherwise then, name it so: {revision}:OLD.md; if it was renamed just now, git add first"
    )
    raise InputError(f"{name}: {holder} has no file '{path}'; {remedy}")


def name_in(revision: str, path: str, folder: Path | None = None, *, newer: str | None = None) -> str:
    """How the file was called in the revision: another name where git sees that it was renamed since.

    `path` is meant from the repository's top, in the revision `newer` or (None) in the index.
    """
    seen = ("diff-tree", "-r", revision, newer) if newer else ("diff-index", "--cached", revision)
    command, *rest = seen
    listed = _asked(folder, command, "--find-renames", "--diff-filter=R", "--name-status", "-z", *rest, "--") or b""
    fields = os.fsdecode(listed).split("\0")
    renames = {fields[at + 2]: fields[at + 1] for at in range(0, len(fields) - 2, 3)}
    return renames.get(path, path)


def path_from_top(file: Path) -> str:
    """The file's path from the top of its repository. Raises InputError where there is none."""
    found = _asked(file.parent, "rev-parse", "--show-prefix")
    if found is None:
        raise InputError(f"{file}: {_why(file.parent, '')}")
    return os.fsdecode(found).removesuffix("\n") + file.name


_VERIFY = ("rev-parse", "--verify", "--quiet")


def _blob(identity: str, name: str, folder: Path | None) -> bytes:
    kind = _asked(folder, "cat-file", "-t", identity)
    if kind != b"blob\n":
        raise InputError(f"{name}: is no file but a {(kind or b'?').decode().strip()}; name a file in it")
    size = _asked(folder, "cat-file", "-s", identity)
    if size is None or int(size) > MOST:
        raise InputError(f"{name}: is larger than {MOST // 1_000_000} MB; no proposal is")
    data = _asked(folder, "cat-file", "blob", identity)
    if data is None:
        raise InputError(f"{name}: git cannot read it; a partial clone may lack it: git fetch, then try again")
    if data.startswith(_LARGE_FILE):
        raise InputError(f"{name}: is only a pointer to a file in Git LFS; save both versions as files, and name these")
    return data


def _asked(folder: Path | None, command: str, *arguments: str) -> bytes | None:
    """What git answers; None if it refuses."""
    done = _run(folder, command, *arguments)
    return done.stdout if done.returncode == 0 else None


def _why(folder: Path | None, revision: str) -> str:
    """Git's own word for it where it has one: no repository here, somebody else's repository, ..."""
    done = _run(folder, "rev-parse", "--git-dir")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        word = said[0].removeprefix("fatal: ") if said else "git does not say why"
        return f"{word}; run it in the repository, or {_WITHOUT}"
    if not revision:
        return f"in no work tree of a git repository; {_WITHOUT}"
    if revision == "HEAD":
        return f"nothing is committed yet; {_WITHOUT}"
    return f"the repository has no revision '{revision}'{cut_off(folder)}; git log and git branch list them"


def cut_off(folder: Path | None = None) -> str:
    """Why an older revision may be missing: a clone of the last commits only, as CI makes them."""
    shallow = _asked(folder, "rev-parse", "--is-shallow-repository") == b"true\n"
    return " (this clone is shallow: git fetch --unshallow)" if shallow else ""


def _run(folder: Path | None, command: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 - fixed words, and names that cannot be options
            ["git", "-c", "core.fsmonitor=false", command, *arguments],  # noqa: S607 - the user's own git
            cwd=folder,
            env={**os.environ, **_QUIET},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise InputError(f"git is not installed; without it, {_WITHOUT}") from error
