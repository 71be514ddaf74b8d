"""results.csv: a row for each document, with columns for one's own decision that survive the next report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from reviewer.batch.report.entries import Entry, asked, file_name, left
from reviewer.batch.report.files import whole_file
from reviewer.batch.rows import Row
from reviewer.domain import Review, Rubric
from reviewer.errors import InputError, OutputError
from reviewer.pipeline import read_sheet, sheet_writer, whole

OWN = ("decision", "reason", "outcome")  # what `reviewer evaluate` reads


@dataclass(slots=True)
class Kept:
    """What people wrote into an earlier sheet: in our empty columns, and in columns that they added."""

    columns: tuple[str, ...]
    rows: dict[str, Mapping[str, str]] = field(default_factory=dict)  # by id; by name where the sheet has no ids
    ids: set[str] = field(default_factory=set)  # of all rows, also where nothing was written
    stamp: tuple[int, int] | None = None  # of the sheet, when it was read

    def of(self, row: Row) -> dict[str, str]:
        """What was written about this document, if need be under its old name."""
        keys = [key for key in (row.id, row.name) if key in self.rows]
        if not keys and row.id not in self.ids:
            there = [key for key in row.moved_from if key in self.rows]
            last = file_name(row.name)
            there = [key for key in there if file_name(self.rows[key].get("document", "")) == last] or there
            keys = there if len(there) == 1 else []  # of two copies, nobody knows which this was
        said: Mapping[str, str] = self.rows.pop(keys[0]) if keys else {}
        return {column: said.get(column, "") for column in self.columns}

    def others(self) -> Iterator[dict[str, str]]:
        """Rows about documents that the run does not hold any more: what was written is not thrown away."""
        for said in self.rows.values():
            name = {"document": said.get("document", ""), "id": said.get("id", ""), "state": "absent"}
            yield name | {column: said.get(column, "") for column in self.columns}


def read_kept(path: Path, ours: Sequence[str], own: Sequence[str] = OWN) -> Kept:
    """What people wrote into the sheet that stands there. Raises InputError where it cannot be read."""
    stamp = _stamp(path)
    found = list(read_sheet(path)) if path.exists() else []
    added = dict.fromkeys(column for _, row in found for column in row if column not in ours)
    if found and not {"id", "document"} & found[0][1].keys():
        raise InputError(f"{path}: has no column 'id' and none 'document', which say whose a row is; rename it")
    kept = Kept(columns=tuple(dict.fromkeys((*own, *added))), stamp=stamp)
    for where, row in found:
        kept.ids.add(row.get("id", ""))
        if any(row.get(column, "").strip() for column in kept.columns):
            whose = row.get("id") or row.get("document") or where
            if whose in kept.rows:
                raise InputError(f"{where}: a second row about {row.get('document') or whose}; write both into one row")
            kept.rows[whose] = row
    return kept


@contextmanager
def sheet(
    path: Path, ours: Sequence[str], kept: Kept, *, wanted: bool
) -> Iterator[Callable[[Mapping[str, str]], None]]:
    """A sheet, by what adds a row to it; one that is not wanted takes rows, and is not there.

    Raises OutputError where somebody wrote into the old one since it was read.
    """
    if not wanted:
        yield lambda row: None
        return
    with whole_file(path, sheet=True) as file:
        yield sheet_writer(file, [*ours, *kept.columns])
        if _stamp(path) != kept.stamp:
            raise OutputError(
                f"{path}: somebody, or another report, wrote into it meanwhile: it was left so; run the report again"
            )


def _stamp(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        return (found := path.stat()).st_mtime_ns, found.st_size
    return None


def columns(rubric: Rubric) -> list[str]:
    """What the tool fills in. Axes are not called by their bare names: those are for people's own scores, 1-5."""
    figures = [f"{axis.id}_{part}" for axis in rubric.axes for part in ("point", "low", "high")]
    head = ["document", "id", "state", "verdict", "quadrant", "archetype", *figures, "completeness"]
    return [*head, "blockers", "unsaid", "report", "not_reviewed"]


def unreviewed(row: Row, why: str) -> dict[str, str]:
    """What is told about a document that has no figures."""
    state = left(row, why).state
    return {"document": row.name, "id": row.id, "state": state, "not_reviewed": why}


def result(row: Row, found: Entry, review: Review, rubric: Rubric) -> dict[str, str]:
    """What is told about a document."""
    names = asked(rubric)
    figures = {
        f"{axis.id}_{part}": whole(getattr(score, part))
        for axis, score in zip(rubric.axes, found.axes, strict=True)
        for part in ("point", "low", "high")
    }
    return {
        "document": row.name,
        "id": row.id,
        "state": row.state,
        "verdict": found.verdict,
        "quadrant": found.quadrant,
        "archetype": found.archetype,
        **figures,
        "completeness": whole(found.completeness),
        "blockers": str(sum(finding.severity == "blocker" for finding in review.findings)),
        "unsaid": " ".join(names[index] for index in found.lacks),
        "report": f"reports/{found.report}",
    }
