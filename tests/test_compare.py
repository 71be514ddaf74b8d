"""What became of each finding: a table of edits, and what holds for any two reviews."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.compare import compare
from reviewer.domain import Claim, Extraction, ModelUsed, Review
from reviewer.ground import ground
from reviewer.pipeline import load_rubric, read_record, render, without_text
from reviewer.pipeline.one import Run, judge, read, unreviewed

FSDL = load_rubric("fsdl")

# What a text may say: name -> criterion, value, sentence. A text says the sentences that it is made of.
SAID = {
    "labels": ("labels", "available", "Each ticket carries the label that its agent chose."),
    "by_hand": ("labels", "manual", "Two students will annotate the tickets by hand."),
    "data": ("data_access", "in_hand", "The tickets of three years are in our warehouse."),
    "metric": ("evaluation_metric", "specific", "We measure macro F1 on the tickets of May."),
    "some_metric": ("evaluation_metric", "named", "Accuracy will be looked at now and then."),
    "test_set": ("benchmark_dataset", "exists", "The tickets of May are the labelled test set."),
    "review": ("human_review", "every", "An agent checks every answer before it is sent."),
    "unwatched": ("human_review", "none", "Answers are sent automatically and nobody looks at them."),
    "auto": ("archetype", "autonomous", "The system answers customers by itself, without an agent."),
    "baseline": ("baseline_model", "quantified", "The keyword rules reach an accuracy of 58 %."),
    "fallback": ("fallback", "stated", "When the model is unsure, the ticket goes to an agent as a fallback."),
}


HEAD = "# Answering tickets\n\n" + "The words of this paragraph answer no question of any rubric. " * 4 + "\n\n"


def reviewed(*names: str, text: str = "") -> Review:
    """The review of a text that says just this, whatever an engine would find in it."""
    text = HEAD + (text or "\n\n".join(SAID[name][2] for name in names))
    claims = tuple(Claim(criterion=SAID[n][0], value=SAID[n][1], quotes=(SAID[n][2],)) for n in names)
    document = read(text, "plan.md")
    extraction = Extraction(method="offline", engine="by hand", claims=claims)
    return judge(document, extraction, ground(claims, document, FSDL), Run(rubric=FSDL))


@pytest.mark.parametrize(
    ("old", "new", "finding", "state", "sentence", "side"),
    [
        pytest.param([], ["labels"], "missing.labels", "fixed", "labels", "new", id="said at last"),
        pytest.param(["labels"], [], "missing.labels", "regressed", "labels", "old", id="said no more"),
        pytest.param([], [], "missing.labels", "open", None, "new", id="never said"),
        pytest.param([], ["by_hand"], "weak.labels", "open", "by_hand", "new", id="half said is no new matter"),
        pytest.param(["by_hand"], [], "missing.labels", "regressed", "by_hand", "old", id="graver than before"),
        pytest.param(["labels"], ["by_hand"], "weak.labels", "regressed", "labels", "old", id="better before"),
        pytest.param(["labels"], ["labels", "by_hand"], "weak.labels", "new", "by_hand", "new", id="contradicted"),
        pytest.param(["by_hand"], ["labels"], "weak.labels", "fixed", "labels", "new", id="a better answer"),
    ],
)
def test_what_a_finding_became(
    old: list[str], new: list[str], finding: str, state: str, sentence: str | None, side: str
) -> None:
    found = compare(reviewed(*old), reviewed(*new), FSDL)
    [change] = [c for c in found.findings if c.finding.id == finding]
    assert change.state == state
    assert [e.quote for e in change.evidence] == ([SAID[sentence][2]] if sentence else [])
    assert change.side == side


def test_a_rule_names_the_sentences_of_what_it_reads() -> None:
    guarded = ["auto", "review", "fallback"]
    found = compare(reviewed(*guarded), reviewed("auto"), FSDL)
    [change] = [c for c in found.findings if c.finding.id == "rule.autonomous_unguarded"]
    assert change.state == "regressed"
    assert {e.quote for e in change.evidence} == {SAID["review"][2], SAID["fallback"][2]}


@pytest.mark.parametrize(
    "again",
    [
        pytest.param("Each   ticket carries the label\nthat its agent chose.", id="wrapped"),
        pytest.param("Each ticket carries the **label** that its agent chose.", id="emphasised"),
        pytest.param("A new first paragraph.\n\nEach ticket carries the label that its agent chose.", id="moved"),
    ],
)
def test_a_moved_sentence_changes_nothing(again: str) -> None:
    old, new = reviewed("labels"), reviewed("labels", text=again)
    found = compare(old, new, FSDL)
    assert {c.state for c in found.findings} == {"open"}
    assert not found.facts
    assert [f.fingerprint for f in old.findings] == [f.fingerprint for f in new.findings]


def test_a_sentence_that_stands_in_other_lines_was_not_lost() -> None:
    wrapped = f"Each   ticket carries the *label*\nthat its agent chose.\n\n{SAID['by_hand'][2]}"
    found = compare(reviewed("labels"), reviewed("labels", "by_hand", text=wrapped), FSDL)
    [change] = [c for c in found.findings if c.finding.id == "weak.labels"]
    assert change.state == "new"
    assert [e.quote for e in change.evidence] == [SAID["by_hand"][2]]


def test_a_sentence_that_is_read_otherwise_where_it_stands_now() -> None:
    """Its words are in both texts, and what the reader made of them is not: nobody took them out."""
    text = f"{SAID['labels'][2]}\n\n{SAID['data'][2]}"
    [fixed] = [c for c in compare(reviewed("data", text=text), reviewed("labels", "data"), FSDL).findings if c.both]
    [lost] = [c for c in compare(reviewed("labels", "data"), reviewed("data", text=text), FSDL).findings if c.both]
    assert (fixed.state, fixed.finding.id, fixed.side) == ("fixed", "missing.labels", "new")
    assert (lost.state, lost.finding.id, lost.side) == ("regressed", "missing.labels", "old")


ANY = st.lists(st.sampled_from(sorted(SAID)), unique=True)


@given(ANY)
@settings(max_examples=10, deadline=None)
def test_a_text_against_itself(names: list[str]) -> None:
    one = reviewed(*names)
    found = compare(one, one, FSDL)
    assert {c.state for c in found.findings} <= {"open"}
    assert not found.facts
    assert all(move.before == move.after for move in found.axes.values())
    assert found.caveats == ("same_text",)


@given(ANY, ANY)
@settings(max_examples=8, deadline=None)
@pytest.mark.slow
def test_both_ways(one: list[str], other: list[str]) -> None:
    a, b = reviewed(*one), reviewed(*other)
    there, back = compare(a, b, FSDL), compare(b, a, FSDL)

    def came(found):  # type: ignore[no-untyped-def]
        return {c.finding.id for c in found.findings if c.state in ("new", "regressed") and c.before is None}

    def went(found):  # type: ignore[no-untyped-def]
        return {c.finding.id for c in found.findings if c.state == "fixed"}

    assert went(there) == came(back)
    assert went(back) == came(there)
    # Each finding of either review is there once, and the figures are those of the reviews.
    assert {c.finding.id for c in there.findings if c.state != "fixed"} == {f.id for f in b.findings}
    befores = [c.before.id for c in there.findings if c.before]
    assert sorted([*befores, *went(there)]) == sorted(f.id for f in a.findings)
    assert a.scorecard is not None
    assert b.scorecard is not None
    assert {k: m.before for k, m in there.axes.items()} == dict(a.scorecard.axes)
    assert {k: m.after for k, m in there.axes.items()} == dict(b.scorecard.axes)
    for change in there.findings:
        text = a.document.text if change.side == "old" else b.document.text
        assert all(text[e.start : e.end] == e.quote for e in change.evidence)


def changed(review: Review, **rubric: str) -> Review:
    return review.model_copy(update={"rubric": review.rubric.model_copy(update=rubric)})


OLD, NEW = reviewed("labels"), reviewed("by_hand")
FAILED = unreviewed("x", "x.md", FSDL, "failed", "empty")
ASKED = Extraction(method="llm", engine="x", model=ModelUsed(requested="m", prompt="read", prompt_sha256="a" * 64))
ASKED_OTHERWISE = ASKED.model_copy(update={"model": ModelUsed(requested="m", prompt="read", prompt_sha256="b" * 64)})


def read_by(extraction: Extraction) -> Review:
    return OLD.model_copy(update={"extraction": extraction})


READ_BY_MODEL = read_by(Extraction(method="llm", engine="another"))


@pytest.mark.parametrize(
    ("old", "new", "obstacle", "caveats"),
    [
        pytest.param(OLD, NEW, None, (), id="nothing to say"),
        pytest.param(FAILED, NEW, "unreviewed_old", (), id="old has no review"),
        pytest.param(OLD, FAILED, "unreviewed_new", (), id="new has no review"),
        pytest.param(
            changed(OLD, extraction_schema_sha256="0" * 64), NEW, "other_questions_old", (), id="other questions then"
        ),
        pytest.param(
            OLD, changed(NEW, extraction_schema_sha256="0" * 64), "other_questions_new", (), id="other questions now"
        ),
        pytest.param(changed(OLD, sha256="0" * 64), NEW, None, ("scored_again_old",), id="other points then"),
        pytest.param(OLD, changed(NEW, sha256="0" * 64), None, ("scored_again_new",), id="other points now"),
        pytest.param(
            OLD, reviewed(text="티켓의 라벨은 상담사가 붙인다. " * 9), None, ("other_language",), id="translated"
        ),
        pytest.param(READ_BY_MODEL, NEW, None, ("other_reader",), id="read by another"),
        pytest.param(
            read_by(ASKED), read_by(ASKED_OTHERWISE), None, ("other_reader", "same_text"), id="LA26 another prompt"
        ),
        pytest.param(read_by(ASKED), read_by(ASKED), None, ("same_text",), id="LA26 the same model and prompt"),
    ],
)
def test_what_stands_between(old: Review, new: Review, obstacle: str | None, caveats: tuple[str, ...]) -> None:
    found = compare(old, new, FSDL)
    assert (found.obstacle, found.caveats) == (obstacle, caveats)
    assert bool(found.axes) == (obstacle is None)
    assert bool(found.findings) == (obstacle is None)


def test_a_record_of_other_points_is_scored_with_todays() -> None:
    """A stored figure of another rubric is never shown beside one of this."""
    assert OLD.scorecard is not None
    stale = {name: score.model_copy(update={"point": 1.0}) for name, score in OLD.scorecard.axes.items()}
    old = changed(OLD, sha256="0" * 64).model_copy(
        update={"scorecard": OLD.scorecard.model_copy(update={"axes": stale}), "findings": ()}
    )
    found = compare(old, NEW, FSDL)
    assert {k: m.before for k, m in found.axes.items()} == dict(OLD.scorecard.axes)
    assert {c.before.id for c in found.findings if c.before} >= {f.id for f in OLD.findings} & {
        f.id for f in NEW.findings
    }


def test_records_without_text_are_compared() -> None:
    old, new = (read_record(render(without_text(r), FSDL, "json").encode(), "r.json") for r in (OLD, NEW))
    found: Mapping[str, str] = {c.finding.id: c.state for c in compare(old, new, FSDL).findings}
    assert found["weak.labels"] == "new"  # whether the old sentence still stands, nobody can tell
