"""Two reviews side by side, in each format: goldens, and nothing from a proposal becomes active."""

import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Literal

import jsonschema
import pytest
import render_attacks as attacks
import render_builder as build
from test_render_html import LINKS, TAGS, Page
from wcwidth import wcswidth

from reviewer.domain import AxisScore, RubricUsed, Shift
from reviewer.domain.comparison import AxisMove, Caveat, Comparison, FactChange, FindingChange, Obstacle, Side, WordMove
from reviewer.render import COMPARISON_FORMATS, render_comparison

GOLDEN = Path(__file__).parent / "golden_render"
RUBRIC = build.rubric()
_SGR = re.compile(r"\x1b\[[\d;]*m")


def comparison(language: Literal["en", "ko"] = "en", **changes: object) -> Comparison:
    """One finding in each state, with a sentence of either text and with none."""
    review = build.review(language)
    labels, rule, simpler, security = review.findings
    used = RubricUsed(id="small", version="1.0", sha256="0" * 64, extraction_schema_sha256="1" * 64)
    side = Side(name="old/plan.md", format="markdown", sha256="2" * 64, status="reviewed", rubric=used, reader="x 1")
    strength = review.strengths[0].evidence
    return Comparison(
        language=language,
        old=side,
        new=side.model_copy(update={"name": "plan.md", "sha256": "3" * 64}),
        rubric=used,
        axes={
            "impact": AxisMove(
                before=AxisScore(point=58.3, low=52, high=71.5), after=AxisScore(point=58.3, low=58.3, high=58.3)
            ),
            "feasibility": AxisMove(
                before=AxisScore(point=41.4, low=30, high=77), after=AxisScore(point=62.6, low=50, high=77)
            ),
        },
        completeness=Shift(before=69.2, after=61.4),
        verdict=WordMove(before="revise", after="go"),
        quadrant=WordMove(before="moonshot", after="high_priority"),
        facts=(
            FactChange(criterion="labels", before="not_stated", after="available", gained=1),
            FactChange(
                criterion="data_security", before="addressed", after="mentioned", gained=-0.6, lost=True, was=strength
            ),
        ),
        findings=(
            FindingChange(
                state="regressed",
                finding=rule,
                before=rule.model_copy(update={"severity": "minor", "message": "…"}),
                evidence=strength,
                side="old",
                both=True,
            ),
            FindingChange(state="new", finding=simpler),
            FindingChange(state="fixed", finding=labels, evidence=strength),
            FindingChange(state="open", finding=security),
        ),
    ).model_copy(update=changes)


CAVEATS: tuple[Caveat, ...] = ("scored_again_old", "scored_again_new", "other_reader", "other_language", "same_text")
OBSTACLES: tuple[Obstacle, ...] = (
    "unreviewed_old", "unreviewed_new", "other_questions_old", "other_questions_new",
)  # fmt: skip
CASES = {
    "diff.en": comparison(),
    "diff.ko": comparison("ko"),
    "diff.same.en": comparison(
        findings=comparison().findings[3:], facts=(), verdict=WordMove(before="go", after="go"), caveats=CAVEATS
    ),
    "diff.none.ko": comparison("ko", obstacle="other_questions_old"),
}


@pytest.mark.parametrize("form", ["terminal", "markdown"])
@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, form: str) -> None:
    actual = render_comparison(CASES[case], RUBRIC, form)
    path = GOLDEN / f"{case}.{'txt' if form == 'terminal' else 'md'}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(actual, "utf-8")
    assert actual == path.read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("form", COMPARISON_FORMATS)
@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_what_cannot_be_compared_shows_no_figure(obstacle: Obstacle, form: str, language: str) -> None:
    text = render_comparison(comparison(obstacle=obstacle), RUBRIC, form, language)
    if form == "json":
        assert json.loads(text)["obstacle"] == obstacle
    else:
        assert not re.search(r"\b(?:41|63|58)\b", re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL))


def test_the_record_of_a_comparison_fits_its_schema() -> None:
    plain = json.loads(render_comparison(comparison(), RUBRIC, "json"))
    jsonschema.validate(plain, Comparison.model_json_schema(mode="serialization"))
    assert Comparison.model_validate(plain) == comparison()


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("case", CASES)
def test_no_line_is_wider_than_asked(case: str, width: int) -> None:
    for line in render_comparison(CASES[case], RUBRIC, "terminal", width=width).splitlines():
        assert 0 <= wcswidth(line) <= width, line


def poisoned(payload: str) -> Comparison:
    plain = attacks._poisoned(comparison(caveats=CAVEATS).model_dump(mode="json"), payload)
    return Comparison.model_validate(plain)


@pytest.mark.parametrize("payload", attacks.EACH)
def test_nothing_becomes_active(payload: str) -> None:
    found, rubric = poisoned(payload), attacks.poisoned_rubric(RUBRIC, payload)
    for line in _SGR.sub("", render_comparison(found, rubric, "terminal", color=True)).split("\n"):
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    page = Page(render_comparison(found, rubric, "html"))
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not [name for _, attributes in page.tags for name in attributes if name in LINKS or name.startswith("on")]
