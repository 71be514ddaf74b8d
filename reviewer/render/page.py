"""One HTML file that needs nothing else: the proposal with the review in its margin, and the figures above it.

It loads nothing, and its content policy lets nothing load: style and script are named by their hashes. Every
value passes the template's escaping, which is always on; the proposal is set by `typeset`, and
the table of all answers by `_row`, which escape as the templates do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from reviewer.domain import Evidence, Finding, Review, Rubric, Scorecard, Texts
from reviewer.render.clean import shortened
from reviewer.render.places import LINED, belongs
from reviewer.render.report import (
    SEVERITIES,
    TONES,
    Detail,
    Voice,
    absence,
    by_criterion,
    criterion,
    first_asked,
    gates,
    hard_problem,
    holds,
    method,
    nearest,
    place,
    sourced,
    strength_text,
    waived,
)
from reviewer.render.typeset import Aside, Mark, escape, typeset
from reviewer.render.web import policy, style, templates
from reviewer.render.words import Say, say, whole

_HERE = Path(__file__).parent / "html"
# The lecture's pyramid of cost, from its top to its wide base.
PYRAMID = ("problem_difficulty", "accuracy_requirement", "data_availability")


@dataclass(slots=True)
class Note:
    """What stands in the margin."""

    id: str
    tone: str
    tag: str
    name: str
    text: str
    details: Sequence[Detail] = ()
    places: Sequence[str] = ()  # of its quotes, or of what is missing
    quotes: Sequence[str] = ()  # shown where there is no proposal to look at
    at: int | None = None  # where in the proposal; None is about all of it
    marks: list[Evidence] = field(default_factory=list)
    gap: str = ""
    criterion: str = ""

    @property
    def where(self) -> str:
        """Its places in a line, each once."""
        return ", ".join(dict.fromkeys(self.places))


class Told(NamedTuple):
    """A question with its answer."""

    id: str
    criterion: str
    name: str
    value: str
    status: str
    targets: Sequence[str]  # the ids of the marks on its quotes
    places: Sequence[str]  # where those stand


def page(review: Review, rubric: Rubric, voice: Voice) -> str:
    """The review as a page."""
    tell, words = say(review.language), rubric.words(review.language)
    card = review.scorecard if review.status == "reviewed" else None
    notes = list(_notes(review, words, tell, voice)) if card else []
    facts = list(_facts(review, notes, words, tell)) if card else []
    scored = card if voice == "gate" else None
    script = _script()
    return (
        templates()
        .get_template("page.html.j2")
        .render(
            review=review,
            tell=tell,
            title=words.title,
            style=Markup(style()),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=policy(style(), script),
            scored=scored,
            coach=voice == "coach",
            verdict_tone=TONES.get(scored.verdict or "", "plain") if scored else "",
            quadrant=words.quadrants.get(scored.quadrant or "", scored.quadrant or "") if scored else "",
            meters=list(_meters(scored, rubric, words, tell)) if scored else [],
            gates=list(gates(scored, words, tell, review.waived)) if scored else [],
            steps=list(_steps(review, notes)) if scored else list(_asked(review, notes, words, card)) if card else [],
            map=_map(scored, rubric, words) if scored else None,
            pyramid=list(_pyramid(scored, rubric, words, tell)) if scored else [],
            archetype=_archetype(card, review, rubric, words, facts) if card else None,
            hard=[hard_problem(c.criterion, c.value, words) for c in card.hard_problems] if card else [],
            general=[note for note in notes if note.at is None or not review.document.text],
            counts=[
                (tone, tell(key), count)
                for tone, key in (*zip(SEVERITIES, SEVERITIES, strict=True), ("good", "strengths"))
                if (count := sum(note.tone == tone for note in notes))
            ],
            proposal=_proposal(review, notes, words, tell) if review.document.text else None,
            facts=facts,
            rows=Markup("\n".join(_row(fact, bool(review.document.text)) for fact in facts)),  # noqa: S704 - see `_row`
            named=[(" ".join(dict.fromkeys(fact.targets)), fact.name) for fact in facts if fact.targets],
            questions_checked=len(rubric.criteria),
            method=list(method(review, tell, figures=bool(scored))),
        )
    )


@cache
def _script() -> str:
    return (_HERE / "page.js").read_text("utf-8")


def _notes(review: Review, words: Texts, tell: Say, voice: Voice) -> Iterator[Note]:
    number = 0
    for finding in sorted(review.findings, key=lambda f: SEVERITIES.index(f.severity)):
        number += 1
        text = criterion(words, finding.criterion)
        asks = voice == "coach"
        section = None if finding.evidence else belongs(finding, review.document)
        yield Note(
            id=f"n{number}",
            tone="ask" if asks else finding.severity,
            tag=("?" if asks else tell(f"{finding.severity}.one"))
            + (f" · {tell('waived')}" if holds(finding, review) else ""),
            name=text.name,
            text=text.question if asks else finding.message,
            details=tuple(_details(finding, review, tell, asks)),
            places=[f"§ {shortened(section.heading, 40)}"] if section else _places(finding.evidence, review, tell),
            quotes=[shortened(e.quote) for e in finding.evidence],
            at=min(e.start for e in finding.evidence) if finding.evidence else section.start if section else None,
            marks=list(finding.evidence),
            gap=text.name if section else "",
            criterion=finding.criterion,
        )
    for strength in review.strengths:
        number += 1
        name = criterion(words, strength.criterion).name
        yield Note(
            id=f"n{number}",
            tone="good",
            tag="✓",
            name=name,
            text=strength_text(strength, name),
            places=_places(strength.evidence, review, tell),
            quotes=[shortened(e.quote) for e in strength.evidence],
            at=min((e.start for e in strength.evidence), default=None),
            marks=list(strength.evidence),
            criterion=strength.criterion,
        )


def _places(evidence: Iterable[Evidence], review: Review, tell: Say) -> list[str]:
    """Where quotes stand, in short: the heading is in sight."""
    lined = review.document.format in LINED and review.document.text
    return [tell("line", line=e.line) if lined else place(e, review, tell) for e in evidence]


def _details(finding: Finding, review: Review, tell: Say, asks: bool) -> Iterator[Detail]:
    if asks and not finding.id.startswith("missing."):
        yield Detail(tell("coach.noticed"), finding.message)
    if finding.search and not finding.evidence:
        yield Detail(tell("absent"), absence(finding, tell))
        if finding.search.nearest:
            yield Detail(tell("nearest"), nearest(finding, review, tell))
    if finding.why and not asks:
        yield Detail(tell("why"), sourced(finding, tell))
    if finding.advice:
        yield Detail(tell("coach.advice" if asks else "advice"), finding.advice)
    yield from waived(finding, review, tell)


def _proposal(review: Review, notes: Iterable[Note], words: Texts, tell: Say) -> Markup:
    marks, asides, noted = [], [], set()
    for note in notes:
        for item in note.marks:
            noted.add((note.criterion, item.start, item.end))
            tone = "minor" if note.tone == "ask" else note.tone
            marks.append(Mark(item.start, item.end, note.id, tone, note.name))
        if note.at is not None:
            asides.append(Aside(note.at, _aside(note, tell), note.gap, note.id))
    facts = (
        Mark(item.start, item.end, f"c{number}", "fact", criterion(words, fact.criterion).name)
        for number, fact in enumerate(review.facts)
        for item in fact.evidence
        if (fact.criterion, item.start, item.end) not in noted
    )
    hidden = (Mark(region.start, region.end, "notices", "hidden", region.why) for region in review.document.regions)
    return typeset(review.document, [*marks, *facts, *hidden], asides)


def _aside(note: Note, tell: Say) -> Markup:
    return Markup(_parts().note(note, tell, True))  # noqa: S704 - what the template escaped


@cache
def _parts() -> Any:
    return templates().get_template("parts.html.j2").module


def _meters(card: Scorecard, rubric: Rubric, words: Texts, tell: Say) -> Iterator[dict[str, Any]]:
    for axis in rubric.axes:
        if score := card.axes.get(axis.id):
            yield {"name": words.axes.get(axis.id, axis.id), **score.model_dump()}
    said = card.completeness
    yield {"name": tell("completeness"), "point": said, "low": said, "high": said}


def _steps(review: Review, notes: Iterable[Note]) -> Iterator[dict[str, Any]]:
    """What to write next, each with its gain and the way to where it belongs."""
    targets = {note.criterion: note.id for note in reversed(list(notes))}
    ways = review.scorecard.counterfactuals if review.scorecard else ()
    for number, step in enumerate(review.next_steps[:5]):
        way = ways[number] if number < len(ways) else None
        target = next((targets[c.criterion] for c in way.changes if c.criterion in targets), "") if way else ""
        what, _, effect = step.rpartition(": ")
        # The difference of the figures beside it, so that a reader who subtracts them gets it.
        gain = sum(int(whole(s.after)) - int(whole(s.before)) for s in way.axes.values()) if way else 0
        yield {"text": what or effect, "effect": effect if what else "", "gain": max(gain, 0) or "", "target": target}


def _asked(review: Review, notes: Iterable[Note], words: Texts, card: Scorecard) -> Iterator[dict[str, Any]]:
    """The coach's first questions, each with the way to its note."""
    targets = {note.criterion: note.id for note in reversed(list(notes))}
    for name in first_asked(by_criterion(review.findings), card):
        yield {"text": criterion(words, name).question, "effect": "", "gain": "", "target": targets.get(name, "")}


def _map(card: Scorecard, rubric: Rubric, words: Texts) -> dict[str, Any] | None:
    """Impact over feasibility, with the usual places of the archetypes."""
    impact, feasibility = card.axes.get("impact"), card.axes.get("feasibility")
    if not (impact and feasibility and rubric.verdict):
        return None
    return {
        "impact": impact,
        "feasibility": feasibility,
        "axes": (words.axes.get("impact", "impact"), words.axes.get("feasibility", "feasibility")),
        "thresholds": (rubric.verdict.thresholds.get("impact", 50), rubric.verdict.thresholds.get("feasibility", 50)),
        "quadrants": words.quadrants,
        "archetypes": [
            {
                "name": _short(words.archetypes.get(archetype.id, archetype.id)),
                "impact": archetype.place[0],
                "feasibility": archetype.place[1],
                "this": archetype.id == card.archetype,
            }
            for archetype in rubric.archetypes
        ],
    }


def _pyramid(card: Scorecard, rubric: Rubric, words: Texts, tell: Say) -> Iterator[dict[str, Any]]:
    """The three drivers of cost, each with the share earned and what costs most."""
    if not set(PYRAMID) <= set(rubric.sections):
        return
    for section in PYRAMID:
        marks = [mark for mark in card.marks if mark.section == section and mark.weight > 0]
        weight = sum(mark.weight for mark in marks)
        earned = 100 * sum(mark.points * mark.weight for mark in marks) / weight if weight else 0.0
        drivers = sorted((m for m in marks if m.points < 0.5), key=lambda m: -(1 - m.points) * m.weight)
        yield {
            "name": words.sections.get(section, section),
            "earned": earned,
            "shown": tell("page.earned", points=whole(earned)),
            "drivers": [criterion(words, mark.criterion).name for mark in drivers[:3]],
        }


def _archetype(
    card: Scorecard, review: Review, rubric: Rubric, words: Texts, facts: Iterable[Told]
) -> dict[str, Any] | None:
    """Its key questions, those that are answered with the way to the answer."""
    answers = {fact.criterion: fact.targets[0] for fact in facts if fact.targets}
    for archetype in rubric.archetypes:
        if archetype.id == card.archetype:
            name = words.archetypes.get(archetype.id, archetype.id)
            still_open = {question.id: question.question for question in review.questions}
            return {
                "name": _short(name),
                "what": name[len(_short(name)) :].strip(" ()"),
                "questions": [
                    {
                        "text": still_open.get(q.id) or words.questions.get(q.id, q.id),
                        "open": q.id in still_open,
                        "answer": next((answers[c] for c in q.criteria if c in answers), ""),
                    }
                    for q in archetype.questions
                ],
            }
    return None


def _facts(review: Review, notes: Iterable[Note], words: Texts, tell: Say) -> Iterator[Told]:
    """Every question with its answer and where it stands."""
    noted = {(note.criterion, e.start): note.id for note in notes for e in note.marks}
    for number, fact in enumerate(review.facts):
        text = criterion(words, fact.criterion)
        values = (fact.value,) if isinstance(fact.value, str) else fact.value
        targets = [noted.get((fact.criterion, item.start), f"c{number}") for item in fact.evidence]
        yield Told(
            id=f"c{number}",
            criterion=fact.criterion,
            name=text.name,
            value="; ".join(text.said(value) for value in values),
            status=tell(f"fact.{fact.status}"),
            targets=targets,
            places=_places(fact.evidence, review, tell),
        )


def _row(fact: Told, linked: bool) -> str:
    """An answer in the table of all. Set here, since a template takes twice as long for so many values."""
    row = escape(fact.id)
    quotes = [
        f'<a href="#at-{target}" data-n="{target}">{where}</a>' if linked else where
        for target, where in zip(map(escape, fact.targets), map(escape, fact.places), strict=True)
    ]
    return (
        f'<tr id="{row}" data-n="{row}"><th scope="row">{escape(fact.name)}</th><td>{escape(fact.value)}</td>'
        f"<td>{escape(fact.status)}{': ' if quotes else ''}{', '.join(quotes)}</td></tr>"
    )


def _short(name: str) -> str:
    return name.split("(")[0].strip()
