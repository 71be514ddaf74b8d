"""Two reviews of a proposal to what moved between them. Pure: no I/O, and no model is asked.

Both sides are scored with the one rubric given, so that a difference is never the rubric's.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reviewer.compare.findings import changes
from reviewer.compare.texts import absent, stands, words
from reviewer.critique import critique
from reviewer.domain import Fact, Finding, Review, Rubric, RubricUsed, Scorecard, Shift
from reviewer.domain.comparison import AxisMove, Caveat, Comparison, FactChange, Obstacle, Side, WordMove
from reviewer.score import check_facts, score


class _Judged(NamedTuple):
    card: Scorecard
    findings: tuple[Finding, ...]


def compare(old: Review, new: Review, rubric: Rubric, language: str | None = None) -> Comparison:
    """What each finding became from `old` to `new`, which sentence did it, and how the figures moved.

    A side that was scored with another version of the rubric is scored again, which the caveats say. One without
    figures, or whose facts answer other questions than the rubric asks, is an obstacle: then nothing is compared.
    """
    bare = Comparison(
        language=language or new.language,
        old=_side(old),
        new=_side(new),
        rubric=RubricUsed(
            id=rubric.id,
            version=rubric.version,
            sha256=rubric.sha256,
            extraction_schema_sha256=rubric.extraction_schema_sha256,
        ),
        obstacle=_obstacle(old, new, rubric),
    )
    if bare.obstacle is not None:
        return bare
    was, now = _judge(old, rubric, bare.language), _judge(new, rubric, bare.language)
    before = {fact.criterion: fact for fact in old.facts}
    after = {fact.criterion: fact for fact in new.facts}
    waived = {one.fingerprint: one for one in new.waived}
    moved = tuple(_facts(before, after, old, new, rubric))
    return bare.model_copy(
        update={
            "caveats": tuple(_caveats(old, new, rubric)),
            "axes": {
                axis.id: AxisMove(before=was.card.axes.get(axis.id), after=now.card.axes.get(axis.id))
                for axis in rubric.axes
            },
            "completeness": Shift(before=was.card.completeness, after=now.card.completeness),
            "verdict": WordMove(before=was.card.verdict, after=now.card.verdict),
            "quadrant": WordMove(before=was.card.quadrant, after=now.card.quadrant),
            "facts": moved,
            "findings": tuple(
                change.model_copy(
                    update={
                        "waived": None if change.state == "fixed" else waived.get(change.finding.fingerprint),
                        "both": stands(change.evidence, old if change.side == "new" else new),
                    }
                )
                for change in changes(was.findings, now.findings, moved, rubric)
            ),
        }
    )


def _side(review: Review) -> Side:
    return Side(
        name=review.document.name,
        format=review.document.format,
        sha256=review.document.sha256,
        status=review.status,
        reason=review.reason,
        rubric=review.rubric,
        reader=reader_of(review),
    )


def reader_of(review: Review) -> str:
    """The engine, or the model and what it was asked with: the same model reads otherwise under another prompt."""
    extraction = review.extraction
    if extraction is None or extraction.model is None:
        return extraction.engine if extraction else ""
    model = extraction.model
    asked = f" ({model.prompt} {model.prompt_sha256[:8]})" if model.prompt_sha256 else ""
    return f"{model.answered or model.requested}{asked}"


def _obstacle(old: Review, new: Review, rubric: Rubric) -> Obstacle | None:
    if old.status != "reviewed" or old.scorecard is None:
        return "unreviewed_old"
    if new.status != "reviewed" or new.scorecard is None:
        return "unreviewed_new"
    asked = rubric.extraction_schema_sha256
    if old.rubric.extraction_schema_sha256 != asked:
        return "other_questions_old"
    return "other_questions_new" if new.rubric.extraction_schema_sha256 != asked else None


def _judge(review: Review, rubric: Rubric, language: str) -> _Judged:
    """Figures and findings in this rubric's and language's words."""
    check_facts(review.facts, rubric, review.document.name)
    card = score(review.facts, rubric)
    said = critique(card, review.facts, review.document, rubric, language).findings
    if review.document.text:
        return _Judged(card, said)
    # A record without its text: where something was looked for is only known from when it was read.
    seen = {finding.id: finding.search for finding in review.findings}
    return _Judged(card, tuple(f.model_copy(update={"search": seen.get(f.id) or f.search}) for f in said))


def _caveats(old: Review, new: Review, rubric: Rubric) -> Iterator[Caveat]:
    if old.rubric.sha256 != rubric.sha256:
        yield "scored_again_old"
    if new.rubric.sha256 != rubric.sha256:
        yield "scored_again_new"
    if reader_of(old) != reader_of(new):
        yield "other_reader"
    if old.document.language != new.document.language:
        yield "other_language"
    if old.document.sha256 == new.document.sha256:
        yield "same_text"


def _facts(
    before: Mapping[str, Fact], after: Mapping[str, Fact], old: Review, new: Review, rubric: Rubric
) -> Iterator[FactChange]:
    old_words, new_words = words(old.document.text), words(new.document.text)
    for criterion in rubric.criteria:
        was, now = before.get(criterion.id), after.get(criterion.id)
        if was is None or now is None or was.value == now.value:
            continue
        gained = round(criterion.points(now.value) - criterion.points(was.value), 4)
        gone, come = absent(was.evidence, new_words), absent(now.evidence, old_words)
        silent = now.value in (criterion.unknown, (criterion.unknown,))
        # Worse while the old sentence still stands: what is new made it so, and nothing was lost.
        worse = gained < 0 and bool(was.evidence) and gone == was.evidence
        yield FactChange(
            criterion=criterion.id,
            before=was.value,
            after=now.value,
            gained=gained,
            lost=was.value not in (criterion.unknown, (criterion.unknown,)) and (silent or worse),
            was=gone or was.evidence,
            now=come or now.evidence,
        )
