"""Scorecard to words: findings, strengths, open questions and what to write next. Pure, like `score`."""

from collections.abc import Iterable

from reviewer.critique.absence import Absence
from reviewer.critique.findings import find
from reviewer.critique.steps import next_steps
from reviewer.domain import Document, Fact, Finding, OpenQuestion, Rubric, Scorecard, Strength
from reviewer.domain.base import Frozen

STRENGTHS = 5


class Critique(Frozen):
    """Everything that is said about a proposal beyond its figures."""

    findings: tuple[Finding, ...]
    strengths: tuple[Strength, ...]
    questions: tuple[OpenQuestion, ...]
    next_steps: tuple[str, ...]


def critique(
    scorecard: Scorecard, facts: Iterable[Fact], document: Document, rubric: Rubric, language: str
) -> Critique:
    """Say what is missing, weak, contradictory and good, in the rubric's words."""
    by_id = {fact.criterion: fact for fact in facts}
    findings = find(scorecard, by_id, rubric, language)
    absence = Absence(document, rubric, language)
    return Critique(
        findings=tuple(
            f.model_copy(update={"search": absence.search(by_id[f.criterion])}) if _absent(f) else f for f in findings
        ),
        strengths=_strengths(scorecard, by_id, rubric, language),
        questions=_questions(scorecard, rubric, language),
        next_steps=next_steps(scorecard, rubric, language),
    )


def _absent(finding: Finding) -> bool:
    """Is it about something that was looked for and not found? A judgement without a quote is not."""
    return not finding.evidence and not finding.id.startswith(("weak.", "gate."))


def _strengths(scorecard: Scorecard, facts: dict[str, Fact], rubric: Rubric, language: str) -> tuple[Strength, ...]:
    """The best-weighed statements that were proven by a quote and could not earn more."""
    words = rubric.words(language)
    full = [
        mark
        for mark in scorecard.marks
        if mark.points == 1 and facts[mark.criterion].status == "verified" and facts[mark.criterion].evidence
    ]
    # sorted() is stable: equal weights stay in the rubric's order.
    best = sorted(full, key=lambda mark: -mark.weight)[:STRENGTHS]
    strengths = []
    for mark in best:
        text = words.criteria[mark.criterion]
        values = (mark.value,) if isinstance(mark.value, str) else mark.value
        message = f"{text.name}: {'; '.join(text.said(value) for value in values)}"
        evidence = facts[mark.criterion].evidence[:2]
        strengths.append(Strength(criterion=mark.criterion, message=message, evidence=evidence))
    return tuple(strengths)


def _questions(scorecard: Scorecard, rubric: Rubric, language: str) -> tuple[OpenQuestion, ...]:
    """The key questions of the proposal's archetype that it leaves open."""
    words = rubric.words(language)
    value = {mark.criterion: mark.value for mark in scorecard.marks}
    return tuple(
        OpenQuestion(id=question.id, question=words.questions[question.id], criteria=still_open)
        for archetype in rubric.archetypes
        if archetype.id == scorecard.archetype
        for question in archetype.questions
        if (still_open := tuple(c for c in question.criteria if value[c] == rubric.by_id[c].unknown))
    )
