"""What says what is not so; no wording may slip past the signs that tell whether it is looked for."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.rubric.patterns import any_of
from reviewer.rubric.unreal import SIGNS, real


@pytest.mark.parametrize("wording", SIGNS, ids=lambda wording: wording.pattern[:24])
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_no_wording_stands_without_its_sign(wording: re.Pattern[str], data: st.DataObject) -> None:
    assert any_of([SIGNS[wording]], data.draw(st.from_regex(wording)))


@pytest.mark.parametrize(
    "text", ["If we had labels", "ıf we had labels", "İf we had labels", "ſuppose we had labels", "Had we 500 labels"]
)
def test_a_letter_that_matches_another_where_case_is_ignored(text: str) -> None:
    assert real(text).isspace()
