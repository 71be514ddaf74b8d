"""Words that are not written plainly: what they say once they are spelled out. One row for each way to write them."""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

_MOST = 50  # places of one form
_LINE = 400  # characters on each side of a word
# What an order to a reviewer can hardly do without; other alphabets are told by these.
_WORDS = (
    "ignore",
    "disregard",
    "instructions",
    "reviewer",
    "proposal",
    "full marks",
    "previous",
    "forget",
    "rubric",
    "evaluator",
    "approve",
)


class _Form(NamedTuple):
    found: re.Pattern[str]
    said: Callable[[str], Iterable[str]]
    line: bool = False  # is all of the line written so, and not only what was found?
    needs: tuple[str, ...] = ()  # one of these is in it; quickly seen


def spelled_out(text: str) -> Iterator[tuple[int, int, str]]:
    """Where something is written in such a way, and what it says."""
    small = text.lower()
    for form in _FORMS:
        if form.needs and not any(word in small for word in form.needs):
            continue
        for match in islice(form.found.finditer(text), _MOST):
            low, high = start, end = match.span()
            if form.line:
                low = max(text.rfind("\n", 0, start) + 1, start - _LINE)
                stop = text.find("\n", end, end + _LINE)
                high = min(len(text), end + _LINE) if stop < 0 else stop
            for said in form.said(text[low:high]):
                yield start, end, said


def _base64(token: str) -> Iterator[str]:
    plain = token.replace("-", "+").replace("_", "/")
    for decode, one in ((base64.b64decode, plain), (base64.b32decode, token)):
        try:
            said = decode(one + "=" * (-len(one) % (4 if one is plain else 8))).decode("utf-8", "ignore")
        except (binascii.Error, ValueError):
            continue
        yield said
        if re.fullmatch(r"[\w+/-]{16,}=*", said):
            yield from _base64(said)


def _bytes(numbers: Iterable[int]) -> Iterator[str]:
    try:
        yield bytes(numbers).decode("utf-8", "ignore")
    except ValueError:
        return


def _spaced(text: str) -> Iterator[str]:
    """The sign between most letters goes; what is more than it parts words."""
    between = re.findall(r"[\W_]+", text)
    usual = max(set(between), key=between.count)
    yield re.sub(r"[\W_]+", lambda gap: "" if gap[0] == usual else gap[0].replace(usual, "") or " ", text)


def _leet(text: str) -> Iterator[str]:
    text = re.sub(r"[!|](?!\w)", ".", text)  # at the end of a word it is what it seems to be
    for one in "il":
        yield text.translate(str.maketrans("013457@$!|", f"o{one}eastasi{one}"))


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def _any_of(words: Iterable[str], letters: Callable[[str], str]) -> re.Pattern[str]:
    """One of the words, each letter of it written as `letters` says."""
    return re.compile("|".join("".join(letters(c) for c in word) for word in words), re.IGNORECASE)


_OTHERS = {"o": "0", "i": "1!|", "l": "1|", "e": "3", "a": "4@", "s": "5$", "t": "7"}
_AS_FIGURES = _any_of(_WORDS, lambda c: f"[{c}{_OTHERS[c]}]" if c in _OTHERS else c).pattern
_TURNED = tuple(_rot13(word) for word in _WORDS)
_REVERSED = tuple(word[::-1] for word in _WORDS)
_HANGUL = r"[가-힣]{1,2}(?:-[가-힣]{1,2})"
_PAIR = r"(?:0x|\\x|%|\\u00|U\+00)?([0-9A-Fa-f]{2})"  # 49676e, 49 67 6e, %49%67, \x49\x67, \u0049
_FORMS = (
    _Form(re.compile(r"(?<![\w/+-])[A-Za-z0-9+/_-]{28,4000}={0,6}(?![\w/+-])"), _base64),
    _Form(
        re.compile(rf"(?<![0-9A-Fa-f])(?:{_PAIR}[\s,;]{{0,2}}){{12,2000}}"),
        lambda text: _bytes(int(pair, 16) for pair in re.findall(_PAIR, text)),
    ),
    _Form(
        re.compile(r"(?:\b\d{2,3}[\s,]{1,2}){12,2000}"),
        lambda text: _bytes(int(number) for number in re.findall(r"\d+", text)),
    ),
    _Form(
        re.compile(r"(?:\b[01]{8}\s?){8,2000}"),
        lambda text: _bytes(int(bits, 2) for bits in re.findall(r"[01]{8}", text)),
    ),
    _Form(re.compile(r"(?:&#x?[0-9A-Fa-f]{2,6};\s?){8,2000}"), lambda text: (html.unescape(text),)),
    _Form(re.compile(r"(?<![^\W_])[^\W\d_](?:[\W_]{1,3}[^\W\d_](?![^\W_])){7,1000}"), _spaced),
    _Form(re.compile(rf"(?<!\S){_HANGUL}+(?:\s{_HANGUL}*[.,]?){{1,200}}"), _spaced),
    _Form(_any_of(_TURNED, str), lambda text: (_rot13(text),), line=True, needs=_TURNED),
    _Form(_any_of(_REVERSED, str), lambda text: (text[::-1],), line=True, needs=_REVERSED),
    _Form(re.compile(rf"(?<!\w)(?=[\w@$!|]{{0,12}}[0-9@$!|])(?:{_AS_FIGURES})", re.IGNORECASE), _leet, line=True),
)
