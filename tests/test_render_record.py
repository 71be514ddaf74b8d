"""The record: one line, the same bytes, and everything comes back."""

import json

import pytest
import render_attacks as attacks
import render_builder as build
from hypothesis import given
from hypothesis import strategies as st

from reviewer.domain import Review
from reviewer.render import FORMATS, render
from reviewer.render.record import escape


@pytest.mark.parametrize("payload", attacks.EACH)
def test_round_trip(payload: str) -> None:
    review = attacks.poisoned(build.review(), payload)
    text = render(review, build.rubric(), "json")
    assert Review.model_validate_json(text) == review
    assert render(Review.model_validate_json(text), build.rubric(), "json") == text
    assert text.endswith("\n")
    assert len(text.splitlines()) == 1  # also for readers that split on U+2028, U+0085, ...


@given(st.text(st.characters(exclude_categories=[])))
def test_escaped_json_means_the_same(text: str) -> None:
    plain = json.dumps(text, ensure_ascii=False)
    line = escape(plain)
    line.encode("utf-8")
    assert json.loads(line) == json.loads(plain)
    assert len(line.splitlines()) == 1


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    line = escape(json.dumps("\ud800x", ensure_ascii=False))
    assert line.encode("utf-8") == b'"\\ud800x"'


def test_keys_that_others_read_stand_where_they_look() -> None:
    plain = json.loads(render(build.review(), build.rubric(), "json"))
    assert plain["document"]["text"][slice(*(plain["findings"][1]["evidence"][0][k] for k in ("start", "end")))]
    assert plain["scorecard"]["axes"]["feasibility"] == {"point": 41.0, "low": 30.2, "high": 77.0}
    assert next(iter(plain)) == "schema_version"


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_review_gives_the_same_bytes(form: str) -> None:
    assert render(build.review(), build.rubric(), form) == render(build.review(), build.rubric(), form)


def test_an_unknown_format_is_our_bug() -> None:
    with pytest.raises(ValueError, match="no format named 'pdf'"):
        render(build.review(), build.rubric(), "pdf")
