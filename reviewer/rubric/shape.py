"""The shape of a rubric file, before it becomes a `Rubric`."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from reviewer.domain import Axis, CueBook, Demand, Severity, Texts, Verdict
from reviewer.domain.base import Frozen

# "|" and "+" join values in the keys of a rule's table.
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Spoken = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Weight = Annotated[float, Field(ge=0, le=1000)]


class Raw(Frozen):
    """Strict: YAML's own types only, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


class RawValue(Raw):
    """A value of a criterion."""

    points: float = Field(ge=0, le=1)
    needs: Any = None
    falls_to: str | None = None
    finding: Severity | None = None


class RawCriterion(Raw):
    """A criterion."""

    id: Id
    kind: Literal["stated", "assessed"] = "stated"
    weight: Weight = 1
    multiple: bool = False
    unknown: str | None = None
    answer: str | None = None
    source: str = ""
    values: dict[Id, RawValue] = Field(min_length=2, max_length=12)


class RawSection(Raw):
    """A section."""

    id: Id
    criteria: list[RawCriterion] = Field(min_length=1)


class RawRule(Raw):
    """A rule."""

    id: Id
    when: str = Field(max_length=1000)
    axis: str | None = None
    factor: float = Field(default=1.0, gt=0, le=2)
    finding: Severity | None = None
    criterion: str | None = None
    contradiction: bool = False
    source: str = ""


class RawGate(Raw):
    """A gate."""

    id: Id
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
    axes: dict[Id, dict[Id, Weight]] = Field(min_length=1)
    rules: list[RawRule] = Field(default=[], max_length=25)
    gates: list[RawGate] = Field(default=[], max_length=8)
    verdict: Verdict | None = None
    demand: Demand | None = None
    archetype: str | None = None
    archetypes: list[RawArchetype] = []
    hard_problems: dict[str, list[str]] = {}
    classes: dict[Id, dict[Spoken, list[str]]] = {}
    cues: CueBook = CueBook()
    texts: dict[Spoken, Texts] = Field(min_length=1)
    tests: list[RawTest] = []
    waivable: bool = False

    def axis_list(self) -> tuple[Axis, ...]:
        """The axes in the order of the file."""
        return tuple(Axis(id=i, sections=weights) for i, weights in self.axes.items())
