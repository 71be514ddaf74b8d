"""What became of a proposal between two reviews of it."""

from collections.abc import Mapping
from typing import Literal

from reviewer.domain.base import Frozen
from reviewer.domain.record import SCHEMA_VERSION, Answer, AxisScore, Evidence, Finding, RubricUsed, Shift, Status
from reviewer.domain.waivers import Waived

State = Literal["regressed", "new", "fixed", "open"]
STATES: tuple[State, ...] = ("regressed", "new", "fixed", "open")  # in the order in which people should read them

# Why there is nothing to compare: a side has no figures, or was asked other questions.
Obstacle = Literal["unreviewed_old", "unreviewed_new", "other_questions_old", "other_questions_new"]
# What a reader must know before believing that the text made the difference.
Caveat = Literal["scored_again_old", "scored_again_new", "other_reader", "other_language", "same_text"]


class Side(Frozen):
    """One of the two reviews."""

    name: str
    format: str = ""
    sha256: str
    status: Status
    reason: str = ""
    rubric: RubricUsed  # that its record was made with
    reader: str = ""  # the engine or the model; empty where nothing was read


class AxisMove(Frozen):
    """An axis in both reviews; None where the review does not have it."""

    before: AxisScore | None
    after: AxisScore | None


class WordMove(Frozen):
    """A verdict or a quadrant in both reviews."""

    before: str | None = None
    after: str | None = None


class FactChange(Frozen):
    """A criterion that has another answer, with the sentences of either text."""

    criterion: str
    before: Answer
    after: Answer
    gained: float  # points of the criterion, -1 to 1
    lost: bool = False  # the old text said it, and the new one has neither the answer nor the sentence
    was: tuple[Evidence, ...] = ()
    now: tuple[Evidence, ...] = ()


class FindingChange(Frozen):
    """What a finding became, and the sentence that did it."""

    state: State
    finding: Finding  # as it is now; as it was, where it is fixed
    before: Finding | None = None  # as it was, where it stays open or got worse
    evidence: tuple[Evidence, ...] = ()  # empty: no sentence was quoted for it
    side: Literal["old", "new"] = "new"  # the text that holds the evidence
    both: bool = False  # the other text has every word of it, too: it is read otherwise where it stands
    waived: Waived | None = None  # who answers for it in the new review


class Comparison(Frozen):
    """Two reviews of a proposal side by side. Without figures and findings where there is an obstacle."""

    schema_version: str = SCHEMA_VERSION
    language: str
    old: Side
    new: Side
    rubric: RubricUsed  # that both were scored with
    obstacle: Obstacle | None = None
    caveats: tuple[Caveat, ...] = ()
    axes: Mapping[str, AxisMove] = {}
    completeness: Shift | None = None
    verdict: WordMove = WordMove()
    quadrant: WordMove = WordMove()
    facts: tuple[FactChange, ...] = ()
    findings: tuple[FindingChange, ...] = ()

    def having(self, state: State) -> tuple[FindingChange, ...]:
        """The findings in this state, the gravest first."""
        return tuple(change for change in self.findings if change.state == state)

    def counting(self, state: State) -> tuple[FindingChange, ...]:
        """Those in this state that no waiver holds for."""
        return tuple(c for c in self.having(state) if c.waived is None or c.waived.state != "holds")
