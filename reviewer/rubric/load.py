"""From a name or a path to a checked `Rubric`, compiled once for each content."""

import hashlib
import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from reviewer.domain import Rubric
from reviewer.domain.resources import resource
from reviewer.errors import RubricError, meant
from reviewer.rubric.yaml import MAX_BYTES, Problem, Source, read_yaml

# Part of the key under which a compiled rubric is kept: raise it when `Rubric` or the checks change.
COMPILED = "3"
MAX_FILES = 20


def bundled_rubrics() -> tuple[str, ...]:
    """Names of the rubrics that come with the project."""
    return tuple(sorted(p.name for p in resource("rubrics").iterdir() if (p / "rubric.yaml").is_file()))


def load_rubric(name_or_path: str | Path) -> Rubric:
    """The rubric of that name, or at that path (one file, or a folder like the bundled ones).

    Raises RubricError with file, line, cause and remedy of the first problems found.
    """
    files = _files(name_or_path)
    digest = _digest(files)
    kept = _compiled(digest)
    if kept is not None:
        return kept
    rubric, problems = _build(files, digest)
    if rubric is None or problems:
        shown = "\n".join(str(problem) for problem in problems[:5])
        more = f"\n({len(problems) - 5} more: reviewer rubric check)" if len(problems) > 5 else ""
        raise RubricError(shown + more)
    _keep(digest, rubric)
    return rubric


def check_rubric(name_or_path: str | Path) -> tuple[Rubric | None, tuple[Problem, ...]]:
    """All problems of a rubric, and the rubric if it could be built in spite of them."""
    files = _files(name_or_path)
    rubric, problems = _build(files, _digest(files))
    return rubric, tuple(problems)


def lasting_name(name_or_path: str | Path) -> str:
    """What names the same rubric from every folder: a bundled one's name, or a whole path."""
    bundled = not _is_there(Path(name_or_path)) and str(name_or_path) in bundled_rubrics()
    return str(name_or_path) if bundled else str(Path(name_or_path).resolve())


def _is_there(path: Path) -> bool:
    # A folder that is only called like a bundled one, as a course's is, would put that one out of reach.
    return path.is_file() or (path / "rubric.yaml").is_file()


def _files(name_or_path: str | Path) -> dict[str, tuple[Path, bytes]]:
    """Role -> path and bytes. Roles: "rubric", "cues", "texts.en", ..."""
    path = Path(name_or_path)
    if not _is_there(path) and str(name_or_path) in bundled_rubrics():
        path = resource("rubrics") / str(name_or_path)
    if path.is_dir():
        paths = sorted(p for p in path.glob("*.yaml") if _role(p) is not None and p.is_file())
        if not any(_role(p) == "rubric" for p in paths):
            raise RubricError(f"{path}: no rubric.yaml in this folder; name a rubric file or its folder")
    elif path.is_file():
        paths = [path]
    else:
        name = str(name_or_path)
        raise RubricError(f"no rubric {name!r}: no such path, and none of that name; {meant(name, bundled_rubrics())}")
    files = {}
    if len(paths) > MAX_FILES:
        raise RubricError(f"{path}: {len(paths)} files; rubric.yaml, cues.yaml and a few texts.LANGUAGE.yaml will do")
    for p in paths:
        if p.stat().st_size > MAX_BYTES:
            raise RubricError(f"{p}: larger than {MAX_BYTES:,} bytes; a rubric is a small file")
        try:
            files["rubric" if len(paths) == 1 else _role(p) or "rubric"] = (p, p.read_bytes())
        except OSError as error:
            raise RubricError(f"{p}: cannot be read ({error.strerror})") from error
    return files


def _role(path: Path) -> str | None:
    name = path.name.removesuffix(".yaml")
    return name if name in ("rubric", "cues") or name.startswith("texts.") else None


def _digest(files: dict[str, tuple[Path, bytes]]) -> str:
    """Content alone decides, wherever the files are and whatever they are called."""
    whole = hashlib.sha256()
    for role in sorted(files):
        whole.update(f"{role} {len(files[role][1])}\n".encode())
        whole.update(files[role][1])
    return whole.hexdigest()


def _build(files: dict[str, tuple[Path, bytes]], digest: str) -> tuple[Rubric | None, list[Problem]]:
    from reviewer.rubric.build import build
    from reviewer.rubric.check import check

    sources: dict[str, Source] = {role: read_yaml(path, data) for role, (path, data) in files.items()}
    rubric, problems, locate = build(sources, digest)
    if rubric is not None and not problems:
        problems = check(rubric, locate)
    return rubric, problems


def _kept_at(digest: str) -> Path:
    from platformdirs import user_cache_path

    root = os.environ.get("REVIEWER_CACHE_DIR")
    return (Path(root) if root else user_cache_path("reviewer")) / "rubrics" / f"{digest}.{COMPILED}.json"


def _compiled(digest: str) -> Rubric | None:
    """A rubric that passed its checks before; compiling one takes a second, reading it milliseconds."""
    try:
        rubric = Rubric.model_validate_json(_kept_at(digest).read_bytes())
    except (OSError, ValidationError):
        return None
    return rubric if rubric.sha256 == digest else None


def _keep(digest: str, rubric: Rubric) -> None:
    path = _kept_at(digest)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(rubric.model_dump_json().encode())
        Path(file.name).replace(path)
    except OSError:
        return  # a read-only home costs a second each time, nothing else
