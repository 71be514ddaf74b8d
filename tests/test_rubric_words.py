"""Words that are looked up mean what their patterns find."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from reviewer.domain import CriterionCues, Cue, CueBook
from reviewer.rubric import bundled_rubrics, load_rubric
from reviewer.rubric.book import Book
from reviewer.rubric.patterns import search
from reviewer.rubric.words import Words

CASES = YAML(typ="safe").load((Path(__file__).parent / "data/offline_cases.yaml").read_text("utf-8"))
TEXTS = [t for values in CASES.values() for languages in values.values() for texts in languages.values() for t in texts]


@pytest.mark.parametrize(
    ("pattern", "left", "found", "not_found"),
    [
        (
            r"\b(?:tags?|label\w*|ground truth)\b",
            r"\b(?:ground truth)\b",
            ("tag", "TAGS", "labelled"),
            ("ta", "alabel"),
        ),
        (r"\b(tag|cop(y|ies)|(a|b) c)\b", r"\b(?:cop(y|ies)|(a|b) c)\b", ("tag",), ("copy", "a", "b", "c")),
        (r"\btag\b", "", ("tag",), ("tags",)),
        (r"\blabel\w*\b", "", ("label", "labels"), ("labe",)),
        (r"\b(?:a|)\b", r"\b(?:)\b", ("a",), ("b",)),
        (r"\b(?:x?)\b", r"\b(?:x?)\b", (), ("x",)),
        (r"\b(?:(?-i)a|b)\b", r"\b(?:(?-i)a|b)\b", (), ("a", "b")),
        (r"\b(a)|(b)\b", r"\b(a)|(b)\b", (), ("a", "b")),
        (r"\b(?:a[|)]b|c)\b", r"\b(?:a[|)]b)\b", ("c",), ("b", "a")),
        (r"\b(?:a\|b|c)\b", r"\b(?:a\|b)\b", ("c",), ("b", "a")),
        (r"\b(?:a|b) c\b", r"\b(?:a|b) c\b", (), ("a", "c")),
        ("라벨|tag", "라벨|tag", (), ("tag",)),
    ],
)
def test_what_is_taken_of_a_pattern(
    pattern: str, left: str, found: tuple[str, ...], not_found: tuple[str, ...]
) -> None:
    words = Words()
    assert words.take(pattern, {"t"}) == left
    assert [word for word in (*found, *not_found) if words.tokens(word)] == list(found)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", bundled_rubrics())
def test_a_book_finds_what_its_patterns_find(name: str, language: str) -> None:
    book = Book(load_rubric(name).cues, language)
    for text in TEXTS[::12]:
        expected = {token for pattern, tokens in book.tokens_of.items() if search(pattern, text) for token in tokens}
        assert book.tokens(text) == expected


PATTERNS = (r"\b(?:ask|asks?ed|sk\w*)\b", r"\bas\b", r"\b(?:k|s\w*|ask a)\b", r"\b(a|k_)\b", "ask", r"\bk\w?\b")


@given(st.text(alphabet="askſK_ -é가A", max_size=12))
@settings(max_examples=300, deadline=None)
def test_letters_that_case_folding_makes_alike(text: str) -> None:
    cues = {pattern: CriterionCues(values={"v": {"en": (Cue(pattern=pattern),)}}) for pattern in PATTERNS}
    assert book_of(cues).tokens(text) == {pattern for pattern in PATTERNS if search(pattern, text)}


def book_of(cues: dict[str, CriterionCues]) -> Book:
    return Book(CueBook(criteria=cues), "en")
