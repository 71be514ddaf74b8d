"""results.csv: a row for each document, with columns for one's own decision that survive the next report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reviewer.batch.report.entries import Entry, asked, left
from reviewer.batch.rows import Row
from reviewer.domain import Review, Rubric
from reviewer.pipeline import read_sheet, whole

OWN = ("decision", "reason", "outcome")  # what `reviewer evaluate` reads


@dataclass(slots=True)
class Kept:
    """What people wrote into an earlier sheet: in our empty columns, and in columns that they added."""

    columns: tuple[str, ...]
    by_id: dict[str, Mapping[str, str]] = field(default_factory=dict)
    by_name: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, row: Row) -> dict[str, str]:
        """What was written about this document. One that was edited since, and so has another id, keeps it by name."""
        said = self.by_id.pop(row.id, None) or self.by_name.get(row.name) or {}
        self.by_name.pop(row.name, None)
        if "id" in said:
            self.by_id.pop(said["id"], None)
        return {column: said.get(column, "") for column in self.columns}

    def others(self) -> Iterator[dict[str, str]]:
        """Rows about documents that the run does not hold any more: what was written is not thrown away."""
        for said in self.by_id.values():
            name = {"document": said.get("document", ""), "id": said.get("id", ""), "state": "absent"}
            yield name | {column: said.get(column, "") for column in self.columns}


def read_kept(path: Path, ours: Sequence[str], own: Sequence[str] = OWN) -> Kept:
    """What people wrote into the sheet that stands there. Raises InputError where it cannot be read."""
    rows = [row for _, row in read_sheet(path)] if path.exists() else []
    added = dict.fromkeys(column for row in rows for column in row if column and column not in ours)
    kept = Kept(columns=tuple(dict.fromkeys((*own, *added))))
    for number, row in enumerate(rows):
        if any(row.get(column, "").strip() for column in kept.columns):
            kept.by_id[row.get("id") or f"row {number}"] = row
            kept.by_name[row.get("document", "")] = row
    return kept


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
