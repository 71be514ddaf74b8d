"""Everything that would be posted, decided before anything is posted. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from reviewer.compare import compare
from reviewer.domain import Rubric
from reviewer.domain.base import Frozen
from reviewer.github.changes import QUIET, Left
from reviewer.github.comment import SEVERITIES, Comment, Saying, compose, text_of
from reviewer.github.remarks import Edit, Remark, Standing, edits, new_remarks
from reviewer.github.reviews import Outcome, Reviewed, open_findings, reason
from reviewer.github.state import State, recall, remember
from reviewer.github.workflow import Annotation
from reviewer.pipeline import escape_markdown, folded, lines_of, render, say, shortened, whole, without_text
from reviewer.version import VERSION

VERDICTS = ("stop", "revise", "go")
STATUSES = ("failed", "incomplete", "skipped", "reviewed")
RUNS = 20  # of a SARIF file; one with more is refused


class Thread(Frozen):
    """What stands on the pull request already, by our own hand."""

    comment: int | None = None
    state: State | None = None
    remarks: tuple[Standing, ...] = ()


class Check(Frozen):
    """The check run: advice, unless conditions were set."""

    conclusion: Literal["success", "neutral", "failure"]
    title: str


class Plan(Frozen):
    """What would be posted."""

    head: str
    comment: Comment
    state: State
    unchanged: bool  # the comment that stands says the same
    empty: bool  # there is nothing to say, so that no comment is begun
    remarks: tuple[Remark, ...]
    edits: tuple[Edit, ...]
    remarks_body: str
    annotations: tuple[Annotation, ...]
    check: Check
    outputs: Mapping[str, str]
    record: str
    sarif: str


class Conditions(Frozen):
    """What the user wants to fail on, and what failed."""

    any: bool = False
    unmet: tuple[str, ...] = ()


def make_plan(
    outcome: Outcome, left: Sequence[Left], thread: Thread, head: str, saying: Saying, conditions: Conditions,
    *, text: bool = True,
) -> Plan:  # fmt: skip
    """What to post about these reviews, given what stands there. `text`: keep the proposals' text in the record."""
    reviewed = [_since_push(one, thread.state, saying.rubric) for one in outcome.reviewed]
    left = (*left, *outcome.left)
    last = thread.state.head if thread.state else ""
    comment = compose(reviewed, left, _foot(outcome, head, saying), last if last != head else "", saying)
    state = State(
        head=head,
        digest=_digest(comment),
        asked=saying.rubric.extraction_schema_sha256,
        proposals=remember((one.review for one in reviewed), saying.rubric),
    )
    remarks = new_remarks(reviewed, thread.remarks, saying)
    records = [one.review if text else without_text(one.review) for one in reviewed]
    return Plan(
        head=head,
        comment=comment,
        state=state,
        unchanged=thread.state is not None and thread.state.digest == state.digest,
        empty=thread.comment is None and not reviewed and all(one.why in QUIET for one in left),
        remarks=remarks,
        edits=edits(reviewed, left, thread.remarks, head, saying),
        remarks_body=saying.tell("remarks", count=len(remarks)),
        annotations=(
            *(Annotation(level="error", message=condition) for condition in conditions.unmet),
            *_annotations(reviewed, saying),
        ),
        check=_check(reviewed, left, saying, conditions),
        outputs=_outputs(reviewed, left),
        record="".join(render(record, saying.rubric, "json") for record in records),
        sarif=_sarif(reviewed, saying),
    )


def headline(one: Reviewed, saying: Saying) -> str:
    """A proposal in one line of plain text."""
    word, card = say(saying.language), one.review.scorecard
    if card is None:
        return f"{word(f'status.{one.review.status}')}: {reason(one.review)}"
    if saying.voice == "coach":
        return saying.tell("questions", count=len(open_findings(one.review)))
    figures = (f"{saying.words.axes.get(axis, axis)} {whole(score.point)}" for axis, score in card.axes.items())
    return ", ".join((word(f"verdict.{card.verdict}"), *figures) if card.verdict else figures)


def _since_push(one: Reviewed, last: State | None, rubric: Rubric) -> Reviewed:
    past = recall(last, one.review.document.name, rubric)
    return one.model_copy(update={"since_push": compare(past, one.review, rubric)}) if past else one


def _digest(comment: Comment) -> str:
    """Of what is said, without what every run says anew."""
    lasting = comment.model_copy(
        update={"foot": "", "parts": tuple(part.model_copy(update={"moved": ""}) for part in comment.parts)}
    )
    return hashlib.sha256(lasting.model_dump_json().encode()).hexdigest()


def _foot(outcome: Outcome, head: str, saying: Saying) -> str:
    tell, rubric = saying.tell, saying.rubric
    read = [e for one in outcome.reviewed for e in (one.review.extraction, one.base and one.base.extraction) if e]
    models = sorted({e.model.answered or e.model.requested for e in read if e.model})
    if models:
        known = all(e.cost is not None for e in read if e.model)
        cost = sum(e.cost or 0 for e in read)
        how = [*models, tell("cost", cost=f"{cost:.4f}") if known else tell("cost.unknown")]
    else:
        how = [tell("no.key" if outcome.keyless else "offline")]
    parts = [*map(escape_markdown, (f"reviewer {VERSION}", f"{rubric.id} {rubric.version}", *how))]
    # Not escaped, so that it becomes a link.
    return f"<sub>{' · '.join((*parts, tell('at', head=head[:7]), tell('advice')))}</sub>"


def _annotations(reviewed: Sequence[Reviewed], saying: Saying) -> Iterator[Annotation]:
    for one in reviewed:
        yield Annotation(
            level="notice" if one.review.status == "reviewed" else "warning",
            message=headline(one, saying),
            title=saying.tell("title"),
            path=one.path,
        )
    found = [(finding, one) for one in reviewed for finding in open_findings(one.review)]
    for finding, one in sorted(found, key=lambda pair: SEVERITIES.index(pair[0].severity)):
        lines = lines_of(finding, one.review.document)
        text = text_of(saying.rubric.words(one.review.language), finding.criterion)
        yield Annotation(
            level="notice" if finding.severity == "minor" else "warning",
            message=text.question if saying.voice == "coach" else finding.message,
            title=text.name,
            path=one.path,
            line=lines[0] if lines else None,
        )


def _check(reviewed: Sequence[Reviewed], left: Sequence[Left], saying: Saying, conditions: Conditions) -> Check:
    whole_set = reviewed and all(one.review.status == "reviewed" for one in reviewed)
    gaps = [one for one in left if one.why not in QUIET]
    told = [f"{one.path}: {headline(one, saying)}" for one in reviewed]
    told += [f"{one.path}: {saying.tell(f'left.{one.why}', detail=one.detail)}" for one in gaps]
    title = shortened(folded("; ".join(conditions.unmet or told) or saying.tell("none")), 200)
    if conditions.unmet:
        return Check(conclusion="failure", title=title)
    return Check(conclusion="success" if conditions.any and whole_set and not gaps else "neutral", title=title)


def _outputs(reviewed: Sequence[Reviewed], left: Sequence[Left]) -> dict[str, str]:
    """Of several proposals the lowest of each."""
    statuses = [one.review.status for one in reviewed]
    statuses += ["failed" if one.why == "model" else "skipped" for one in left if one.why not in QUIET]
    cards = [one.review.scorecard for one in reviewed if one.review.scorecard]
    verdicts = [card.verdict for card in cards if card.verdict]
    axes = {axis: min(card.axes[axis].point for card in cards) for axis in (cards[0].axes if cards else ())}
    return {
        "status": min(statuses, key=STATUSES.index) if statuses else "none",
        "verdict": min(verdicts, key=VERDICTS.index) if verdicts else "",
        "impact": whole(axes["impact"]) if "impact" in axes else "",
        "feasibility": whole(axes["feasibility"]) if "feasibility" in axes else "",
    }


def _sarif(reviewed: Sequence[Reviewed], saying: Saying) -> str:
    """One log with a run for each proposal, as far as code scanning takes them."""
    logs = [json.loads(render(one.review, saying.rubric, "sarif")) for one in reviewed[:RUNS]]
    runs = [run for log in logs for run in log["runs"]]
    return json.dumps({**logs[0], "runs": runs}, indent=1) + "\n" if logs else ""
