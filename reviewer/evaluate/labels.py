"""What people said about the same documents: label files as JSON, or one CSV."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reviewer.domain import Rubric
from reviewer.domain.base import Frozen
from reviewer.domain.record import Answer
from reviewer.errors import InputError
from reviewer.pipeline import read_sheet

SCALES = ("impact", "feasibility", "clarity")
DECISIONS = ("go", "revise", "stop")


class Label(Frozen):
    """One person's reading of one document."""

    document: str  # the file's name without its ending
    values: Mapping[str, Answer] = {}
    quotes: Mapping[str, tuple[str, ...]] = {}
    scores: Mapping[str, float] = {}  # of SCALES, 1-5
    decision: str | None = None
    gaps: tuple[str, ...] = ()  # criteria that the person would have raised
    reason: str = ""
    outcome: str = ""


def read_labels(path: Path, rubric: Rubric) -> tuple[Label, ...]:
    """Labels from a folder of JSON files, one JSON file, or a CSV.

    A CSV has the columns `document, criterion, value`, or `document` and any of `decision, reason, outcome,
    impact, feasibility, clarity`. Raises InputError with file and line.
    """
    if path.is_dir():
        files = sorted(path.glob("*.json"))
        if not files:
            raise InputError(f"{path}: no *.json in this folder; name a folder of label files, or a CSV")
        return tuple(_from_json(file, rubric) for file in files)
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder; name a folder of label files, or a CSV")
    return _from_csv(path, rubric) if path.suffix.lower() == ".csv" else (_from_json(path, rubric),)


def _from_json(path: Path, rubric: Rubric) -> Label:
    where = str(path)
    try:
        data: Any = json.loads(path.read_text("utf-8"))
        entries = data["labels"]
        expert = data.get("expert") or {}
        values = {c: _answer(entry["value"], c, rubric, where) for c, entry in entries.items()}
        return Label(
            document=str(data.get("id") or path.stem),
            values=values,
            quotes={c: tuple(entry.get("quotes") or ()) for c, entry in entries.items()},
            scores={s: _score(expert[s], where, s) for s in SCALES if expert.get(s) is not None},
            decision=_decision(expert.get("decision") or "", where),
            gaps=tuple(gap["criterion"] for gap in expert.get("gaps") or ()),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not a label file ({error!r}); see docs/evaluate.md for its form") from error


def _from_csv(path: Path, rubric: Rubric) -> tuple[Label, ...]:
    labels: dict[str, dict[str, Any]] = {}
    called: dict[str, Path] = {}
    for where, row in read_sheet(path, "document"):
        typed = Path(row["document"].strip())
        name = typed.stem
        if not name:
            raise InputError(f"{where}: 'document' is empty; name the document's file")
        if (first := called.setdefault(name, typed)).with_suffix("") != typed.with_suffix(""):
            raise InputError(
                f"{where}: {typed} and {first} differ by their folders alone, which nothing here reads; rename one"
            )
        label = labels.setdefault(name, {"document": name, "values": {}, "scores": {}})
        if criterion := row.get("criterion", "").strip():
            given = [part.strip() for part in row.get("value", "").split("+")]
            label["values"][criterion] = _answer(given if len(given) > 1 else given[0], criterion, rubric, where)
        if decision := _decision(row.get("decision", ""), where):
            label["decision"] = decision
        label.update({key: row[key].strip() for key in ("reason", "outcome") if row.get(key, "").strip()})
        for scale in SCALES:
            if row.get(scale, "").strip():
                label["scores"][scale] = _score(row[scale], where, scale)
    return tuple(Label(**label) for label in labels.values())


def _decision(said: str, where: str) -> str | None:
    decision = said.strip().lower()
    if decision and decision not in DECISIONS:
        raise InputError(f"{where}: decision {decision!r}; one of {', '.join(DECISIONS)}")
    return decision or None


def _score(given: str | float, where: str, scale: str) -> float:
    try:
        score = float(given)
    except ValueError:
        score = 0
    if not 1 <= score <= 5:
        raise InputError(f"{where}: {scale} {given!r} is no score from 1 to 5")
    return score


def _answer(value: str | list[str], criterion: str, rubric: Rubric, where: str) -> Answer:
    if criterion not in rubric.by_id:
        raise InputError(f"{where}: no criterion {criterion!r} in rubric {rubric.id}; name another --rubric?")
    known = rubric.by_id[criterion]
    given = [value] if isinstance(value, str) else list(value)
    if strange := [v for v in given if v not in known.by_id]:
        raise InputError(f"{where}: {criterion} has no value {strange[0]!r}; one of {', '.join(known.by_id)}")
    if not known.multiple:
        return given[0]
    return tuple(v.id for v in known.values if v.id in given)
