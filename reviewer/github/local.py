"""A pull request that is not on GitHub yet: two commits of a local repository, read through git."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from reviewer.errors import InputError
from reviewer.github.pull import ChangedFile, Entry, Pull

_STATUS = {"A": "added", "C": "copied", "D": "removed", "M": "modified", "R": "renamed", "T": "changed"}
# Neither the repository's own diff programs nor its filters run: only git reads.
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--find-renames")


class LocalCommit:
    """A commit, read from git's objects and never from the work tree."""

    def __init__(self, repository: Path, revision: str) -> None:
        self._repository = repository
        self.sha = _git(repository, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
        self.folder = cache(self._folder)

    def _folder(self, path: str) -> Mapping[str, Entry]:
        try:
            listed = _git(self._repository, "ls-tree", "-z", "--long", f"{self.sha}:{path}")
        except InputError:
            return {}
        entries = {}
        for line in filter(None, listed.split("\0")):
            facts, _, name = line.partition("\t")
            mode, _, sha, size = facts.split()
            entries[name] = Entry(mode=mode, sha=sha, size=int(size) if size.isdigit() else 0)
        return entries

    def read(self, entry: Entry) -> bytes:
        """The bytes of a file."""
        return _run(self._repository, "cat-file", "blob", entry.sha)


def local_pull(repository: Path, base: str, head: str) -> Pull:
    """What merging `head` into `base` would change."""
    # In a folder of its work tree, git would see no more than that folder.
    repository /= _git(repository, "rev-parse", "--show-cdup").strip()
    old, new = LocalCommit(repository, base), LocalCommit(repository, head)
    fork = LocalCommit(repository, _git(repository, "merge-base", old.sha, new.sha).strip())
    return Pull(head=new, base=old, fork=fork, files=tuple(_files(repository, fork.sha, new.sha)))


def _files(repository: Path, old: str, new: str) -> Iterator[ChangedFile]:
    fields = iter(_git(repository, *_DIFF, "--raw", "-z", old, new).split("\0"))
    for facts in fields:
        if not facts:
            return
        letter = facts.split()[-1]
        status, first = _STATUS.get(letter[0], "changed"), next(fields)
        path = next(fields) if letter[0] in "RC" else first
        yield ChangedFile(
            path=path,
            status=status,
            before=None if status in ("added", "copied") else first,
            changed=letter not in ("R100", "C100"),
            patch=_patch(repository, old, new, dict.fromkeys((first, path))),
        )


def _patch(repository: Path, old: str, new: str, paths: Mapping[str, None]) -> str | None:
    # As much around a change as GitHub shows, whatever the user's settings say.
    around = ("-U3", "--inter-hunk-context=0")
    text = _git(repository, "--literal-pathspecs", *_DIFF, *around, old, new, "--", *paths)
    start = text.find("\n@@ ")
    return text[start + 1 :] if start >= 0 else None


def _git(repository: Path, *arguments: str) -> str:
    return _run(repository, *arguments).decode("utf-8", "replace")


def _run(repository: Path, *arguments: str) -> bytes:
    command = ("git", "-C", str(repository), "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", *arguments)
    try:
        # Nothing is fetched that a partial clone left out: no network, as promised.
        here = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
        return subprocess.run(command, check=True, capture_output=True, env=here).stdout  # noqa: S603 - a fixed program
    except FileNotFoundError as error:
        raise InputError("git is not installed; install it, or run this in a workflow without --base") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines() or [f"{arguments[0]} finds nothing"]
        raise InputError(f"{repository}: git says: {said[-1]}; check --repo, --base, --head") from error
