"""What a review is made of, from a claim to the record that is stored."""

from collections.abc import Mapping
from typing import Any, Literal

from reviewer.domain.base import Frozen
from reviewer.domain.document import Document
from reviewer.domain.rubric import Severity
from reviewer.domain.waivers import Waived

SCHEMA_VERSION = "1"

Status = Literal["reviewed", "incomplete", "skipped", "failed"]
FactStatus = Literal["verified", "judged", "unverified", "not_stated"]
Answer = str | tuple[str, ...]  # several values where the criterion is `multiple`


class Claim(Frozen):
    """What an extractor says that the text says. Not believed yet."""

    criterion: str
    value: Answer
    quotes: tuple[str, ...] = ()


class Evidence(Frozen):
    """A quote that was found: always `document.text[start:end]`."""

    quote: str
    start: int
    end: int
    line: int  # 1-based, as git counts
    place: str  # page, cell or heading, for people
    match: Literal["exact", "normalised"] = "exact"


class Number(Frozen):
    """A figure, parsed by code from an accepted quote."""

    value: float
    unit: str  # "percent", "ratio", "USD", "hours", "rows", ...; empty if none
    role: str  # what it measures: "accuracy", "recall", "latency", ...; empty if not told
    text: str


class Rejection(Frozen):
    """A quote that earned nothing, and why; `nearest` is what the document really has, for people."""

    quote: str
    why: str
    nearest: str = ""


class Fact(Frozen):
    """What is known about one criterion after every quote was checked."""

    criterion: str
    value: Answer
    status: FactStatus
    claimed: Answer | None = None  # what the extractor said, where that is more than the value
    evidence: tuple[Evidence, ...] = ()
    numbers: tuple[Number, ...] = ()
    rejected: tuple[Rejection, ...] = ()


class Mark(Frozen):
    """A fact's points, and the range that they could still take."""

    criterion: str
    section: str
    value: Answer
    points: float  # 0-1
    low: float
    high: float
    weight: float


class AxisScore(Frozen):
    """An axis from 0 to 100: what is earned now, and sound bounds over everything that is not known."""

    point: float
    low: float
    high: float


class GateResult(Frozen):
    """A gate's state; an open one names the criteria that would close it."""

    id: str
    state: Literal["closed", "open", "failed"]
    closes: tuple[str, ...] = ()


class Change(Frozen):
    """Something that an author could add."""

    criterion: str
    value: str


class Shift(Frozen):
    """An axis before and after a change."""

    before: float
    after: float


class Counterfactual(Frozen):
    """What would follow if something were said."""

    changes: tuple[Change, ...]
    axes: Mapping[str, Shift]
    verdict: str | None
    quadrant: str | None
    gain: float  # sum of the axes' points gained
    minimal: bool  # no smaller set among those tried does the same


class Scorecard(Frozen):
    """All figures. A pure function of facts and rubric."""

    axes: Mapping[str, AxisScore]
    completeness: float  # 0-100: was it said?
    assessed_share: float  # 0-1: how much of the earned points is judged, not verified
    verdict: Literal["go", "revise", "stop"] | None
    quadrant: str | None
    gates: tuple[GateResult, ...]
    rules: tuple[str, ...]  # those that fired
    demand_nines: float | None = None
    archetype: str | None = None
    hard_problems: tuple[Change, ...] = ()
    marks: tuple[Mark, ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()


class Search(Frozen):
    """Proof of absence: where it was looked for, and the nearest that was found."""

    sections: tuple[str, ...]  # where it is usually said; empty: the whole text was searched
    looked_for: tuple[str, ...] = ()
    nearest: Evidence | None = None
    why_not: str = ""


class Finding(Frozen):
    """Something that the author should mend, bound to a rule of the rubric and to a place in the text."""

    id: str  # "missing.labels", "weak.ethics", "rule.autonomous_unguarded", "gate.need"
    criterion: str
    severity: Severity
    message: str
    why: str = ""
    advice: str = ""
    source: str = ""
    evidence: tuple[Evidence, ...] = ()
    search: Search | None = None
    fingerprint: str


class Strength(Frozen):
    """Something that the proposal does well, with its words."""

    criterion: str
    message: str
    evidence: tuple[Evidence, ...]


class OpenQuestion(Frozen):
    """A key question of the proposal's archetype that the text leaves open."""

    id: str
    question: str
    criteria: tuple[str, ...]


class Notice(Frozen):
    """Something to know that costs and earns nothing: hidden text, text addressed to a reviewer, ..."""

    kind: str
    message: str
    start: int | None = None
    end: int | None = None


class RubricUsed(Frozen):
    """Which rubric a review was measured against."""

    id: str
    version: str
    sha256: str
    extraction_schema_sha256: str


class Usage(Frozen):
    """Tokens, as the provider counts them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
        )


class ModelUsed(Frozen):
    """Who was asked, and who answered."""

    requested: str
    answered: str = ""  # several, where a router changed its mind between two calls
    fingerprint: str = ""  # of the provider's set-up, where it tells one
    host: str = ""
    mode: str = ""  # json_schema, tool, json or prompt
    prompt: str = ""  # name and version of the prompt
    prompt_sha256: str = ""
    parameters: Mapping[str, Any] = {}  # as really sent


class Extraction(Frozen):
    """How the claims came about."""

    method: Literal["offline", "llm"]
    engine: str  # the offline engine's version, or the adapter's
    model: ModelUsed | None = None
    usage: Usage | None = None  # None: the provider did not say
    cost: float | None = None  # US dollars; None: not known
    calls: int = 0  # answers taken from the cache are none
    cached: bool = False
    note: str = ""
    claims: tuple[Claim, ...] = ()


class Stability(Frozen):
    """How far several answers of a model agree. Absent where only one was asked for: then nobody knows."""

    samples: int
    agreement: Mapping[str, float]  # criterion -> share of the answers with the value that won
    axes: Mapping[str, AxisScore]  # the middle, lowest and highest point of the answers
    verdicts: Mapping[str, int]  # empty, like the axes, where another rubric scored the values: then nobody knows
    robust: bool  # every answer comes to the same verdict


class Review(Frozen):
    """The record: everything about one proposal, with its text."""

    schema_version: str = SCHEMA_VERSION
    tool_version: str
    status: Status
    reason: str = ""
    language: str = "en"  # of the critique
    document: Document
    rubric: RubricUsed
    extraction: Extraction | None = None
    facts: tuple[Fact, ...] = ()
    scorecard: Scorecard | None = None
    stability: Stability | None = None
    findings: tuple[Finding, ...] = ()
    strengths: tuple[Strength, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    next_steps: tuple[str, ...] = ()  # at most five lines, what to write first
    notices: tuple[Notice, ...] = ()
    waived: tuple[Waived, ...] = ()  # findings that somebody answers for; no figure knows of them
