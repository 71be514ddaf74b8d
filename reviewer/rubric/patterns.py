"""Patterns of a rubric on RE2: linear in the text whatever a user's rubric holds, case ignored.

Offsets are code points of the `str` searched (the wrapper turns RE2's byte offsets back). RE2 has no
look-around and no back-references; `\\b`, `\\w` and `\\d` know ASCII only, so that a Korean particle after
a Latin word does not hide the word's end.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from reviewer.errors import RubricError

# Linear in the text, but also in the size of the compiled pattern: `(\w{1,50}\s?){1,10}` compiles to
# 4,564 steps and takes seconds on a long line; what people write stays below a few hundred.
_MAX_STEPS = 2_000
_MAX_LENGTH = 2_000
# Two sentences of no language: what is found in both looks for letters, not for words.
_NO_WORDS = (
    ("Jqxvzk wqjxv zzkqj bvxqz jjkqw.", "Kzqvv xjwqk qqzxj wvzkb zkkjq."),
    ("뷁쉙 쫣됇 겕돼끍 뭵뷂.", "쓁쀓 뒑퓳 쐌읡뾜 꿻쮛."),
)


def _options() -> Any:
    import re2  # here, because scoring a stored record needs no pattern

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False  # RE2 would print to stderr
    return options


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    import re2

    options = _options()
    if len(pattern) > _MAX_LENGTH:
        raise RubricError(
            f"pattern {pattern[:40]!r}... has {len(pattern)} characters; split it, {_MAX_LENGTH} is the most"
        )
    try:
        compiled = re2.compile(pattern, options)
    except UnicodeEncodeError as error:
        raise RubricError(f"pattern {pattern!r} holds half of a surrogate pair; write the character") from error
    except re2.error as error:
        cause = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise RubricError(
            f"pattern {pattern!r} cannot be used: {cause}; RE2 knows no look-around and no back-references"
        ) from error
    if compiled.programsize > _MAX_STEPS:
        raise RubricError(
            f"pattern {pattern[:80]!r} is too costly ({compiled.programsize} steps of {_MAX_STEPS}); "
            "use smaller counts in {m,n} or split it"
        )
    return compiled


def check(pattern: str) -> None:
    """Raise a RubricError that says what is wrong with this pattern, if anything is."""
    if _compiled(pattern).search(""):
        raise RubricError(f"pattern {pattern!r} is found where nothing stands, so it proves nothing; name words")
    if any(all(map(_compiled(pattern).search, texts)) for texts in _NO_WORDS):
        raise RubricError(f"pattern {pattern!r} is found in any words, so it proves nothing; name some")


def search(pattern: str, text: str) -> tuple[int, int] | None:
    """Where the pattern first stands in the text."""
    match = _compiled(pattern).search(text)
    return match.span() if match else None


def spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Every place where the pattern stands in the text, in order, not overlapping."""
    for match in _compiled(pattern).finditer(text):
        yield match.span()


def any_of(patterns: Iterable[str], text: str) -> bool:
    """Does one of the patterns stand in the text?"""
    return bool(which(patterns, text))


def which(patterns: Iterable[str], text: str) -> list[int]:
    """Which of the patterns stand in the text, by their order."""
    return _together(tuple(patterns)).Match(text) or []


def sign(pattern: str) -> str:
    """The pattern, where RE2 is to find all that `re` would: there, ı and İ are an i where case is ignored."""
    return pattern.replace("i", "[iıİ]")


@lru_cache(maxsize=512)
def _together(patterns: tuple[str, ...]) -> Any:
    """One automaton for all of them: the text is read once."""
    import re2

    together = re2.Set.SearchSet(_options())
    for pattern in patterns or (r"\z\A.",):  # RE2 refuses an empty set; this never matches
        try:
            together.Add(pattern)
        except re2.error:
            check(pattern)  # says what is wrong with it
            raise
    together.Compile()
    return together
