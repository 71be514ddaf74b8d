"""What decides how a proposal is judged: read from the base commit, which the proposal cannot change."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reviewer.errors import SettingsError
from reviewer.github.changes import FILES
from reviewer.github.pull import Commit, Entry, find

SETTINGS = ("reviewer.toml", "pyproject.toml", "reviewer.waivers.yaml")
MOST = 1_000_000  # bytes of one such file
MOST_FILES = 50  # of a rubric's folder


def lay_out(base: Commit, folder: Path) -> None:
    """Write the base commit's settings and waivers into an empty folder."""
    (folder / ".git").mkdir()  # where the search for settings ends, so that nothing above counts
    for name in SETTINGS:
        entry = find(base, name)
        if entry is not None and entry.mode in FILES:
            (folder / name).write_bytes(_read(base, name, entry))


def lay_out_path(base: Commit, named: str, option: str, folder: Path) -> str:
    """Write the file or the folder that a path means into the folder and say where; a bare name stays one."""
    path = Path(named)
    if path.is_relative_to(folder):  # as a settings file of the base commit says it
        path = path.relative_to(folder)
    elif "/" not in named and not named.endswith((".yaml", ".yml")):
        return named
    where = PurePosixPath(path.as_posix())
    if where.is_absolute() or ".." in where.parts:
        raise SettingsError(
            f"{option} {named}: is read from the base commit, never from a checkout; name its path in the repository"
        )
    found = list(_files(base, where))
    if not found:
        raise SettingsError(
            f"--rubric {named}: the base commit {base.sha[:7]} has no such file; merge the rubric first"
        )
    if len(found) > MOST_FILES:
        raise SettingsError(f"--rubric {named}: {len(found)} files; a rubric has at most {MOST_FILES}")
    for name, entry in found:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_read(base, str(name), entry))
    return str(folder / where)


def _files(base: Commit, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Entry]]:
    """The file itself, or those in the folder."""
    entry = find(base, str(path))
    if entry is not None and entry.mode in FILES:
        yield path, entry
        return
    for name, inside in base.folder(str(path)).items():
        if inside.mode in FILES:
            yield path / name, inside


def _read(base: Commit, name: str, entry: Entry) -> bytes:
    if entry.size > MOST:
        raise SettingsError(f"{name}: {entry.size} bytes in the base commit; at most {MOST} are read")
    return base.read(entry)
