"""The terminal's report: what it says in which order, how wide it is, and that nothing in it steers."""

import os
import re
import sys
import unicodedata
from pathlib import Path

import pytest
import render_attacks as attacks
import render_builder as build
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from reviewer.domain import Review
from reviewer.render import render
from reviewer.render.clean import visible
from reviewer.render.terminal import escape

GOLDEN = Path(__file__).parent / "golden_render"
COURSE = (build.course_review(), build.course_rubric())
CASES = {
    "gate.en": (build.review(), build.rubric(), "gate"),
    "gate.ko": (build.review("ko"), build.rubric(), "gate"),
    "coach.en": (build.review(), build.rubric(), "coach"),
    "course.en": (*COURSE, "gate"),
    "model.en": (build.by_model(), build.rubric(), "gate"),
    "clean.en": (build.review(findings=(), next_steps=(), questions=()), build.rubric(), "gate"),
    "skipped.en": (build.unfinished("skipped", "This is a recipe, not a proposal."), build.rubric(), "gate"),
    "failed.ko": (
        build.unfinished("failed", "파일이 비어 있습니다.").model_copy(update={"language": "ko"}),
        build.rubric(),
        "gate",
    ),
}
_SGR = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("form", ["terminal", "markdown"])
@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, form: str) -> None:
    review, rubric, voice = CASES[case]
    actual = render(review, rubric, form, voice=voice)
    path = GOLDEN / f"{case}.{'txt' if form == 'terminal' else 'md'}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(actual, "utf-8")
    assert actual == path.read_text("utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("case", CASES)
def test_no_line_is_wider_than_asked(case: str, width: int) -> None:
    review, rubric, voice = CASES[case]
    for line in render(review, rubric, "terminal", voice=voice, width=width).splitlines():
        assert 0 <= wcswidth(line) <= width, line


def test_colour_changes_no_character() -> None:
    plain = render(build.review(), build.rubric(), "terminal")
    coloured = render(build.review(), build.rubric(), "terminal", color=True)
    assert _SGR.search(coloured)
    assert _SGR.sub("", coloured) == plain
    assert "\x1b" not in plain


@pytest.mark.parametrize("payload", attacks.EACH)
@pytest.mark.parametrize("color", [False, True])
def test_nothing_steers_the_terminal(payload: str, color: bool) -> None:
    review, rubric = (
        attacks.poisoned(build.review(), payload),
        attacks.poisoned_rubric(build.rubric(), payload),
    )
    for voice in ("gate", "coach"):
        text = _SGR.sub("", render(review, rubric, "terminal", voice=voice, color=color))
        for line in text.split("\n"):
            assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
            assert 0 <= wcswidth(line) <= 80


@given(st.text())
def test_escaped_text_is_one_visible_line(text: str) -> None:
    line = escape(text)
    assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert escape(line) == line


@pytest.mark.parametrize("category", ["Cc", "Cf", "Cs", "Zl", "Zp"])
def test_no_character_of_these_kinds_is_left(category: str) -> None:
    every = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) == category)
    assert every
    assert visible(every).strip() == ""


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_quote_stays_within_the_width(text: str) -> None:
    finding = build.review().findings[1]
    quote = finding.evidence[0].model_copy(update={"quote": text})
    review = build.review(findings=(finding.model_copy(update={"evidence": (quote,)}),))
    for line in render(review, build.rubric(), "terminal").split("\n"):
        assert wcswidth(line) <= 80


def test_next_steps_come_first_and_findings_by_severity() -> None:
    text = render(build.review(), build.rubric(), "terminal")
    order = ["What to write next", "Verdict", "Gates", "Blockers", "Major", "Minor", "What is done well",
             "Archetype", "Hard problems", "Notices", "How this was read"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)


@pytest.mark.parametrize("form", ["terminal", "markdown"])
@pytest.mark.parametrize("status", ["incomplete", "skipped", "failed"])
def test_only_a_review_has_figures(status: str, form: str) -> None:
    # Even where a scorecard is at hand: a figure from half a document would be read as a verdict.
    whole = build.review(status=status, reason="Half of it could not be read.")
    text = render(whole, build.rubric(), form)
    assert "Half of it could not be read" in text
    assert "58" not in text
    assert "Moonshot" not in text
    assert "judged" not in text


@pytest.mark.parametrize("form", ["terminal", "markdown"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_coach_gives_no_verdict_and_no_figures(language: str, form: str) -> None:
    text = render(build.review(language), build.rubric(), form, voice="coach")
    for word in ("Verdict", "Revise", "Moonshot", "판정", "보완", "→", "69", "24 %"):
        assert word not in text
    words = build.rubric().words(language)
    for finding in build.review(language).findings:
        assert words.criteria[finding.criterion].question in text


def test_far_too_much_is_capped_and_counted() -> None:
    [first, *_] = build.review().findings
    many = build.review(findings=(first,) * 1000)
    text = render(many, build.rubric(), "terminal")
    assert "and 900 more" in text
    long = build.review(strengths=(build.review().strengths[0].model_copy(update={"evidence": ()}),))
    assert len(render(_quoting(long, "word " * 200_000), build.rubric(), "terminal")) < 10_000


def _quoting(review: Review, quote: str) -> Review:
    finding = review.findings[1]
    evidence = finding.evidence[0].model_copy(update={"quote": quote})
    return review.model_copy(update={"findings": (finding.model_copy(update={"evidence": (evidence,)}),)})
