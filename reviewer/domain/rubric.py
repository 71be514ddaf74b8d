"""A rubric: criteria, points, rules, words and cues. Data alone; `reviewer.rubric` reads and checks it."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import model_validator

from reviewer.domain.base import Frozen

Severity = Literal["blocker", "major", "minor"]
PredicateKind = Literal["number", "money", "date", "reference", "named", "cue", "negation", "any_of"]
_CLOSE_CALLS = re.compile(r"\s?\([^()]*\)$")


class Predicate(Frozen):
    """What the quote of a crediting value must hold. Eight kinds, and no more."""

    kind: PredicateKind
    cue: str = ""  # the class of words, for kind "cue"
    any_of: tuple["Predicate", ...] = ()


class Value(Frozen):
    """One possible answer to a criterion."""

    id: str
    points: float  # 0-1
    predicate: Predicate | None = None
    falls_to: str | None = None  # the value to take when no quote passes the predicate
    severity: Severity | None = None  # of the finding that this value deserves; None is no finding


class Criterion(Frozen):
    """One question of the rubric."""

    id: str
    section: str
    kind: Literal["stated", "assessed"]
    values: tuple[Value, ...]  # from the most to the least favourable where an order exists
    unknown: str  # the value that means that nothing is known: "not_stated", "unclear", ...
    weight: float
    multiple: bool = False
    answer: str | None = None  # the value that a counterfactual assumes once it is said; None: not answerable
    source: str = ""  # section of the lecture

    @cached_property
    def by_id(self) -> Mapping[str, Value]:
        """The values by their id."""
        return {value.id: value for value in self.values}

    def points(self, value: str | tuple[str, ...]) -> float:
        """Points of a value; the lowest one's where the criterion takes several."""
        ids = (value,) if isinstance(value, str) else value
        return min(self.by_id[i].points for i in ids)


class Axis(Frozen):
    """A figure from 0 to 100, weighed over sections."""

    id: str
    sections: Mapping[str, float]


class Table(Frozen):
    """A CEL expression over at most four criteria, evaluated for all their values when the rubric was loaded.

    A combination is the criteria's values joined by "|", several values of one criterion by "+", in the
    rubric's order.
    """

    criteria: tuple[str, ...]
    true: frozenset[str]


class Rule(Frozen):
    """What holds across criteria: a factor on an axis, a finding, or both."""

    id: str
    when: str  # CEL
    table: Table
    axis: str | None = None
    factor: float = 1.0
    severity: Severity | None = None
    criterion: str | None = None  # the one that the finding is filed under
    contradiction: bool = False
    source: str = ""


class Gate(Frozen):
    """A question to answer before a go: closed or failed by stated facts, else open."""

    id: str
    closed_when: str
    closed: Table
    closed_by: tuple[str, ...]  # criteria whose statement would close it
    fails_when: str | None = None
    fails: Table | None = None
    severity: Severity = "blocker"
    source: str = ""


class Verdict(Frozen):
    """Where the quadrants part, and what each comes to when every gate is closed."""

    thresholds: Mapping[str, float]  # axis -> 0-100
    quadrants: Mapping[str, Literal["go", "revise", "stop"]]


class Demand(Frozen):
    """The cost of a required accuracy: each further nine costs more than the one before.

    The lecture (2.2): costs tend to grow super-linearly in the accuracy that is required.
    """

    axis: str
    criteria: tuple[str, ...]  # whose verified numbers state the demand
    roles: tuple[str, ...]  # of numbers that are rates of being right: "accuracy", "precision", ...
    factors: tuple[float, ...]  # at 0, 1, 2, ... nines; linear between, the last one beyond
    usual: Mapping[str, float]  # value of `reliability` -> nines that count when none are stated
    reliability: str  # the criterion that `usual` reads


class Question(Frozen):
    """A key question of an archetype, open until the criteria that answer it are known."""

    id: str
    criteria: tuple[str, ...]


class Archetype(Frozen):
    """A way in which a model meets the world, its key questions and its usual place on the map."""

    id: str
    questions: tuple[Question, ...]
    place: tuple[float, float]  # impact, feasibility; 0-100


class Cue(Frozen):
    """What in a sentence speaks for a value: a pattern (RE2 syntax, case ignored), or several with " & ".

    Each part must be found in the sentence; "@name" is any pattern of that class, and "!part" must not be
    found: "@metric & at least & !human". Weights of the cues in a sentence add up.
    """

    pattern: str
    weight: float = 1.0

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: object) -> object:
        return {"pattern": data} if isinstance(data, str) else data


class CriterionCues(Frozen):
    """What the offline engine looks for."""

    values: Mapping[str, Mapping[str, tuple[Cue, ...]]] = {}  # value -> language -> cues
    headings: Mapping[str, tuple[Cue, ...]] = {}  # language -> headings under which sentences gain the weight
    under: str | None = None  # the value that such a heading speaks for where a sentence has no cue
    opening: float = 0.0  # what a cue gains in the first sentence of the document, less in each that follows
    given: Mapping[str, Mapping[str, float]] = {}  # value -> "criterion=value" found -> weight (assessed or whole)
    whole: bool = False  # decide on the sum over the document, not on its best sentences (stated)
    threshold: float = 0.6  # what a sentence (assessed: a document) must weigh at least
    default: str | None = None  # an assessed criterion's value when no cue speaks


class CueBook(Frozen):
    """All words that code looks for, by language. `classes` are also what a "cue" predicate names."""

    classes: Mapping[str, Mapping[str, tuple[str, ...]]] = {}  # class -> language -> patterns
    criteria: Mapping[str, CriterionCues] = {}


class CriterionText(Frozen):
    """A criterion in the words of one language."""

    name: str
    question: str
    meanings: Mapping[str, str]  # value -> what it means (close calls in brackets at the end): what a model is told
    missing: str  # the finding when nothing is said
    weak: Mapping[str, str] = {}  # value -> the finding when that is what is said
    why: str = ""  # why it matters, from the lecture
    advice: str = ""  # what a good answer holds

    def said(self, value: str) -> str:
        """What a value means, for people: without the close calls, which tell a model how to decide."""
        meaning = self.meanings.get(value, value.replace("_", " "))
        return _CLOSE_CALLS.sub("", meaning) or meaning


class RuleText(Frozen):
    """A rule or a gate in the words of one language."""

    message: str
    advice: str = ""
    name: str = ""  # a gate's, where it is listed with its state


class Texts(Frozen):
    """All words of a rubric in one language."""

    title: str
    summary: str = ""
    axes: Mapping[str, str] = {}
    sections: Mapping[str, str] = {}
    criteria: Mapping[str, CriterionText] = {}
    rules: Mapping[str, RuleText] = {}
    gates: Mapping[str, RuleText] = {}
    archetypes: Mapping[str, str] = {}
    questions: Mapping[str, str] = {}
    quadrants: Mapping[str, str] = {}


class RubricTest(Frozen):
    """A case that a rubric carries about itself: these facts give these marks."""

    name: str
    facts: Mapping[str, str | tuple[str, ...]]  # criterion -> value; every other one is unknown
    axes: Mapping[str, float] = {}  # axis -> point, within 0.05
    verdict: str | None = None


class Rubric(Frozen):
    """Everything that a review measures against."""

    id: str
    version: str
    sha256: str  # of all that was read
    extraction_schema_sha256: str  # of what a model or the offline engine is asked: ids, values, kinds
    sections: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    axes: tuple[Axis, ...]
    rules: tuple[Rule, ...] = ()
    gates: tuple[Gate, ...] = ()
    verdict: Verdict | None = None
    demand: Demand | None = None
    archetype: str | None = None  # the criterion that tells the archetype
    archetypes: tuple[Archetype, ...] = ()
    hard_problems: Mapping[str, tuple[str, ...]] = {}  # criterion -> values that are hard
    texts: Mapping[str, Texts]
    cues: CueBook = CueBook()
    tests: tuple[RubricTest, ...] = ()
    waivable: bool = False  # may a proposal ignore a finding inline?

    @cached_property
    def by_id(self) -> Mapping[str, Criterion]:
        """The criteria by their id."""
        return {criterion.id: criterion for criterion in self.criteria}

    def words(self, language: str) -> Texts:
        """The texts in this language, or in the rubric's first one."""
        return self.texts.get(language) or next(iter(self.texts.values()))
