"""A pull request as data: two commits, and the files between them. Nothing of it is checked out or run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from reviewer.domain.base import Frozen


class Entry(Frozen):
    """A name in a folder of a commit."""

    mode: str  # 100644 and 100755 are files; 120000 a symbolic link, 160000 a submodule, 040000 a folder
    sha: str
    size: int = 0


class Commit(Protocol):
    """The files of one commit. A symbolic link is a name like any other: nobody follows it."""

    sha: str

    def folder(self, path: str) -> Mapping[str, Entry]:
        """What the folder holds, by name; nothing where there is none. The top one is ""."""

    def read(self, entry: Entry) -> bytes:
        """The bytes of a file."""


class ChangedFile(Frozen):
    """A file that is not the same in both commits."""

    path: str
    status: str  # added, modified, renamed, copied, changed, removed, unchanged
    before: str | None = None  # its name in the older commit; None: it was not there
    changed: bool = True  # False: it only has another name
    patch: str | None = None  # None: GitHub shows none (binary, or too long)


@dataclass(frozen=True)
class Pull:
    """What is proposed to be merged."""

    head: Commit
    base: Commit  # whose settings, rubric and waivers count
    fork: Commit  # where the two parted: what the proposal looked like before
    files: tuple[ChangedFile, ...]
    unlisted: int = 0  # files beyond what GitHub lists
    trusted: bool = True  # False: from a fork or a bot, where no secrets are


def find(commit: Commit, path: str) -> Entry | None:
    """A path's entry."""
    folder, _, name = path.rpartition("/")
    return commit.folder(folder).get(name)
