"""YAML sources to a `Rubric`; whatever does not fit becomes a `Problem` with its line."""

import hashlib
import json
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, cast, get_args

from pydantic import ValidationError

from reviewer.domain import (
    Archetype,
    Criterion,
    CueBook,
    Gate,
    Predicate,
    Question,
    Rubric,
    RubricTest,
    Rule,
    Table,
    Value,
)
from reviewer.domain.rubric import PredicateKind
from reviewer.errors import meant
from reviewer.rubric.shape import RawCriterion, RawRubric
from reviewer.rubric.tables import ExpressionError, compile_table
from reviewer.rubric.yaml import Path_, Problem, Source

Locate = Callable[[Path_], tuple[str, int]]


def build(sources: Mapping[str, Source], digest: str) -> tuple[Rubric | None, list[Problem], Locate]:
    """Join the files of a rubric, check their shape, and compile the rules."""
    merged: dict[str, Any] = dict(sources["rubric"].values)
    for role, source in sources.items():
        if role == "cues":
            merged["cues"] = source.values
        elif role.startswith("texts."):
            merged["texts"] = {**merged.get("texts", {}), role.removeprefix("texts."): source.values}

    def locate(at: Path_) -> tuple[str, int]:
        if at[:1] == ("cues",) and "cues" in sources:
            return sources["cues"].path, sources["cues"].line(at[1:])
        if at[:1] == ("texts",) and len(at) > 1 and f"texts.{at[1]}" in sources:
            return sources[f"texts.{at[1]}"].path, sources[f"texts.{at[1]}"].line(at[2:])
        return sources["rubric"].path, sources["rubric"].line(at)

    try:
        # By way of JSON, because only there "strict" takes lists for tuples.
        raw = RawRubric.model_validate_json(json.dumps(merged, default=_strange), strict=True)
    except ValidationError as error:
        return None, [_problem(e, merged, locate) for e in error.errors()], locate
    builder = _Builder(raw, locate)
    rubric = builder.rubric(digest)
    return (None if builder.problems else rubric), builder.problems, locate


def _strange(value: Any) -> dict[str, str]:
    """A date, a set, bytes: what YAML makes and no rubric holds. A mapping is refused wherever one may stand."""
    return {type(value).__name__: str(value)}


def _problem(error: Any, merged: Mapping[str, Any], locate: Locate) -> Problem:
    at: Path_ = tuple(error["loc"])
    path, line = locate(at)
    where = ".".join(str(part) for part in at)
    if error["type"] == "extra_forbidden":
        return Problem(path=path, line=line, message=f"{where}: unknown key", remedy="remove it, or mend its name")
    if error["type"] == "missing":
        return Problem(path=path, line=line, message=f"{where}: missing", remedy="add it")
    given = repr(error.get("input"))[:60]
    return Problem(path=path, line=line, message=f"{where}: {error['msg']} (it is {given})", remedy="mend the value")


class _Builder:
    def __init__(self, raw: RawRubric, locate: Locate) -> None:
        self.raw, self.locate = raw, locate
        self.problems: list[Problem] = []
        self.criteria: dict[str, Criterion] = {}

    def say(self, at: Path_, message: str, remedy: str) -> None:
        path, line = self.locate(at)
        self.problems.append(Problem(path=path, line=line, message=message, remedy=remedy))

    def rubric(self, digest: str) -> Rubric:
        raw = self.raw
        for i, section in enumerate(raw.sections):
            for j, item in enumerate(section.criteria):
                at: Path_ = ("sections", i, "criteria", j)
                if item.id in self.criteria:
                    self.say((*at, "id"), f"criterion {item.id!r} twice", "ids are unique; rename one")
                self.criteria[item.id] = self.criterion(item, section.id, at)
        rules = tuple(self.rule(i) for i in range(len(raw.rules)))
        gates = tuple(self.gate(i) for i in range(len(raw.gates)))
        for kind, ids in (("rule", [r.id for r in rules]), ("gate", [g.id for g in gates])):
            for twice in {i for i in ids if ids.count(i) > 1}:
                self.say((kind + "s",), f"{kind} {twice!r} twice", "ids are unique; rename one")
        both = set(raw.classes) & set(raw.cues.classes)
        for name in sorted(both):
            self.say(("cues", "classes", name), f"class {name!r} is in both files", "keep one of them")
        classes = {
            **{k: {i: tuple(p) for i, p in v.items()} for k, v in raw.classes.items()},
            **raw.cues.classes,
        }
        return Rubric(
            id=raw.id,
            version=raw.version,
            sha256=digest,
            extraction_schema_sha256=_schema_digest(self.criteria),
            sections=tuple(section.id for section in raw.sections),
            criteria=tuple(self.criteria.values()),
            axes=raw.axis_list(),
            rules=rules,
            gates=gates,
            verdict=raw.verdict,
            demand=raw.demand,
            archetype=raw.archetype,
            archetypes=tuple(
                Archetype(
                    id=a.id,
                    place=a.place,
                    questions=tuple(Question(id=q.id, criteria=tuple(q.criteria)) for q in a.questions),
                )
                for a in raw.archetypes
            ),
            hard_problems={c: tuple(v) for c, v in raw.hard_problems.items()},
            texts=raw.texts,
            cues=CueBook(classes=classes, criteria=raw.cues.criteria),
            tests=tuple(
                RubricTest(
                    name=t.name,
                    facts={c: tuple(v) if isinstance(v, list) else v for c, v in t.facts.items()},
                    axes=t.axes,
                    verdict=t.verdict,
                )
                for t in raw.tests
            ),
            waivable=raw.waivable,
        )

    def criterion(self, raw: RawCriterion, section: str, at: Path_) -> Criterion:
        unknown = raw.unknown or ("not_stated" if raw.kind == "stated" else "unclear")
        for named, key in ((unknown, "unknown"), (raw.answer, "answer")):
            if named is not None and named not in raw.values:
                self.say(
                    at,
                    f"{raw.id}: {key} is {named!r}, which is no value of it",
                    f"add the value, or set {key}",
                )
        values = []
        for value_id, value in raw.values.items():
            where = (*at, "values", value_id)
            if value.falls_to is not None and value.falls_to not in raw.values:
                self.say(
                    where,
                    f"{raw.id}.{value_id}: falls_to {value.falls_to!r} is no value",
                    meant(value.falls_to, raw.values),
                )
            values.append(
                Value(
                    id=value_id,
                    points=value.points,
                    predicate=self.predicate(value.needs, (*where, "needs")),
                    falls_to=value.falls_to,
                    severity=value.finding,
                )
            )
        return Criterion(
            id=raw.id,
            section=section,
            kind=raw.kind,
            values=tuple(values),
            unknown=unknown,
            weight=raw.weight,
            multiple=raw.multiple,
            answer=raw.answer,
            source=raw.source,
        )

    def predicate(self, raw: Any, at: Path_, depth: int = 0) -> Predicate | None:
        if raw is None and depth == 0:
            return None
        kinds = get_args(PredicateKind)
        simple = set(kinds) - {"cue", "any_of"}
        if isinstance(raw, str) and raw in simple:
            return Predicate(kind=cast(PredicateKind, raw))
        if isinstance(raw, dict) and list(raw) == ["cue"] and isinstance(raw["cue"], str):
            books = (self.raw.classes, self.raw.cues.classes)
            known = set(chain(*books))
            if raw["cue"] not in known:
                self.say(at, f"no class of words {raw['cue']!r}", meant(raw["cue"], sorted(known)))
            elif not any(patterns for book in books for patterns in book.get(raw["cue"], {}).values()):
                self.say(at, f"class {raw['cue']!r} has no words, so nothing proves this", "add patterns to the class")
            return Predicate(kind="cue", cue=raw["cue"])
        if (
            isinstance(raw, dict)
            and list(raw) == ["any_of"]
            and isinstance(raw["any_of"], list)
            and raw["any_of"]
            and depth == 0
        ):
            inner = [self.predicate(item, at, depth + 1) for item in raw["any_of"]]
            return Predicate(kind="any_of", any_of=tuple(p for p in inner if p is not None))
        self.say(
            at,
            f"no such predicate: {raw!r}",
            f"one of {', '.join(sorted(simple))}, {{cue: CLASS}}, {{any_of: [...]}}",
        )
        return None

    def table(self, expression: str, at: Path_) -> Table:
        try:
            return compile_table(expression, self.criteria)
        except ExpressionError as error:
            self.say(at, f"{expression!r} {error}", "bind criteria as lists: 'value' in criterion")
            return Table(criteria=(), true=frozenset())

    def rule(self, i: int) -> Rule:
        raw = self.raw.rules[i]
        return Rule(
            id=raw.id,
            when=raw.when,
            table=self.table(raw.when, ("rules", i, "when")),
            axis=raw.axis,
            factor=raw.factor,
            severity=raw.finding,
            criterion=raw.criterion,
            contradiction=raw.contradiction,
            source=raw.source,
        )

    def gate(self, i: int) -> Gate:
        raw = self.raw.gates[i]
        return Gate(
            id=raw.id,
            closed_when=raw.closed_when,
            closed=self.table(raw.closed_when, ("gates", i, "closed_when")),
            closed_by=tuple(raw.closed_by),
            fails_when=raw.fails_when,
            fails=self.table(raw.fails_when, ("gates", i, "fails_when")) if raw.fails_when else None,
            severity=raw.finding,
            source=raw.source,
        )


def _schema_digest(criteria: Mapping[str, Criterion]) -> str:
    """What an extractor is asked: a record's facts fit every rubric that has the same."""
    asked = [[c.id, c.kind, c.multiple, c.unknown, [v.id for v in c.values]] for c in criteria.values()]
    return hashlib.sha256(json.dumps(asked, separators=(",", ":")).encode()).hexdigest()
