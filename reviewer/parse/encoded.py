"""Words that are not written plainly: what they say once they are spelled out. One row for each way to write them."""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from reviewer.parse.phrases import compiled

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


class Form(NamedTuple):
    """A way to write words so that a list of words does not find them."""

    hint: str  # for RE2, which looks at a text once: where there is none of it, nothing is written so
    found: re.Pattern[str]
    said: Callable[[str], Iterable[str]]
    line: bool = False  # is all of the line written so, and not only what was found?


def spelled_out(text: str) -> Iterator[tuple[int, int, str]]:
    """Where something is written in such a way, and what it says."""
    for form in FORMS:
        if _looked_for(form.hint).search(text) is None:
            continue
        for match in islice(form.found.finditer(text), _MOST):
            low, high = start, end = match.span()
            if form.line:
                low = max(text.rfind("\n", 0, start) + 1, start - _LINE)
                stop = text.find("\n", end, end + _LINE)
                high = min(len(text), end + _LINE) if stop < 0 else stop
            for said in form.said(text[low:high]):
                yield start, end, said


@cache
def _looked_for(hint: str) -> Any:
    return compiled([hint])


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


_OTHERS = {"o": "0", "i": "1!|", "l": "1|", "e": "3", "a": "4@", "s": "5$", "t": "7"}


def _figure(letter: str) -> str:
    return f"[{letter}{_OTHERS[letter]}]" if letter in _OTHERS else letter


_AS_FIGURES = "|".join("".join(map(_figure, word)) for word in _WORDS)
_WITH_A_FIGURE = "|".join(
    f"{word[:at]}[{_OTHERS[letter]}]{''.join(map(_figure, word[at + 1 :]))}"
    for word in _WORDS
    for at, letter in enumerate(word)
    if letter in _OTHERS
)
_TURNED = "|".join(_rot13(word) for word in _WORDS)
_REVERSED = "|".join(word[::-1] for word in _WORDS)
_HANGUL = r"[가-힣]{1,2}(?:-[가-힣]{1,2})"
_PAIR = r"(?:0x|\\x|%|\\u00|U\+00)?([0-9A-Fa-f]{2})"  # 49676e, 49 67 6e, %49%67, \x49\x67, \u0049
_SPACE = r"\s\pZ\x0b\x1c-\x1f\x{85}"  # as Python has it
FORMS = (
    Form("[A-Z0-9+/_-]{28}", re.compile(r"(?<![\w/+-])[A-Za-z0-9+/_-]{28,4000}={0,6}(?![\w/+-])"), _base64),
    Form(
        rf"(?:{_PAIR}[{_SPACE},;]{{0,2}}){{12}}",
        re.compile(rf"(?<![0-9A-Fa-f])(?:{_PAIR}[\s,;]{{0,2}}){{12,2000}}"),
        lambda text: _bytes(int(pair, 16) for pair in re.findall(_PAIR, text)),
    ),
    Form(
        rf"(?:\p{{Nd}}{{2,3}}[{_SPACE},]{{1,2}}){{12}}",
        re.compile(r"(?:\b\d{2,3}[\s,]{1,2}){12,2000}"),
        lambda text: _bytes(int(number) for number in re.findall(r"\d+", text)),
    ),
    Form(
        rf"(?:[01]{{8}}[{_SPACE}]?){{8}}",
        re.compile(r"(?:\b[01]{8}\s?){8,2000}"),
        lambda text: _bytes(int(bits, 2) for bits in re.findall(r"[01]{8}", text)),
    ),
    Form("&#", re.compile(r"(?:&#x?[0-9A-Fa-f]{2,6};\s?){8,2000}"), lambda text: (html.unescape(text),)),
    Form(
        r"(?:[\pL\pN][^A-Z0-9가-힣]{1,3}){7}[\pL\pN]",
        re.compile(r"(?<![^\W_])[^\W\d_](?:[\W_]{1,3}[^\W\d_](?![^\W_])){7,1000}"),
        _spaced,
    ),
    Form(_HANGUL, re.compile(rf"(?<!\S){_HANGUL}+(?:\s{_HANGUL}*[.,]?){{1,200}}"), _spaced),
    Form(_TURNED, re.compile(_TURNED, re.IGNORECASE), lambda text: (_rot13(text),), line=True),
    Form(_REVERSED, re.compile(_REVERSED, re.IGNORECASE), lambda text: (text[::-1],), line=True),
    Form(
        _WITH_A_FIGURE,
        re.compile(rf"(?<!\w)(?=[\w@$!|]{{0,12}}[0-9@$!|])(?:{_AS_FIGURES})", re.IGNORECASE),
        _leet,
        line=True,
    ),
)
