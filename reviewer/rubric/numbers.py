"""Figures in a quote, read by code: "95 %", "$1.9M", "10,000 tickets", "3만 건", and what each one measures.

What only looks like a figure is none: dates, versions, citations, list numbers, names (GPT-4, F1, Phase 2).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from reviewer.domain import Number
from reviewer.rubric.dates import dates
from reviewer.rubric.patterns import any_of

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "lakh": 1e5, "million": 1e6, "mn": 1e6, "mio": 1e6, "m": 1e6,
    "crore": 1e7, "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12,
    "백": 1e2, "천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12,
}  # fmt: skip
_WORDS = {
    "half a": 0.5, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
}  # fmt: skip
_CURRENCIES = {
    "us$": "USD", "$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "달러": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "유로": "EUR",
    "£": "GBP", "gbp": "GBP", "pounds": "GBP", "¥": "JPY", "jpy": "JPY", "엔": "JPY",
    "₩": "KRW", "krw": "KRW", "won": "KRW", "원": "KRW", "₹": "INR", "inr": "INR", "rupees": "INR",
}  # fmt: skip
_TIMES = {
    "ms": "milliseconds", "millisecond": "milliseconds", "밀리초": "milliseconds",
    "s": "seconds", "sec": "seconds", "secs": "seconds", "second": "seconds", "초": "seconds",
    "min": "minutes", "mins": "minutes", "minute": "minutes", "분": "minutes",
    "h": "hours", "hr": "hours", "hrs": "hours", "hour": "hours", "시간": "hours",
    "day": "days", "일": "days", "week": "weeks", "wk": "weeks", "주": "weeks", "주일": "weeks",
    "month": "months", "개월": "months", "달": "months", "quarter": "quarters",
    "year": "years", "yr": "years", "yrs": "years", "년": "years",
}  # fmt: skip
_TIMES |= {name: name for name in set(_TIMES.values())}
_COUNTERS = frozenset(["가지", "문장", "페이지", *"건개명장곳회번행줄대종편쪽통"])
_UNITS = {
    **_CURRENCIES, **_TIMES, **{counter: counter for counter in _COUNTERS},
    "%": "percent", "percent": "percent", "per cent": "percent", "pct": "percent",
    "퍼센트": "percent", "프로": "percent",
    "percentage points": "points", "percentage point": "points", "pp": "points",
    "%p": "points", "%포인트": "points", "퍼센트포인트": "points",
    "kb": "KB", "mb": "MB", "gb": "GB", "tb": "TB", "pb": "PB",
    "x": "times", "배": "times", "fps": "fps", "hz": "Hz",
}  # fmt: skip
_KNOWN = frozenset(_UNITS.values())
MONEY = frozenset(_CURRENCIES.values())

# role -> words of both languages; the first that is nearest wins.
_ROLES = {
    "false_positive_rate": r"false[ -](?:positives?|alarms?)(?:[ -]rate)?|\bfpr\b|오탐(?:지)?률?|과검률?",
    "false_negative_rate": r"false[ -]negatives?(?:[ -]rate)?|\bfnr\b|미탐(?:지)?률?|누락률",
    "error": r"error rates?|\berrors?\b|misclassif\w+|\bwer\b|\bcer\b|오류율?|오답률|오차율",
    "rmse": r"\brmse\b",
    "mae": r"\bmae\b|mean absolute error",
    "mape": r"\bmape\b",
    "log_loss": r"log[ -]?loss",
    "accuracy": r"accura(?:cy|te\w*)|correct(?:ly|ness)?|정확도|정확률|정답률|적중률",
    "precision": r"precision|\bppv\b|정밀도",
    "recall": r"\brecall|true positive rate|\btpr\b|재현율|재현률|검출률",
    "sensitivity": r"sensitivity|민감도",
    "specificity": r"specificity|특이도",
    "f1": r"\b(?:macro[ -]|micro[ -])?f[ -]?1\b|\bf-?(?:score|measure)\b",
    "auc": r"\b(?:roc[ -]?|pr[ -]?)?auc\b|auroc|area under (?:the |receiver )\w+",
    "map": r"\bmap\b|mean average precision",
    "iou": r"\biou\b|intersection over union",
    "ndcg": r"\bndcg\b",
    "mrr": r"\bmrr\b",
    "bleu": r"\bbleu\b",
    "rouge": r"\brouge\b",
    "kappa": r"\bkappa\b|agreement|일치율",
    "latency": r"latency|response times?|\bp9[059]\b|inference time|지연|응답 ?(?:시간|속도)|처리 ?시간",
    "uptime": r"uptime|availability|가용성|가동률",
}
_ROLE = re.compile("|".join(f"(?P<{role}>{words})" for role, words in _ROLES.items()))  # in plain letters
# Most quotes name no metric, and RE2 tells so at once. It takes ASCII only for a letter.
_ROLE_SIGNS = tuple(re.sub(r"\\w[+*]", "", words) for words in _ROLES.values())
_RATES = frozenset(_ROLES) - {"rmse", "mae", "mape", "log_loss", "latency"}


def _either(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


def _is_word(name: str) -> bool:
    return name.isascii() and name[-1].isalpha()


_ODD_LETTERS = str.maketrans("ıİſ", "iis")  # `re` takes them for these where it ignores case


def _plain(text: str) -> str:
    """The text in small letters; offsets stay."""
    return (text if text.isascii() else text.translate(_ODD_LETTERS)).lower()


_NO_QUANTITY = re.compile(
    r"""
    (?!(?<=[A-Za-z])[A-Za-gi-z\ .,])(?:  # most places need no more tries: within a word, only an address begins
    https?://\S+ | \bwww\.\S+ | \bdoi:\S+ | \barXiv:\S+ | @\d+ | `[^`\n]*` | \#\d+ | \b24/7\b
  | \[\^?\d+(?:\s?[,–-]\s?\d+)*\] | (?<=\()[^()\d]{0,80}\b(?:19|20)\d\d[a-z]?(?=\))  # citations
  | ^\s*(?:[-*+>|]\s*)*(?:\#+\s*\d+(?:\.\d+)*\.?|\(?\d{1,3}[.)])(?=\s)  # numbers of headings and items
  | \bv\d+(?:\.\d+)* | (?<!\d)(?!\d{1,3}(?:\.\d{3})+(?![.\w]))\d{1,9}\.\d{1,9}\.\d+(?:[.-]\w+)*
  | \b\d{1,2}:\d\d(?::\d\d)?\b
  | (?<!\d)\d{1,9}(?:(?:st|nd|rd|th)\b|\s?(?:단계|차(?!원)|번째|호기|위\b|절\b|항\b)) | 제\s?\d+\S?
  | (?<![A-Za-z\d_])(?!USD|EUR|GBP|JPY|KRW|INR)[A-Za-z_]{1,40}[-/.]?\d[\w.-]*\b  # GPT-4, F1, top-10
  | (?i:\b(?=\w{2,12}\.?\s\#?\d)(?:phase|step|section|sec|table|figure|fig|chapter|stage|version|release|sprint
        |milestone|option|appendix|page|line|issue|item|equation|level|lecture|rfc|iso|no|question|objective|goal|layer)
     s?\.?\s\#?)\d+(?:\.\d+)*(?:\s?(?:[-–,&]|to|and)\s?\d+(?:\.\d+)*)*
    )
    """,
    re.VERBOSE | re.MULTILINE,
)
# "Python 3.11", "RTX 4090": a name straight before a bare figure makes it part of the name.
_TITLE_BEFORE = re.compile(r"\b[A-Z][a-z]+[A-Za-z]* $")
_CAPITALS_BEFORE = re.compile(r"\b[A-Z]{2,} $")
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!,?\d)|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d,.]*\d)"
    r"|\d{1,3}(?:\.\d{3}){2,}(?!\.?\d)|0,\d+|\d+,\d{1,2}(?=\s?%)|\d*\.?\d+"
)
_NUMERAL = re.compile(
    r"(?:(?<![\w.,])|(?<=\b(?:USD|EUR|GBP|JPY|KRW|INR)))(?P<sign>[-−])?(?:"
    rf"(?P<digits>{_DIGITS})(?:[eE](?P<power>[+-]?\d{{1,2}})\b|\^?(?P<exponent>(?<=\^)\d{{1,2}}|[{_SUPERSCRIPTS}]{{1,2}}))?(?:/(?P<of>\d+))?"
    rf"|(?P<word>(?i:{_either(w for w in _WORDS if w.isascii())})(?=[ -])"
    rf"|{_either(w for w in _WORDS if not w.isascii())}(?= ?[가-힣])))"
)
_BEFORE = re.compile(
    rf"(?:{_either(c for c in _CURRENCIES if not _is_word(c) and not c.isalpha())}"
    r"|\b(?:USD|EUR|GBP|JPY|KRW|INR))\s?$",
    re.IGNORECASE,
)
# "M" is a million, "m" metres or minutes; "K" and "k" are both thousand.
_SCALE = re.compile(
    r"\s?(?i:hundred|thousand|million|billion|trillion|lakh|crore|bn|mn|mio)s?\b|[kKMB](?![A-Za-z])|\s?[백천만억조]{1,3}"
)
_SMALL_M = re.compile(r"\s?m(?![A-Za-z])")  # after a currency it is a million
_SAMPLE = re.compile(r"\b[nN]\s?=\s?$")
_UNIT = re.compile(
    rf"\+?[\s-]?(?:(?P<latin>{_either(u for u in _UNITS if _is_word(u))})\b"
    rf"|(?P<other>{_either(u for u in _UNITS if not _is_word(u))}))",
    re.IGNORECASE,
)


class _Figure(NamedTuple):
    """A figure before its role is known."""

    start: int
    end: int
    value: float
    unit: str
    scale: float = 1  # that a word gave: "5 million"


# The words after which no noun is counted: "95 of them", "3 and more".
_NO_NOUN = frozenset(
    """
    a also an and are as at based because but by can do each every for from had has have if in into is it its
    less more most need needed of on only or out over per should so such than that the their then these this
    those times to under up was we were when where which while who will with would
    """.split()  # noqa: SIM905
)
_NOUNS = re.compile(r"(?:\+?\s+|-)((?:[A-Za-z][a-z'’]+|[A-Z]{2,6}s?)(?:[ -][a-z][a-z'’]+){0,2})")
_RANGE = re.compile(r"\s?(?:[-–—~]|to|and|에서|부터)\s?")
# An "a% reduction" or "by a%" says how something changes, not how good it is.
_CHANGE_AFTER = re.compile(
    r"\s?(?:이상|정도|가량)?\s?(?:relative |absolute )?"
    r"(?:reduc|decreas|drop|fall|increas|improve|gain|lift|uplift|growth|higher|lower|fewer|less\b|more\b|better"
    r"|shorter|faster|cheaper|단축|감소|절감|증가|향상|개선|하락|상승)",
    re.IGNORECASE,
)
_CHANGE_BEFORE = re.compile(
    r"\bby\s(?:(?:at least|about|around|some|up to|more than|over)\s)?[~≥>]?\s?$", re.IGNORECASE
)
_CLAUSE_END = re.compile(r"[;!?。]|\.(?=\s|$)|\n\s*\n")
_LONGEST = 15  # digits of a figure
_REACH = 200  # characters from a figure to what it measures, at most
_FAR = 30  # a comma or another figure between a figure and a metric weighs like so many characters


@lru_cache(maxsize=1024)  # a quote is read for its predicate and for its fact
def parse_numbers(quote: str) -> tuple[Number, ...]:
    """The quantities that the quote holds, in order, each with its unit and what it measures."""
    masked = _masked(quote)
    figures = _joined([figure for match in _NUMERAL.finditer(masked) if (figure := _read(masked, match))], masked)
    roles = _roles(_plain(quote)) if figures else []
    starts = [figure.start for figure in figures]
    numbers = []
    for figure in figures:
        role = _role(figure, starts, roles, quote)
        ratio = not figure.unit and role in _RATES and figure.value <= 1
        numbers.append(
            Number(
                value=figure.value,
                unit="ratio" if ratio else figure.unit,
                role=role,
                text=quote[figure.start : figure.end].strip(),
            )
        )
    return tuple(numbers)


def _masked(quote: str) -> str:
    """The quote with everything blanked out that holds figures but no quantity; offsets stay."""
    parts: list[str] = []
    at = 0
    for start, end in dates(quote):
        parts += quote[at:start], "_" * (end - start)
        at = end
    parts.append(quote[at:])
    return _NO_QUANTITY.sub(lambda match: "_" * len(match[0]), "".join(parts))


def _read(text: str, match: re.Match[str]) -> _Figure | None:
    (start, end), word, of = match.span(), match["word"], match["of"]
    if len(match["digits"] or "") > _LONGEST:
        return None  # a key or a hash
    unit, factor = "", 1.0
    before = text[max(0, start - 8) : start]
    money = _BEFORE.search(before)
    if scale := (_SMALL_M if money else _SCALE).match(text, end) or _SCALE.match(text, end):
        for part in re.findall(r"[a-z]+|[백천만억조]", _plain(scale[0])):
            factor *= _SCALES[part.removesuffix("s")]
        end = scale.end()
    elif word and word.lower() in ("a", "an"):
        return None
    value, named = _scaled(_value(match), factor), _UNIT.match(text, end)
    if money:
        start, unit = start - len(money[0]), _CURRENCIES[_plain(money[0].strip())]
    elif of:
        if int(of) not in (5, 10, 100) and value <= 12 and int(of) <= 31 and not text.startswith(" of", end):
            return None  # more likely a day than a share: 8/18
        unit = f"of {of}"
    elif _SAMPLE.search(before):
        unit = "samples"
    elif named:
        unit, end = _UNITS[_plain(named["latin"] or named["other"])], named.end()
    else:
        unit, end = _noun(text, end)
    if word and not scale and (not unit or (word.lower() == "one" and not named)):
        return None
    if not scale and not money and not of and not named and _is_name_or_year(text, match, unit):
        return None
    return _Figure(start, end, value, unit, factor)


def _scaled(value: float, factor: float) -> float:
    """The product as a person would write it: 4.1 million is 4,100,000, not 4,099,999.9999999995."""
    return float(f"{value * factor:.15g}")


def _value(match: re.Match[str]) -> float:
    if match["word"]:
        return _WORDS[_plain(match["word"])]
    digits = match["digits"]
    if digits.count(",") == 1 and (digits.startswith("0,") or len(digits.partition(",")[2]) < 3):
        digits = digits.replace(",", ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    value = float(re.sub(r"[,\s]", "", digits))
    if match["exponent"] and value <= 10:
        value **= int(match["exponent"].translate(str.maketrans(_SUPERSCRIPTS, "0123456789")))
    if match["power"]:
        value *= 10.0 ** int(match["power"])
    return -value if match["sign"] else value


def _noun(text: str, end: int) -> tuple[str, int]:
    """What is counted: the next plural ("50 historical cases" are cases), else the next word; and its end."""
    nouns = _NOUNS.match(text, end)
    if not nouns:
        return "", end
    at = nouns.start(1)
    words = []
    for word in re.split(r"(?<=[ -])", nouns[1]):
        bare = word.rstrip(" -")
        if bare.lower() in _NO_NOUN:
            break
        at += len(word)
        words.append((bare, at - len(word) + len(bare)))
        if bare.endswith("s") and not bare.endswith("ss"):
            return bare, words[-1][1]
    if not words or words[0][0].istitle() or words[0][0].endswith("ed") or _ROLE.fullmatch(_plain(words[0][0])):
        return "", end
    return words[0]


def _is_name_or_year(text: str, match: re.Match[str], noun: str) -> bool:
    digits = match["digits"] or ""
    if re.fullmatch(r"(?:19|20)\d\d", digits):
        return not noun.endswith("s")
    if noun:
        return False
    before = text[max(0, match.start() - 40) : match.start()]
    if re.fullmatch(r"[1-9]\d?(?:\.\d{1,2})?", digits):
        return bool(_TITLE_BEFORE.search(before))
    return bool(re.fullmatch(r"\d{3,}", digits) and _CAPITALS_BEFORE.search(before))


def _joined(figures: list[_Figure], text: str) -> list[_Figure]:
    """The figures of a range share scale and unit: "$1.2-1.5M", "8 to 12 weeks"; "1억 2천만 원" is one figure."""
    for at in range(len(figures) - 2, -1, -1):
        low, high = figures[at : at + 2]
        if not low.unit and text[low.end - 1] in "조억만" and text[low.end : high.start] in ("", " "):
            figures[at : at + 2] = [high._replace(start=low.start, value=low.value + high.value)]
        elif _RANGE.fullmatch(text, low.end, high.start) and (not low.unit or low.unit in MONEY):
            unit = low.unit if low.unit and (not high.unit or high.unit not in _KNOWN) else high.unit
            if low.scale == 1:
                low = low._replace(value=_scaled(low.value, high.scale))
            figures[at : at + 2] = low._replace(unit=unit), high._replace(unit=unit)
    return figures


def _roles(plain: str) -> list[tuple[int, int, str]]:
    found = _ROLE.finditer(plain) if any_of(_ROLE_SIGNS, plain) else ()
    return [(match.start(), match.end(), str(match.lastgroup)) for match in found]


def _role(figure: _Figure, figures: list[int], roles: list[tuple[int, int, str]], quote: str) -> str:
    before = quote[max(0, figure.start - _FAR) : figure.start]
    if figure.unit == "percent" and (_CHANGE_AFTER.match(quote, figure.end) or _CHANGE_BEFORE.search(before)):
        return ""
    best, least = "", float("inf")
    near = slice(bisect_left(roles, (figure.start - _REACH,)), bisect_left(roles, (figure.end + _REACH,)))
    for start, end, role in roles[near]:
        if not _fits(role, figure.unit):
            continue
        low, high = (end, figure.start) if end <= figure.start else (figure.end, start)
        between = quote[low:high]
        if _CLAUSE_END.search(between):
            continue
        others = bisect_left(figures, high) - bisect_left(figures, low)
        # The metric usually stands before its figure: on a tie, the first one wins.
        distance = len(between) + _FAR * (between.count(",") + others)
        if distance < least:
            best, least = role, distance
    return best


def _fits(role: str, unit: str) -> bool:
    if role == "latency":
        return unit in _TIMES.values()
    if role in ("rmse", "mae"):
        return unit not in MONEY
    return unit in ("", "percent", "ratio")
