"""Why a quote earned nothing, in words. Records hold the English ones; `in_language` says them in another."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from reviewer.domain import Predicate

_KINDS: Mapping[str, tuple[str, str]] = {
    "number": ("number", "수치"),
    "money": ("amount of money", "금액"),
    "date": ("date", "날짜"),
    "reference": ("reference", "출처"),
    "named": ("proper name", "고유한 이름"),
    "negation": ("denial", "부정 표현"),
}
_KOREAN_KIND = dict(_KINDS.values())

REGIONS: Mapping[str, str] = {
    "hidden": "text that a reader does not see",
    "template": "left over from a template",
    "addressed": "addressed to a reviewer",
    "waiver": "a waiver, not a statement",
}


@lru_cache(maxsize=256)  # every quote that proves nothing asks, for one of a rubric's few predicates
def lacks(predicate: Predicate) -> str:
    """What a quote that fails the predicate does not hold."""
    asked = dict.fromkeys(_asked(predicate))
    cues = [one for one in asked if one.startswith("'")]
    words = [f"word for {' or '.join(cues)}"] if cues else []
    return "holds no " + " or ".join([*(one for one in asked if one not in cues), *words])


def kind_name(predicate: Predicate) -> str:
    """What a predicate that is no any-of asks for: a kind of figure or name, or a class of words in quotes."""
    return f"'{predicate.cue.replace('_', ' ')}'" if predicate.kind == "cue" else _KINDS[predicate.kind][0]


def _asked(predicate: Predicate) -> tuple[str, ...]:
    if predicate.kind == "any_of":
        return tuple(asked for part in predicate.any_of for asked in _asked(part))
    return (kind_name(predicate),)


def _korean_lack(match: re.Match[str]) -> str:
    kinds, _, cues = match[1].partition("word for ")
    asked = [_KOREAN_KIND.get(one, one) for one in kinds.removesuffix(" or ").split(" or ") if one]
    asked += [f"{cue}에 해당하는 말" for cue in cues.split(" or ") if cue]
    return f"{', '.join(asked)} 가운데 어느 것도 없음" if len(asked) > 1 else f"{asked[0]} 없음"


_SAME: Mapping[str, str] = {
    "not in the text": "글에 없는 문장임",
    "text that a reader does not see": "독자에게 보이지 않는 글임",
    "left over from a template": "양식에 남아 있던 안내문임",
    "addressed to a reviewer": "검토자에게 하는 말임",
    "a waiver, not a statement": "서술이 아니라 예외 요청임",
    "runs over too much of the document": "글의 너무 넓은 범위에 걸쳐 있음",
    "struck out": "취소선이 그어진 글임",
    "parts a figure from what it belongs to": "수치를 그에 딸린 말에서 떼어 냄",
    "denied by the answer that follows": "뒤따르는 답이 부정함",
    "denied in the same clause": "같은 절에서 부정함",
    "denied": "부정하는 문장임",
    "a box that is not checked": "체크되지 않은 항목임",
    "listed as out of scope": "범위 밖으로 열거됨",
    "denied by the line above the list": "목록 위의 문장이 부정함",
    "a question": "서술이 아니라 질문임",
    "only a heading": "제목일 뿐임",
    "settles nothing yet": "아직 정해진 것이 없음",
    "under a heading that claims nothing": "아무것도 주장하지 않는 제목 아래에 있음",
    "in a block of code": "코드 블록 안에 있음",
    "has words of an answer, but was not taken as one": "답에 쓰이는 말이 있으나 답으로 보지 않았음",
}
_HOW: Mapping[str, str] = {
    "conditional": "가정일 뿐임",
    "called false": "사실이 아니라고 함",
    "a count of nought": "개수가 0임",
    "a question": "서술이 아니라 질문임",
    "struck out": "취소선이 그어진 글임",
    "denied": "부정하는 문장임",
    "given up": "그만두었거나 취소된 것임",
    "quoted otherwise": "글과 다르게 인용됨",
}
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"shorter than (\d+) characters"), lambda m: f"{m[1]}자보다 짧음"),
    (re.compile(r"longer than (\d+) characters"), lambda m: f"{m[1]}자보다 김"),
    (re.compile(r"holds no (.+)"), _korean_lack),
    (re.compile(r"does not show (.+)"), lambda m: f"{m[1]}의 근거가 되지 않음"),
    (re.compile(r"(.+) is no value of (\S+)"), lambda m: f"{m[1]}은(는) {m[2]}의 값이 아님"),
    (re.compile(rf"({'|'.join(_HOW)}): (“.*”)", re.DOTALL), lambda m: f"{_HOW[m[1]]}: {m[2]}"),
)


def in_language(why: str, language: str) -> str:
    """A reason in this language; as it is where there are no words for it."""
    if language != "ko":
        return why
    if said := _SAME.get(why) or _KOREAN_KIND.get(why):
        return said
    for pattern, tell in _PATTERNS:
        if match := pattern.fullmatch(why):
            return tell(match)
    return why
