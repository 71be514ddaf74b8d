"""What the comment remembers for the next push. Whoever may edit comments may edit it, so nothing in it is believed."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, ValidationError

from reviewer.compare import reader_of
from reviewer.domain import Criterion, Document, Extraction, Fact, Number, Review, Rubric, RubricUsed
from reviewer.domain.base import Frozen
from reviewer.domain.record import Answer
from reviewer.pipeline import rescore
from reviewer.version import VERSION

MARKER = "<!-- reviewer:proposals -->"
MOST = 20_000  # bytes of what is remembered; proposals beyond that are compared with the base alone
_BLOCK = re.compile(r"<!-- reviewer:state (\{.{2,40000}\}) -->")

Name = Annotated[str, Field(max_length=200)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{40,64}$")]


class Figure(Frozen):
    """A number that a figure of the scorecard rests on."""

    value: FiniteFloat
    unit: Name
    role: Name


class Past(Frozen):
    """A proposal as the last push had it: what it stated."""

    path: Annotated[str, Field(max_length=4096)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{0,64}$")]
    engine: Name
    facts: Annotated[dict[Name, Annotated[tuple[Name, ...], Field(min_length=1, max_length=50)]], Field(max_length=500)]
    demand: Annotated[dict[Name, Annotated[tuple[Figure, ...], Field(max_length=20)]], Field(max_length=20)] = {}


class State(Frozen):
    """All that is remembered."""

    v: Literal[1] = 1
    head: Hash
    digest: Hash  # of what the comment says, so that the same is not written twice
    asked: Hash  # what the rubric asked: facts that answer other questions are of no use
    proposals: Annotated[tuple[Past, ...], Field(max_length=300)] = ()


def written(state: State) -> str:
    """The state as a part of the comment that nobody sees."""
    kept: list[Past] = []
    size = 0
    for past in state.proposals:
        size += len(past.model_dump_json())
        if size <= MOST:
            kept.append(past)
    plain = json.dumps(
        state.model_copy(update={"proposals": tuple(kept)}).model_dump(mode="json"), separators=(",", ":")
    )
    # Only inside strings, and JSON reads them back; a path can end no comment then.
    return f"<!-- reviewer:state {plain.replace('-', chr(92) + 'u002d').replace('>', chr(92) + 'u003e')} -->"


def read(body: str) -> State | None:
    """What a comment of ours remembers; None where that is nothing, or not what we write."""
    found = _BLOCK.findall(body)
    try:
        return State.model_validate_json(found[-1]) if found else None
    except ValidationError:
        return None


def remember(reviews: Iterable[Review], rubric: Rubric) -> tuple[Past, ...]:
    """What the reviews state, without the texts."""
    return tuple(
        Past(
            path=review.document.name,
            sha256=review.document.sha256,
            engine=reader_of(review)[:200],
            facts={f.criterion: _values(f.value) for f in review.facts if f.status in ("verified", "judged")},
            demand=dict(_demand(review, rubric)),
        )
        for review in reviews
        if review.status == "reviewed"
    )


def recall(state: State | None, path: str, rubric: Rubric) -> Review | None:
    """A proposal's last review, scored anew: only values that the rubric knows count."""
    found = [one for one in state.proposals if one.path == path] if state else []
    if len(found) != 1 or state is None or state.asked != rubric.extraction_schema_sha256:
        return None
    [past] = found
    facts = tuple(_fact(criterion, past) for criterion in rubric.criteria)
    bare = Review(
        tool_version=VERSION,
        status="reviewed",
        document=Document(name=path, format="", sha256=past.sha256, text="", language="en"),
        rubric=RubricUsed(
            id=rubric.id,
            version=rubric.version,
            sha256=rubric.sha256,
            extraction_schema_sha256=rubric.extraction_schema_sha256,
        ),
        extraction=Extraction(method="offline", engine=past.engine),
        facts=facts,
    )
    return rescore(bare, rubric)


def _fact(criterion: Criterion, past: Past) -> Fact:
    said = past.facts.get(criterion.id, ())
    values = tuple(value.id for value in criterion.values if value.id in said and value.id != criterion.unknown)
    if not values:
        return Fact(
            criterion=criterion.id,
            value=(criterion.unknown,) if criterion.multiple else criterion.unknown,
            status="not_stated",
        )
    return Fact(
        criterion=criterion.id,
        value=values if criterion.multiple else values[0],
        status="verified",
        numbers=tuple(
            Number(value=n.value, unit=n.unit, role=n.role, text="") for n in past.demand.get(criterion.id, ())
        ),
    )


def _values(value: Answer) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _demand(review: Review, rubric: Rubric) -> Iterator[tuple[str, tuple[Figure, ...]]]:
    if rubric.demand is None:
        return
    for fact in review.facts:
        numbers = [number for number in fact.numbers if number.role in rubric.demand.roles]
        if numbers and fact.criterion in rubric.demand.criteria:
            yield fact.criterion, tuple(Figure(value=n.value, unit=n.unit, role=n.role) for n in numbers[:20])
