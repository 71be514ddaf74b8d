"""The words of the bundled rubrics: complete where the checker cannot ask for it, and short where they cost tokens."""

import pytest

from reviewer.domain import CriterionText, Texts
from reviewer.pipeline import bundled_rubrics, load_rubric


@pytest.fixture(params=[f"{rubric} {language}" for rubric in bundled_rubrics() for language in ("en", "ko")])
def words(request: pytest.FixtureRequest) -> Texts:
    rubric, language = request.param.split()
    return load_rubric(rubric).texts[language]


def test_says_why_and_what_a_good_answer_holds(words: Texts) -> None:
    assert [c for c, text in words.criteria.items() if not (text.why and text.advice and text.missing)] == []
    assert [i for i, rule in {**words.rules, **words.gates}.items() if not rule.advice] == []


def test_what_a_model_is_told_is_short(words: Texts) -> None:
    told = {c: [text.question, *text.meanings.values()] for c, text in words.criteria.items()}
    assert [c for c, parts in told.items() if max(map(len, parts)) > 160] == []
    assert [c for c, parts in told.items() if sum(map(len, parts)) > 420] == []
    assert [c for c, text in words.criteria.items() if len(text.name.split()) > 4] == []


def test_readers_see_no_close_calls(words: Texts) -> None:
    shown = {(c, v): text.said(v) for c, text in words.criteria.items() for v in text.meanings}
    assert [at for at, said in shown.items() if not said or "(" in said] == []


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        ("in words", "in words"),
        ("in words (numerals count)", "in words"),
        ("people (users) are named", "people (users) are named"),
        ("(none)", "(none)"),
    ],
)
def test_said(meaning: str, said: str) -> None:
    text = CriterionText(name="Name", question="?", meanings={"some_value": meaning}, missing="Missing.")
    assert text.said("some_value") == said
    assert text.said("other_value") == "other value"
