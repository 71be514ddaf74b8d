"""The proposal itself with the review in it: {==what was quoted==}{>>what is said about it<<}.

Marks that the proposal holds itself get a backslash inside their braces, one more than they had. Taking our
marks out, and then one backslash from each such brace, gives the proposal back, byte for byte.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from reviewer.domain import Evidence, Review, Rubric
from reviewer.errors import InputError
from reviewer.render.clean import folded
from reviewer.render.places import belongs, heading_end, top
from reviewer.render.report import SEVERITIES, Voice, criterion, sourced, strength_text, told, waived
from reviewer.render.words import Say, say, whole

_MARKS = r">>|==|\+\+|--|~~"
_BRACE = re.compile(rf"(\{{\\*)(?={_MARKS})|(?<=<<|==|\+\+|--|~~)(\\*\}})")
_Span = tuple[int, int, str]  # start, end, note; a note about no words has start == end


def escape(text: str) -> str:
    """Text in which no mark opens or closes."""
    return _BRACE.sub(lambda brace: f"{brace[1]}\\" if brace[1] else f"\\{brace[2]}", text)


def criticmarkup(review: Review, rubric: Rubric, voice: Voice) -> str:
    """The proposal with highlights and notes."""
    text = review.document.text
    if not text and review.status == "reviewed":
        raise InputError(
            f"{review.document.name}: this record was stored without its text, so there is nothing to annotate; "
            "take another --format, or review the document again without --no-text"
        )
    parts, at = [], 0
    for start, end, notes in _joined(sorted(_spans(review, rubric, voice), key=lambda span: span[:2]), text):
        quoted = f"{{=={escape(text[start:end])}==}}" if end > start else ""
        parts += [escape(text[at:start]), quoted, *(f"{{>>{escape(folded(note))}<<}}" for note in notes)]
        at = end
    return "".join([*parts, escape(text[at:])])


def _spans(review: Review, rubric: Rubric, voice: Voice) -> Iterator[_Span]:
    tell, words, document = say(review.language), rubric.words(review.language), review.document
    start = top(document)
    if review.status != "reviewed" or review.scorecard is None:
        yield start, start, f"{tell(f'status.{review.status}')}. {review.reason}"
        return
    if voice == "gate":
        yield start, start, _summary(review, rubric, tell)
        yield from ((start, start, step) for step in review.next_steps)
    for finding in sorted(review.findings, key=lambda f: SEVERITIES.index(f.severity)):
        text = criterion(words, finding.criterion)
        passed = "".join(f" {one.label}: {one.text}" for one in waived(finding, review, tell))
        if voice == "coach":
            note = f"{text.question} {finding.advice}{passed}"
        else:
            parts = (told(finding, review, tell), sourced(finding, tell), finding.advice)
            said = " ".join(part for part in parts if part)
            note = f"[{tell(f'{finding.severity}.one')}] {text.name}: {said}{passed}"
        if finding.evidence:
            yield from _quoted(finding.evidence, note, text.name)
        else:
            section = belongs(finding, document)
            where = heading_end(document, section) if section else start
            yield where, where, note
    for strength in review.strengths:
        name = criterion(words, strength.criterion).name
        yield from _quoted(strength.evidence, f"[✓] {name}: {strength_text(strength, name)}", name)


def _summary(review: Review, rubric: Rubric, tell: Say) -> str:
    words, card = rubric.words(review.language), review.scorecard
    figures = [
        f"{words.axes.get(axis.id, axis.id)} {whole(score.point)} ({whole(score.low)}–{whole(score.high)})"
        for axis in rubric.axes
        if card and (score := card.axes.get(axis.id))
    ]
    verdict = [f"{tell('verdict')}: {tell(f'verdict.{card.verdict}')}"] if card and card.verdict else []
    return f"reviewer {review.tool_version}: {', '.join([*verdict, *figures])}"


def _quoted(evidence: tuple[Evidence, ...], note: str, name: str) -> Iterator[_Span]:
    # The whole note once; what else was quoted for it says only what it belongs to.
    for number, item in enumerate(evidence):
        yield item.start, item.end, note if number == 0 else name


def _joined(spans: list[_Span], text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Spans widened so as to cut no brace of the proposal, and overlapping ones made one: marks do not nest."""
    braces = [(m.start() - (2 if m[2] else 0), m.end() + (2 if m[1] else 0)) for m in _BRACE.finditer(text)]
    starts = [start for start, _ in braces]
    open_start = open_end = -1
    notes: list[str] = []
    for first, last, note in spans:
        start, end = _uncut(first, braces, starts)[0], _uncut(last, braces, starts)[1]
        if notes and (start < open_end or start == open_start):
            open_end = max(open_end, end)
            notes.append(note)
            continue
        if notes:
            yield open_start, open_end, notes
        open_start, open_end, notes = start, end, [note]
    if notes:
        yield open_start, open_end, notes


def _uncut(offset: int, braces: list[tuple[int, int]], starts: list[int]) -> tuple[int, int]:
    """The nearest places before and after that lie inside no brace; both are the offset where it does not."""
    low = high = offset
    at = bisect_right(starts, offset - 1) - 1
    while at >= 0 and braces[at][1] > low > braces[at][0]:
        low, at = braces[at][0], at - 1
    at = bisect_right(starts, high - 1) - 1
    while 0 <= at < len(braces) and braces[at][0] < high < braces[at][1]:
        high, at = braces[at][1], at + 1
    return low, high
