"""Which of the changed files are proposals, and what they say."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from reviewer.domain.base import Frozen
from reviewer.errors import SettingsError
from reviewer.github.pull import ChangedFile, Pull, find

PROPOSALS = ("**/proposals/**/*.md", "*proposal*.md", "*design-doc*.md")
FILES = ("100644", "100755")
LFS = b"version https://git-lfs.github.com/spec/"
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")

Why = Literal["deleted", "moved", "link", "submodule", "lfs", "files", "bytes", "cost", "model", "gone", "unlisted"]
# These leave nothing to say about the proposal; the others are a gap that a reader must know of.
QUIET: tuple[Why, ...] = ("deleted", "moved")


class Left(Frozen):
    """A changed file that was not reviewed, and why."""

    path: str
    why: Why
    detail: str = ""


class Proposal(Frozen):
    """A changed proposal as it is and as it was."""

    path: str
    data: bytes
    before: tuple[str, bytes] | None  # its name and text where the branches parted
    lines: frozenset[int]  # those that GitHub lets a remark stand on


def proposals(pull: Pull, patterns: Sequence[str], max_files: int, max_bytes: int) -> Iterator[Proposal | Left]:
    """The changed proposals, read as bytes; and those that are left out, with the reason."""
    files, size = 0, 0
    for file in matching(pull.files, patterns):
        left = _left(file, pull)
        entry = None if left else find(pull.head, file.path)
        if left or entry is None:
            yield left or Left(path=file.path, why="gone")
            continue
        if files >= max_files or size + entry.size > max_bytes:
            yield Left(path=file.path, why="files" if files >= max_files else "bytes")
            continue
        data = pull.head.read(entry)
        if data.startswith(LFS):
            yield Left(path=file.path, why="lfs")
            continue
        files, size = files + 1, size + entry.size
        yield Proposal(path=file.path, data=data, before=_before(file, pull, max_bytes), lines=commentable(file.patch))
    if pull.unlisted:
        yield Left(path="", why="unlisted", detail=str(pull.unlisted))


def matching(files: Sequence[ChangedFile], patterns: Sequence[str]) -> list[ChangedFile]:
    """The files that the patterns mean, as .gitignore means them."""
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(patterns)
    except (ValueError, re.error) as error:
        raise SettingsError(f"--paths: {error}; write patterns as in .gitignore: proposals/**/*.md") from error
    return [file for file in files if spec.match_file(file.path)]


def commentable(patch: str | None) -> frozenset[int]:
    """The lines of the new text that the patch shows: a remark on any other is refused by GitHub."""
    lines: set[int] = set()
    line = left = 0
    for row in (patch or "").split("\n"):
        if left <= 0 and (hunk := _HUNK.match(row)):
            line, left = int(hunk[1]), int(hunk[2] or 1)
        elif left > 0 and row[:1] in (" ", "+", ""):
            lines.add(line)
            line, left = line + 1, left - 1
    return frozenset(lines)


def _left(file: ChangedFile, pull: Pull) -> Left | None:
    why: Why | None = None
    if file.status == "removed":
        why = "deleted"
    elif file.status == "unchanged" or not file.changed:
        why = "moved"
    else:
        entry = find(pull.head, file.path)
        if entry is not None and entry.mode not in FILES:
            why = "link" if entry.mode == "120000" else "submodule"
    return Left(path=file.path, why=why) if why else None


def _before(file: ChangedFile, pull: Pull, max_bytes: int) -> tuple[str, bytes] | None:
    """What it was; None where that was no file of its own, so that there is nothing to compare with."""
    entry = find(pull.fork, file.before) if file.before else None
    if file.before is None or entry is None or entry.mode not in FILES or entry.size > max_bytes:
        return None
    data = pull.fork.read(entry)
    return None if data.startswith(LFS) else (file.before, data)
