"""Two reviews side by side: verdict and figures first, then what each finding became and which sentence did it."""

from collections.abc import Iterator
from typing import Literal

from reviewer.domain import AxisScore, Evidence, Rubric, RubricUsed, Texts
from reviewer.domain.comparison import STATES, Comparison, FindingChange, State
from reviewer.domain.record import Answer
from reviewer.render.clean import shortened
from reviewer.render.report import (
    MAX_ENTRIES,
    TONES,
    Detail,
    Entry,
    Heading,
    Headline,
    Item,
    Items,
    Node,
    Paragraph,
    Quote,
    Table,
    Title,
    Tone,
    criterion,
    placed,
    waiver,
)
from reviewer.render.words import Say, say, whole

COMPARISON_FORMATS: tuple[str, ...] = ("terminal", "markdown", "json", "html")


def render_comparison(
    comparison: Comparison,
    rubric: Rubric,
    format: str,  # noqa: A002 - the word that everyone uses for it
    language: str | None = None,
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """The comparison in one of `COMPARISON_FORMATS`, in its own language unless another is named."""
    language = language or comparison.language
    match format:
        case "terminal":
            from reviewer.render.terminal import written

            return written(nodes(comparison, rubric, language), width, color)
        case "markdown":
            from reviewer.render.markdown import written as marked

            return marked(nodes(comparison, rubric, language))
        case "json":
            from reviewer.render.record import written as recorded

            return recorded(comparison)
        case "html":
            from reviewer.render.plain import plain_page

            title = f"{_title(comparison)} - {say(language)('diff')}"
            return plain_page(nodes(comparison, rubric, language), title, language)
    raise ValueError(f"no format named {format!r}; there are {', '.join(COMPARISON_FORMATS)}")


def nodes(comparison: Comparison, rubric: Rubric, language: str) -> Iterator[Node]:
    """Everything that a comparison says, in order."""
    tell, words = say(language), rubric.words(language)
    yield Title(text=_title(comparison), aside=words.title)
    if comparison.obstacle:
        yield Headline(label=tell("diff"), text=tell("diff.none"), tone="open")
        yield Paragraph(_told(comparison, comparison.obstacle, tell))
        return
    verdict = comparison.verdict
    if verdict.after and verdict.before:
        yield Headline(
            label=tell("verdict"),
            text=_move(tell(f"verdict.{verdict.before}"), tell(f"verdict.{verdict.after}"), tell),
            tone=TONES[verdict.after],
            aside=" → ".join(dict.fromkeys(words.quadrants.get(q, q) for q in _both(comparison) if q)),
        )
    for caveat in comparison.caveats:
        yield Paragraph(_told(comparison, caveat, tell))
    yield Table(
        heads=("", tell("diff.before"), tell("diff.after"), tell("diff.change")),
        rows=tuple(_rows(comparison, words, tell)),
    )
    if not any(change.state != "open" or change.evidence for change in comparison.findings):
        yield Heading(tell("diff.same"))
    for state in STATES:
        yield from _findings(comparison, state, words, tell)
    if comparison.facts:
        yield Heading(tell("diff.facts"))
        yield from _answers(comparison, words, tell)
    yield Heading(tell("method"))
    readers = dict.fromkeys(side.reader for side in (comparison.old, comparison.new))
    yield Paragraph(tell("diff.read_by", reader=", ".join(readers)), tone="quiet")
    used = comparison.rubric
    yield Paragraph(f"{tell('rubric', id=used.id, version=used.version)}.", tone="quiet")


def _title(comparison: Comparison) -> str:
    return f"{comparison.old.name} → {comparison.new.name}"


def _both(comparison: Comparison) -> tuple[str | None, str | None]:
    return comparison.quadrant.before, comparison.quadrant.after


def _move(before: str, after: str, tell: Say) -> str:
    return f"{before} → {after}" if before != after else tell("diff.unchanged", word=after)


def _told(comparison: Comparison, key: str, tell: Say) -> str:
    """An obstacle or a caveat in words; the side that it is about is the end of its name."""
    side = comparison.old if key.endswith("_old") else comparison.new
    return tell(
        f"diff.{key}",
        reason=side.reason or side.status,
        used=_named(side.rubric),
        rubric=_named(comparison.rubric),
        old=comparison.old.reader or "?",
        new=comparison.new.reader or "?",
    )


def _named(rubric: RubricUsed) -> str:
    # Two versions of a rubric in the making often bear one number.
    return f"{rubric.id} {rubric.version} ({rubric.sha256[:8]})"


def _rows(comparison: Comparison, words: Texts, tell: Say) -> Iterator[tuple[str, str, str, str]]:
    for axis, move in comparison.axes.items():
        if move.before and move.after:
            change = _signed(move.before.point, move.after.point)
            yield words.axes.get(axis, axis), _ranged(move.before), _ranged(move.after), change
    if said := comparison.completeness:
        yield tell("completeness"), whole(said.before), whole(said.after), _signed(said.before, said.after)


def _ranged(score: AxisScore) -> str:
    spread = f" ({whole(score.low)}–{whole(score.high)})" if score.high > score.low else ""
    return f"{whole(score.point)}{spread}"


def _signed(before: float, after: float) -> str:
    """The difference of the figures as they are shown, so that a reader who subtracts them gets it."""
    change = int(whole(after)) - int(whole(before))
    return f"{change:+d}" if change else "="


def _findings(comparison: Comparison, state: State, words: Texts, tell: Say) -> Iterator[Node]:
    found = comparison.having(state)
    if not found:
        return
    yield Heading(f"{tell(f'diff.{state}')} ({len(found)})")
    for change in found[:MAX_ENTRIES]:
        name = criterion(words, change.finding.criterion).name
        severity = _severity(change, tell)
        details = tuple(_details(comparison, change, tell))
        tone = "good" if state == "fixed" else change.finding.severity
        yield Entry(name=name, text=f"{change.finding.message} [{severity}]", tone=tone, details=details)
    if len(found) > MAX_ENTRIES:
        yield Paragraph(tell("more", count=len(found) - MAX_ENTRIES), tone="quiet")


def _severity(change: FindingChange, tell: Say) -> str:
    now = tell(f"{change.finding.severity}.one")
    if change.before is None or change.before.severity == change.finding.severity:
        return now
    return f"{tell(f'{change.before.severity}.one')} → {now}"


def _details(comparison: Comparison, change: FindingChange, tell: Say) -> Iterator[Detail | Quote]:
    if change.before is not None and change.before.message != change.finding.message:
        yield Detail(tell("diff.was"), change.before.message)
    if change.evidence:
        yield from _quoted(comparison, change.side, change.evidence, tell)
        if change.both and change.state != "open":
            yield Detail(tell("why"), tell("diff.both"))
    elif change.state != "open":
        yield Detail(tell("why"), tell("diff.silent"))
    if change.state in ("new", "regressed") and change.finding.advice:
        yield Detail(tell("advice"), change.finding.advice)
    if change.waived:
        yield waiver(change.waived, tell)


def _answers(comparison: Comparison, words: Texts, tell: Say) -> Iterator[Node]:
    """Every answer that changed; with its sentences where no finding above quotes them."""
    told = {change.finding.criterion for change in comparison.findings if change.evidence}
    rows, entries = [], []
    for fact in comparison.facts[:MAX_ENTRIES]:
        name = criterion(words, fact.criterion).name
        said = f"{_said(fact.criterion, fact.before, words)} → {_said(fact.criterion, fact.after, words)}"
        side: Literal["old", "new"] = "old" if fact.lost or not fact.now else "new"
        evidence = () if fact.criterion in told else fact.was if side == "old" else fact.now
        if not evidence:
            rows.append(Item(f"{name}: {said}"))
            continue
        tone: Tone = "good" if fact.gained > 0 else "minor" if fact.gained < 0 else "plain"
        details = tuple(_quoted(comparison, side, evidence, tell))
        entries.append(Entry(name=name, text=said, tone=tone, details=details))
    if rows:
        yield Items(tuple(rows))
    yield from entries


def _quoted(
    comparison: Comparison, of: Literal["old", "new"], evidence: tuple[Evidence, ...], tell: Say
) -> Iterator[Detail | Quote]:
    side = comparison.new if of == "new" else comparison.old
    yield Detail(tell(f"diff.says.{of}"), side.name)
    for item in evidence:
        yield Quote(text=shortened(item.quote), where=placed(item, side.format, tell))


def _said(name: str, value: Answer, words: Texts) -> str:
    text = criterion(words, name)
    return "; ".join(text.said(v) for v in ((value,) if isinstance(value, str) else value))
