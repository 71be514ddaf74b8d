"""The marked-up proposal: our marks come out again, and what is left is the proposal."""

import re

import pytest
import render_attacks as attacks
import render_builder as build
from hypothesis import given
from hypothesis import strategies as st

from reviewer.domain import Document, Evidence, Review
from reviewer.errors import InputError
from reviewer.render import render
from reviewer.render.criticmarkup import escape

_OURS = re.compile(r"\{==(.*?)==\}|\{>>.*?<<\}", re.DOTALL)
_ADDED = re.compile(r"(\{\\*)\\(?=>>|==|\+\+|--|~~)|(?<=<<|==|\+\+|--|~~)\\(\\*\})")
_SCRAPS = st.sampled_from(
    [*"{}><=+-~\\ab\n", "{==", "==}", "{>>", "<<}", "{++", "--}", "{~~", "\\{==", "{\\==", "==\\}"]
)
_TEXTS = st.lists(_SCRAPS, max_size=25).map("".join)


def without_marks(text: str) -> str:
    """The proposal back from the annotated one, by the rule in the module's words."""
    return _ADDED.sub(lambda m: m[1] or m[2], _OURS.sub(lambda m: m[1] or "", text))


@st.composite
def annotated(draw: st.DrawFn) -> Review:
    """Any text with findings at any of its spans, overlapping and touching ones too."""
    text = draw(_TEXTS)
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=5))
    base = build.review()
    found = []
    for a, b in spans:
        start, end = sorted((a, b))
        quoted = Evidence(quote=text[start:end], start=start, end=end, line=1, place="")
        message = draw(_TEXTS)
        found.append(base.findings[0].model_copy(update={"evidence": (quoted,), "message": message, "search": None}))
    document = Document(name="x.md", format="markdown", sha256="0" * 64, text=text or "x", language="en")
    return base.model_copy(update={"document": document, "findings": tuple(found), "strengths": ()})


@given(annotated())
def test_removing_the_marks_gives_the_proposal(review: Review) -> None:
    assert without_marks(render(review, build.rubric(), "criticmarkup")) == review.document.text


@pytest.mark.parametrize("payload", attacks.EACH)
@pytest.mark.parametrize("voice", ["gate", "coach"])
def test_every_field_may_hold_anything(payload: str, voice: str) -> None:
    review, rubric = attacks.poisoned(build.review(), payload), attacks.poisoned_rubric(build.rubric(), payload)
    assert without_marks(render(review, rubric, "criticmarkup", voice=voice)) == review.document.text


@given(_TEXTS)
def test_escaped_text_has_no_marks_and_comes_back(text: str) -> None:
    assert not re.search(r"\{(>>|==|\+\+|--|~~)|(<<|==|\+\+|--|~~)\}", escape(text))
    assert _ADDED.sub(lambda m: m[1] or m[2], escape(text)) == text


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("# Sorting support mail", "Verdict: Revise"),  # the summary, behind the title
        ("# Sorting support mail", "No simpler way"),  # missing altogether
        ("## Data", "where the labels come from"),  # missing where it belongs
        ("{==Mail holds names & addresses of customers.==}", "A privacy requirement"),
        ("{==Cut the time to the right desk from 9 hours to 1 hour.==}", "Success is a figure"),
    ],
)
def test_notes_stand_where_they_belong(line: str, note: str) -> None:
    text = render(build.review(), build.rubric(), "criticmarkup")
    [found] = [part for part in text.split("\n") if line in part]
    assert note in found.split(line)[1]


def test_one_note_for_overlapping_quotes() -> None:
    base = build.review()
    part = base.findings[3].evidence[0]
    inner = part.model_copy(update={"start": part.start + 5, "end": part.end + 1})
    review = base.model_copy(update={"findings": (base.findings[3].model_copy(update={"evidence": (part, inner)}),)})
    text = render(review, build.rubric(), "criticmarkup")
    assert "{==Mail holds names & addresses of customers.\n==}{>>[minor]" in text
    assert text.count("{==Mail") == 1


def test_the_coach_asks() -> None:
    text = render(build.review(), build.rubric(), "criticmarkup", voice="coach")
    assert "Where do the labels come from" in text
    assert "Revise" not in text
    assert "blocker" not in text


def test_unreviewed_says_so_and_has_no_figures() -> None:
    text = render(build.review(status="incomplete", reason="Cut."), build.rubric(), "criticmarkup")
    assert "{>>Not reviewed: incomplete. Cut.<<}" in text
    assert text.count("{>>") == 1


def test_a_record_without_text_cannot_be_annotated() -> None:
    review = build.review()
    bare = review.model_copy(update={"document": review.document.model_copy(update={"text": "", "sections": ()})})
    with pytest.raises(InputError, match="--no-text"):
        render(bare, build.rubric(), "criticmarkup")
