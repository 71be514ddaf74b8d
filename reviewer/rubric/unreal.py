"""Stretches of a text that say what is not so: a wish ("if we had labels"), a denied claim, nought, a struck-out line.

No proof is taken from them. Only wordings that leave no doubt are here: "if the model is down, rules answer" is a plan.
"""

import re
from collections.abc import Iterator
from typing import Literal

from reviewer.rubric.patterns import sign, which

Unreal = Literal["conditional", "called false", "a count of nought", "struck out", "a question"]

_HAVE = r"(?:have|has|had|hold|holds|own|owns|exists?|available|collected|labell?ed|annotated|tagged|recorded)"
# A count of things that somebody has; "zero downtime" and "0 % errors" are aims.
_NOUGHT = re.compile(
    rf"\b{_HAVE}\s(?:\w+\s)?(?:for\s|in\s|of\s|on\s|yet\s)?(?:exactly\s|just\s|only\s|still\s)?(?:0|zero|nought|nil)\s"
    r"(?!(?:false|wrong|errors?|mistakes?|downtime|tolerance|impact|cost|risk|defects?|to|trust|shot|points?|percent|for|if|when|means|or|and)\b|[%.,–-])"
    r"[a-z]"
    r"|\b(?:0|zero)\s(?:\w+\s)?(?:labels?|rows|examples|records|samples|tickets)\s(?:exist|are|so far|yet|today)"
    r"|(?<![\d.,])0\s?(?:건|개|장|명|행)\s?(?:이다|이며|이고|입니다|임\b|뿐|밖)",
    re.IGNORECASE,
)
_WHO = r"(?:we|they|i|you|there|our\s\w+|the\s\w+|somebody|someone)"
_REAL_HAD = r"(?!\s(?:to\b|\w+ed\b|been\b|seen\b|left\b|gone\b|done\b|made\b))"  # "if they had cancelled by May"
_IF = re.compile(
    rf"\b(?:if|suppose|supposing|imagine|were it that)\s(?:only\s)?{_WHO}\s(?:only\s|just\s|already\s)?"
    rf"(?:had{_REAL_HAD}|were\s(?:to|able)\b|could\s(?:get|have|obtain|collect|use|buy)\b|owned\b)"
    r"|\bif\s(?:[\w-]+\s){1,4}(?:were|existed|would\sexist)"
    r"\s?(?:available|there|given|at\shand|in\splace|known|labell?ed)?(?=[\s,.;]|$)"
    r"|\b(?:had|were)\swe\s(?:the\s|any\s|to\s|some\s|more\s|enough\s|\d)"
    r"|\bin\san\sideal\sworld\b",
    re.IGNORECASE,
)
_WERE = re.compile(r"\bif\s(?:[\w-]+\s){1,4}were$", re.IGNORECASE)  # "we asked if they were content"
_WOULD = re.compile(r"\b(?:would|could|might)\b|['’]d\b", re.IGNORECASE)
_IF_KOREAN = re.compile(
    r"있(?:었)?다면|있었으면|있으면\s?좋(?:겠|을)|생긴다면|주어진다면"
    r"|(?:확보|수집|구축|마련|보유|준비)(?:된|되었|됐|한|했|하였)?다면"
)
_FALSE = re.compile(
    r"\b(?:it|that|this)(?:\s(?:is|was|would\sbe)|['’]s)\s(?:simply\s|just\s|plainly\s|also\s)?"
    r"(?:false|untrue|wrong|incorrect|a\smyth|a\slie)\s(?:that|to\s(?:say|claim|assume|think|believe)(?:\sthat)?)\b"
    r"|\bthe\s(?:claim|rumou?r|idea|belief|notion|assumption)\sthat\b(?=[^.!?]{3,200}\s(?:is|was)\s(?:simply\s)?(?:false|untrue|wrong|a\smyth|a\slie)\b)"
    r"|\b(?:falsely|wrongly)\s(?:says?|said|claims?|claimed|assumes?|assumed|believed?)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:we|i|they|you)\s(?:only\s|all\s)?wish(?:ed)?\s(?:that\s)?(?:we|i|they|you|there)\b"
    r"|\bit\swould\s(?:have\sbeen|be)\s(?:nice|great|good|helpful|ideal|wonderful|better)\s(?:to|if)\b",
    re.IGNORECASE,
)
# "Do we have 500 labels?", but not "Do we have labels? Yes, 500".
_ASKED = re.compile(
    r"(?:^|(?<=[.!?:;|(*_\n]))[\s*_>#-]*(?:do|does|did|is|are|was|were|have|has)\s(?:we|they|you|i|there|it|the|our|any\w*)\b"
    r"[^.!?|\n]{3,200}\?(?![*_\s]*(?:yes|we\sdo|we\shave|they\s(?:do|have)|it\s(?:does|is|has))\b)",
    re.IGNORECASE,
)
_FALSE_KOREAN = re.compile(
    r"(?:라|다)(?:는|고 하는)\s?(?:것|말|주장|이야기)(?:은|는|이)\s?(?:거짓|틀렸|틀린|사실과 다|사실무근|오해)"
)
_STRUCK = re.compile(
    r"~~(?=\S)(?:[^~]|(?<!~)~(?!~)){1,2000}~~"
    r"|(?<![\w~])~(?=[^\s~])[^~\n]{1,300}(?<![\s(\[])~(?![\w~])"  # as GitHub does; "3월~5월, 6월~7월" are spans of time
    r"|<(s|del|strike|\w{1,9}\b(?=[^<>]{0,80}line-through))\b[^<>]{0,80}>[\s\S]{1,2000}?</\1\s*>",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[,;.!?](?=\s|$)|\sthen\s|[。|]")
_STOP = re.compile(r"[;.!?](?=\s|$)|,?\sbut\b|[。|]")
# A wording is looked for only where its words are: most text holds none of them, and RE2 tells so at once.
# `\W` takes in every space and border that Python knows.
SIGNS = {
    _STRUCK: sign(r"~|</(?:s|del|strike)\W|line-through"),
    _IF: sign(
        r"(?:^|\W)(?:if|suppose|supposing|imagine|were\Wit\Wthat)\W(?s:.*)\W(?:had|were|could|owned|exist)"
        r"|(?:had|were)\Wwe\W|ideal\Wworld"
    ),
    _WISH: sign(r"wish|nice|great|good|helpful|ideal|wonderful|better"),
    _ASKED: sign(r"(?:do|does|did|is|are|was|were|have|has)\W(?s:.*)\?"),
    _FALSE: sign(
        r"the\W(?:claim|rumou?r|idea|belief|notion|assumption)\Wthat\W|(?:false|untrue|wrong|incorrect|myth|lie)\W(?:that|to)|(?:falsely|wrongly)\W"
    ),
    _IF_KOREAN: "다면|있으면|있었으면",
    _FALSE_KOREAN: "거짓|틀렸|틀린|사실과|사실무근|오해",
    _NOUGHT: sign(r"(?:^|\W)(?:0|zero|nought|nil)\W|(?:^|\D)0\W?[건개장명행]"),
}
LONGEST = 5_000  # characters; what is longer is no sentence, and no proof


def unreal(text: str) -> Iterator[tuple[int, int, Unreal]]:
    """Where the text says what is not so, and how."""
    if len(text) > LONGEST or not (signs := which(SIGNS.values(), text)):
        return
    wordings = list(SIGNS)
    signed = {wordings[at] for at in signs}

    def found(wording: re.Pattern[str]) -> Iterator[re.Match[str]]:
        return wording.finditer(text) if wording in signed else iter(())

    for match in found(_STRUCK):
        yield *match.span(), "struck out"
    for match in found(_IF):
        if not _WERE.search(match[0].rstrip()):
            end, last = _until(_COMMA, text, match.end()), _until(_STOP, text, match.end())
            # What would follow from the wish is no more than one.
            yield match.start(), last if _WOULD.search(text, end, last) else end, "conditional"
    for match in found(_WISH):
        yield match.start(), _until(_STOP, text, match.end()), "conditional"
    for match in found(_ASKED):
        yield *match.span(), "a question"
    for match in found(_FALSE):
        yield match.start(), _until(_STOP, text, match.end()), "called false"
    for match in found(_IF_KOREAN):
        yield _since(_COMMA, text, match.start()), match.end(), "conditional"
    for match in found(_FALSE_KOREAN):
        yield _since(_COMMA, text, match.start()), match.end(), "called false"
    for match in found(_NOUGHT):
        yield _since(_COMMA, text, match.start()), _until(_COMMA, text, match.end()), "a count of nought"


def real(text: str) -> str:
    """The text with those stretches blanked out, so that offsets stay."""
    for start, end, _ in unreal(text):
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _until(stop: re.Pattern[str], text: str, at: int) -> int:
    found = stop.search(text, at)
    return found.start() if found else len(text)


def _since(stop: re.Pattern[str], text: str, at: int) -> int:
    return max((found.end() for found in stop.finditer(text, 0, at)), default=0)
