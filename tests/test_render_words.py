"""The words around a review: the same in every language, and none without use."""

import string
from pathlib import Path
from typing import get_args

import pytest

import reviewer.render
from reviewer.domain.comparison import Caveat, Obstacle, State
from reviewer.render.words import _WORDS, listed, say, whole

HOME = Path(reviewer.render.__file__).parent
SOURCE = "".join(path.read_text("utf-8") for path in [*HOME.glob("*.py"), *HOME.glob("html/*.j2")])
# Keys that are put together: by a verdict, a state, a status, a severity, a side.
COMPOSED = (
    *("verdict.", "gate.", "status.", "fact.", "blocker", "major", "minor", "diff.says."),
    *(f"diff.{name}" for kind in (State, Obstacle, Caveat) for name in get_args(kind)),
)


def places(text: str) -> set[str]:
    """The names that a text leaves open."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", _WORDS)
def test_both_languages_say_the_same(key: str) -> None:
    english, korean = _WORDS[key]
    assert english
    assert korean
    assert places(english) == places(korean)
    assert not english.isascii() or not korean.isascii()


@pytest.mark.parametrize("key", _WORDS)
def test_every_word_is_used(key: str) -> None:
    uses = SOURCE.count(f'"{key}"') + SOURCE.count(f"'{key}'") - 1  # one is the table's own
    assert uses > 0 or key.startswith(COMPOSED)


def test_another_language_reads_english() -> None:
    assert say("fr")("verdict") == "Verdict"


@pytest.mark.parametrize(
    ("figure", "shown"), [(0, "0"), (0.5, "1"), (1.5, "2"), (2.5, "3"), (44.4, "44"), (100, "100")]
)
def test_halves_go_up(figure: float, shown: str) -> None:
    assert whole(figure) == shown


def test_long_lists_are_counted() -> None:
    assert listed(("a", "b")) == "“a”, “b”"
    assert listed(tuple("abcdefg")) == "“a”, “b”, “c”, “d”, “e” … (+2)"
