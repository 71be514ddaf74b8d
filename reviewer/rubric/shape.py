"""The shape of a rubric file, before it becomes a `Rubric`."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from reviewer.domain import Axis, CueBook, Demand, Severity, Texts, Verdict
from reviewer.domain.base import Frozen


class Raw(Frozen):
    """Strict: YAML's own types only, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class RawValue(Raw):
    """A value of a criterion."""

    points: float = Field(ge=0, le=1, strict=True)
    needs: Any = None
    falls_to: str | None = None
    finding: Severity | None = None


class RawCriterion(Raw):
    """A criterion."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    kind: Literal["stated", "assessed"] = "stated"
    weight: float = Field(default=1, ge=0, le=1000, strict=True)
    multiple: bool = False
    unknown: str | None = None
    answer: str | None = None
    source: str = ""
    values: dict[str, RawValue] = Field(min_length=2, max_length=12)


class RawSection(Raw):
    """A section."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    criteria: list[RawCriterion] = Field(min_length=1)


class RawRule(Raw):
    """A rule."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    when: str = Field(max_length=1000)
    axis: str | None = None
    factor: float = Field(default=1.0, gt=0, le=2, strict=True)
    finding: Severity | None = None
    criterion: str | None = None
    contradiction: bool = False
    source: str = ""


class RawGate(Raw):
    """A gate."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    closed_when: str = Field(max_length=1000)
    closed_by: list[str]
    fails_when: str | None = Field(default=None, max_length=1000)
    finding: Severity = "blocker"
    source: str = ""


class RawQuestion(Raw):
    """A key question of an archetype."""

    id: str
    criteria: list[str]


class RawArchetype(Raw):
    """An archetype."""

    id: str
    place: tuple[float, float]
    questions: list[RawQuestion]


class RawTest(Raw):
    """A rubric's case about itself."""

    name: str
    facts: dict[str, str | list[str]]
    axes: dict[str, float] = {}
    verdict: str | None = None


class RawRubric(Raw):
    """All files of a rubric in one."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    version: str
    sections: list[RawSection] = Field(min_length=1)
    axes: dict[str, dict[str, float]] = Field(min_length=1)
    rules: list[RawRule] = Field(default=[], max_length=25)
    gates: list[RawGate] = Field(default=[], max_length=8)
    verdict: Verdict | None = None
    demand: Demand | None = None
    archetype: str | None = None
    archetypes: list[RawArchetype] = []
    hard_problems: dict[str, list[str]] = {}
    classes: dict[str, dict[str, list[str]]] = {}
    cues: CueBook = CueBook()
    texts: dict[str, Texts] = Field(min_length=1)
    tests: list[RawTest] = []
    waivable: bool = False

    def axis_list(self) -> tuple[Axis, ...]:
        """The axes in the order of the file."""
        return tuple(Axis(id=i, sections=weights) for i, weights in self.axes.items())
