"""What a review says, in order, as plain nodes that terminal and Markdown write in their own marks.

The texts in the nodes are raw; the format that writes them escapes each with its one function.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from reviewer.domain import CriterionText, Evidence, Finding, Review, Rubric, Scorecard, Strength, Texts, Waived
from reviewer.render.clean import folded, shortened
from reviewer.render.places import LINED
from reviewer.render.words import Say, listed, say, whole

Voice = Literal["gate", "coach"]
Tone = Literal["blocker", "major", "minor", "good", "bad", "open", "plain", "quiet"]

SEVERITIES: tuple[Literal["blocker", "major", "minor"], ...] = ("blocker", "major", "minor")
TONES: dict[str, Tone] = {
    "go": "good", "revise": "major", "stop": "blocker", "closed": "good", "open": "open", "failed": "bad",
}  # fmt: skip
MAX_ENTRIES = 100  # findings shown; far more than a rubric has rules, so only a runaway one meets it
MAX_QUOTES = 4  # per finding or strength


@dataclass(frozen=True, slots=True)
class Title:
    """What the report is about."""

    text: str
    aside: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The start of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The one line to read if only one is read."""

    label: str
    text: str
    tone: Tone
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """A figure from 0 to 100 with its interval."""

    name: str
    point: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Meters:
    """All figures; the heads are for a table."""

    rows: tuple[Meter, ...]
    heads: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Items:
    """A list; its lines may carry a state word."""

    rows: tuple["Item", ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a list."""

    text: str
    state: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Detail:
    """A labelled line below an entry."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The proposal's own words, and where they stand."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding, a question or a strength with its details."""

    name: str
    text: str
    tone: Tone
    details: tuple["Detail | Quote", ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; all but the first column are figures."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Node = Title | Heading | Headline | Meters | Paragraph | Items | Entry | Table


def report(review: Review, rubric: Rubric, voice: Voice) -> Iterator[Node]:
    """The nodes of a review: first what to write next, then the figures, then everything that backs them."""
    tell, words = say(review.language), rubric.words(review.language)
    yield Title(text=review.document.name, aside=words.title)
    card = review.scorecard
    if review.status != "reviewed" or card is None:
        yield Headline(label=tell("summary"), text=tell(f"status.{review.status}"), tone="open")
        if review.reason:
            yield Paragraph(review.reason)
        yield Paragraph(tell("status.none"), tone="quiet")
    elif voice == "coach":
        yield from _coached(review, rubric, card, words, tell)
    else:
        yield from _gated(review, card, rubric, words, tell)
    yield from _notices(review, tell)
    yield Heading(tell("method"))
    for line in method(review, tell, figures=voice == "gate"):
        yield Paragraph(line, tone="quiet")


def _gated(review: Review, card: Scorecard, rubric: Rubric, words: Texts, tell: Say) -> Iterator[Node]:
    if review.next_steps:
        yield Heading(tell("next"))
        yield Items(tuple(Item(step) for step in review.next_steps[:5]), ordered=True)
    if card.verdict:
        quadrant = words.quadrants.get(card.quadrant, card.quadrant) if card.quadrant else ""
        verdict = tell(f"verdict.{card.verdict}")
        yield Headline(label=tell("verdict"), text=verdict, tone=TONES[card.verdict], aside=quadrant)
    else:
        yield Heading(tell("score"))
    meters = [
        Meter(words.axes.get(axis.id, axis.id), figure.point, figure.low, figure.high)
        for axis in rubric.axes
        if (figure := card.axes.get(axis.id))
    ]
    meters.append(Meter(tell("completeness"), card.completeness, card.completeness, card.completeness))
    yield Meters(tuple(meters), heads=("", tell("now"), tell("range")))
    if card.gates:
        yield Heading(tell("gates"))
        yield Items(tuple(gates(card, words, tell, review.waived)))
    if not review.findings:
        yield Heading(tell("none"))
        yield Paragraph(tell("none.checked", count=len(rubric.criteria)))
    left = MAX_ENTRIES
    for severity in SEVERITIES:
        found = [finding for finding in review.findings if finding.severity == severity]
        if not found:
            continue
        held = sum(holds(finding, review) for finding in found)
        passed = f", {tell('waived.count', count=held)}" if held else ""
        yield Heading(f"{tell(severity)} ({len(found)}{passed})")
        for finding in found[:left]:
            yield _finding(finding, review, words, tell)
        if len(found) > left:
            yield Paragraph(tell("more", count=len(found) - left), tone="quiet")
        left = max(left - len(found), 0)
    yield from _strengths(review, words, tell)
    yield from _archetype(review, rubric, words, tell)
    if card.hard_problems:
        yield Heading(tell("hard"))
        yield Items(tuple(Item(hard_problem(c.criterion, c.value, words)) for c in card.hard_problems))


def _coached(review: Review, rubric: Rubric, card: Scorecard, words: Texts, tell: Say) -> Iterator[Node]:
    """The same without marks: what was not answered is asked, in the order in which answers help most."""
    asked = by_criterion(review.findings)
    first = first_asked(asked, card)
    if not first:
        yield Heading(tell("coach.none"))
    else:
        yield Heading(tell("coach.next"))
        yield Items(tuple(Item(criterion(words, c).question) for c in first), ordered=True)
        yield Heading(tell("coach.questions"))
    for name in list(asked)[:MAX_ENTRIES]:
        yield _question(name, asked[name], review, words, tell)
    yield from _strengths(review, words, tell)
    yield from _archetype(review, rubric, words, tell)


def feedback(review: Review, rubric: Rubric) -> Iterator[Node]:
    """For a student: what is good first, then what to write next; no figure, no verdict, nobody else."""
    tell, words = say(review.language), rubric.words(review.language)
    card = review.scorecard
    if review.status != "reviewed" or card is None:
        yield from report(review, rubric, "coach")
        return
    yield Title(text=review.document.name, aside=words.title)
    if review.strengths:
        yield from _strengths(review, words, tell)
    else:
        yield Paragraph(tell("feedback.start"))
    asked = by_criterion(review.findings)
    first = first_asked(asked, card)
    if not first:
        yield Heading(tell("coach.none"))
    if first:
        yield Heading(tell("feedback.next"))
    for name in first:
        yield _question(name, asked[name], review, words, tell, proof=False)
    # The others in a line each: what is first to be done must not drown in what could be done.
    if later := [criterion(words, name) for name in asked if name not in first][:MAX_ENTRIES]:
        yield Heading(tell("feedback.then"))
        yield Items(tuple(Item(f"{text.name}: {text.question}") for text in later))
    yield from _archetype(review, rubric, words, tell)
    yield from _notices(review, tell)
    yield Heading(tell("method"))
    for line in method(review, tell, figures=False):
        yield Paragraph(line, tone="quiet")


def _question(
    name: str, findings: Iterable[Finding], review: Review, words: Texts, tell: Say, *, proof: bool = True
) -> Entry:
    """A question with what was noticed, where it was looked (the proof), and what a good answer holds."""
    text = criterion(words, name)
    details: list[Detail | Quote] = []
    advice = ""
    for finding in findings:
        # What is missing follows from the question; a contradiction or a weak answer does not.
        if not finding.id.startswith("missing."):
            details.append(Detail(tell("coach.noticed"), finding.message))
        details.extend(_proof(finding, review, tell) if proof else quotes(finding.evidence, review, tell))
        advice = advice or finding.advice
        details.extend(waived(finding, review, tell))
    if advice:
        details.append(Detail(tell("coach.advice"), advice))
    return Entry(name=text.name, text=text.question, tone="plain", details=tuple(details))


def by_criterion(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings about the same question together, the gravest first."""
    asked: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: SEVERITIES.index(f.severity)):
        asked.setdefault(finding.criterion, []).append(finding)
    return asked


def first_asked(asked: Iterable[str], card: Scorecard) -> list[str]:
    """The five questions whose answers help most."""
    still = dict.fromkeys(asked)
    helpful = [change.criterion for step in card.counterfactuals for change in step.changes]
    return list(dict.fromkeys([*(c for c in helpful if c in still), *still]))[:5]


def gates(card: Scorecard, words: Texts, tell: Say, waived: Iterable[Waived] = ()) -> Iterator[Item]:
    """Each gate with its state; an open one names what closes it."""
    for gate in card.gates:
        text = words.gates[gate.id].name if gate.id in words.gates else ""
        text = text or gate.id.replace("_", " ")
        if gate.state != "closed" and gate.closes:
            names = ", ".join(criterion(words, c).name for c in gate.closes)
            text = f"{text} ({tell('gate.needs', names=names)})"
        for one in waived:
            if one.finding == f"gate.{gate.id}":
                said = waiver(one, tell)
                text = f"{text} - {said.label}: {said.text}"
        yield Item(text=text, state=tell(f"gate.{gate.state}"), tone=TONES[gate.state])


def _finding(finding: Finding, review: Review, words: Texts, tell: Say) -> Entry:
    details: list[Detail | Quote] = list(_proof(finding, review, tell))
    if finding.why:
        details.append(Detail(tell("why"), sourced(finding, tell)))
    if finding.advice:
        details.append(Detail(tell("advice"), finding.advice))
    details.extend(waived(finding, review, tell))
    name = criterion(words, finding.criterion).name
    return Entry(name=name, text=finding.message, tone=finding.severity, details=tuple(details))


def holds(finding: Finding, review: Review) -> bool:
    """Does a waiver hold for it today?"""
    return any(one.fingerprint == finding.fingerprint and one.state == "holds" for one in review.waived)


def waived(finding: Finding, review: Review, tell: Say) -> Iterator[Detail]:
    """Who answers for the finding, why, and how long."""
    for one in review.waived:
        if one.fingerprint == finding.fingerprint:
            yield waiver(one, tell)


def waiver(one: Waived, tell: Say) -> Detail:
    """A waiver under its name: one that has expired is called so."""
    return Detail(tell("waived.over" if one.state == "expired" else "waived"), waiver_text(one, tell))


def waiver_text(one: Waived, tell: Say) -> str:
    """A waiver in a line."""
    said = [tell("waived.by", who=one.who) if one.who else tell("waived.asked")]
    if one.when:
        said.append(tell("waived.when", when=one.when.isoformat()))
    if one.until:
        said.append(tell("waived.expired" if one.state == "expired" else "waived.until", until=one.until.isoformat()))
    return f"{one.why} ({', '.join(said)}; {one.where})"


def sourced(finding: Finding, tell: Say) -> str:
    """Why it matters, and where the lecture says so."""
    return f"{finding.why} ({tell('source', source=finding.source)})" if finding.source else finding.why


def _proof(finding: Finding, review: Review, tell: Say) -> Iterator[Detail | Quote]:
    yield from quotes(finding.evidence, review, tell)
    search = finding.search
    if not search or finding.evidence:
        return
    yield Detail(tell("absent"), absence(finding, tell))
    if search.nearest:
        yield Detail(tell("nearest"), nearest(finding, review, tell))


def absence(finding: Finding, tell: Say) -> str:
    """Where it was looked for, and for what."""
    search = finding.search
    if not search:
        return ""
    text = tell("searched", sections=listed(search.sections)) if search.sections else tell("searched.all")
    if search.looked_for:
        text = f"{text}; {tell('searched.for', cues=', '.join(search.looked_for[:6]))}"
    return text


def told(finding: Finding, review: Review, tell: Say) -> str:
    """The finding in a line: what is wrong, where it was looked for if nothing was found, and what came nearest."""
    looked = "" if finding.evidence else absence(finding, tell)
    if looked and finding.search and finding.search.nearest:
        looked = f"{looked}. {tell('nearest')}: {nearest(finding, review, tell)}"
    return f"{finding.message} ({looked})" if looked else finding.message


def nearest(finding: Finding, review: Review, tell: Say) -> str:
    """The sentence that comes nearest to an answer, and why it does not count."""
    search = finding.search
    if not search or not search.nearest:
        return ""
    text = f"“{shortened(folded(search.nearest.quote), 200)}” ({place(search.nearest, review, tell)})"
    return f"{text}; {tell('nearest.why', why=search.why_not)}" if search.why_not else text


def quotes(evidence: tuple[Evidence, ...], review: Review, tell: Say) -> Iterator[Quote]:
    """Quoted lines with their places, capped."""
    for item in evidence[:MAX_QUOTES]:
        yield Quote(text=shortened(item.quote), where=place(item, review, tell))
    if len(evidence) > MAX_QUOTES:
        yield Quote(text="…", where=tell("more", count=len(evidence) - MAX_QUOTES))


def place(evidence: Evidence, review: Review, tell: Say) -> str:
    """Where a quote stands in the review's document."""
    return placed(evidence, review.document.format, tell)


def placed(evidence: Evidence, form: str, tell: Say) -> str:
    """Where a quote stands: the line where a file of this form has lines, else page, cell or heading."""
    line = tell("line", line=evidence.line)
    if not evidence.place:
        return line
    return f"{line} · {shortened(evidence.place, 60)}" if form in LINED else shortened(evidence.place, 60)


def criterion(words: Texts, name: str) -> CriterionText:
    """A criterion's words; its id where a rubric gives none."""
    return words.criteria.get(name) or CriterionText(name=name, question=name, meanings={}, missing="")


def hard_problem(name: str, value: str, words: Texts) -> str:
    """A hard problem in the rubric's words."""
    text = criterion(words, name)
    return f"{text.name}: {text.said(value)}"


def _strengths(review: Review, words: Texts, tell: Say) -> Iterator[Node]:
    if not review.strengths:
        return
    yield Heading(tell("strengths"))
    for strength in review.strengths[:MAX_ENTRIES]:
        name = criterion(words, strength.criterion).name
        details = tuple(quotes(strength.evidence, review, tell))
        yield Entry(name=name, text=strength_text(strength, name), tone="good", details=details)


def strength_text(strength: Strength, name: str) -> str:
    """What is good, without the name that stands before it anyway."""
    return strength.message.removeprefix(f"{name}: ")


def _archetype(review: Review, rubric: Rubric, words: Texts, tell: Say) -> Iterator[Node]:
    archetype = review.scorecard.archetype if review.scorecard else None
    if not archetype or archetype not in {a.id for a in rubric.archetypes}:
        return
    yield Heading(f"{tell('archetype')}: {words.archetypes.get(archetype, archetype)}")
    if review.questions:
        yield Paragraph(f"{tell('questions')}:")
        yield Items(tuple(Item(question.question) for question in review.questions))
    else:
        yield Paragraph(tell("questions.none"))


def _notices(review: Review, tell: Say) -> Iterator[Node]:
    rows = [Item(notice.message) for notice in review.notices[:MAX_ENTRIES]]
    if len(review.notices) > MAX_ENTRIES:
        rows.append(Item(tell("more", count=len(review.notices) - MAX_ENTRIES)))
    if rows:
        yield Heading(tell("notices"))
        yield Items(tuple(rows))


def method(review: Review, tell: Say, *, figures: bool = True) -> Iterator[str]:
    """How the claims came about, what it cost and against what it was measured."""
    extraction = review.extraction
    if extraction is None:
        yield tell("method.none")
    elif extraction.method == "offline":
        yield tell("method.offline", engine=extraction.engine)
    else:
        used = extraction.model
        name = (used.answered or used.requested) if used else extraction.engine
        cost = "cached" if extraction.cached and not extraction.calls else "cost.unknown"
        parts = [tell("method.llm", model=name, host=(used.host if used else "") or "?")]
        if extraction.usage:
            usage = extraction.usage
            parts.append(tell("usage", input=f"{usage.input_tokens:,}", output=f"{usage.output_tokens:,}") + ";")
        known = extraction.cost is not None and cost != "cached"
        parts.append((tell("cost", cost=f"{extraction.cost:.4f}") if known else tell(cost)) + ".")
        yield " ".join(parts)
    tail = f"{tell('rubric', id=review.rubric.id, version=review.rubric.version)}."
    if figures and review.status == "reviewed" and review.scorecard:
        tail += " " + tell("assessed", share=whole(review.scorecard.assessed_share * 100))
    yield f"{tail} reviewer {review.tool_version}."
    if extraction is not None and extraction.method == "llm" and figures:
        yield _stability(review, tell)


def _stability(review: Review, tell: Say) -> str:
    """How far several answers of the model agree, or that nobody knows."""
    found = review.stability
    if found is None:
        return tell("stability.none")
    share = whole(100 * sum(found.agreement.values()) / len(found.agreement))
    verdicts = "stability.robust" if found.robust else "stability.fragile" if found.verdicts else "stability.unknown"
    return tell(verdicts, samples=found.samples, share=share)
