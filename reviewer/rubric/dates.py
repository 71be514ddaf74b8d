"""Points in time, as English and Korean proposals write them; a length of time ("6 weeks") is a number."""

import re
from collections.abc import Iterator

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_TO = r"\s?(?:[-–—~]|to|until|through)\s?"
# "2000 images" is a count even after "in"; "in 2019 users complained" is not worth a longer list.
_NOT_COUNTED = (
    r"(?!\s+(?:images|rows|samples|records|examples|documents|users|tickets|items|hours|labels|[a-z]+ions)\b)"
)

_DATE = re.compile(
    rf"""
    (?<![\w.])(?:
      {_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}} | {_YEAR}-(?:0[1-9]|1[0-2])
    | \d{{1,2}}[./]\d{{1,2}}[./]{_YEAR} | \d{{1,2}}/\d{{1,2}}/\d\d
    | {_MONTH}\s{_DAY}(?!\d)(?:,?\s{_YEAR})? | {_DAY}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?
    | {_MONTH},?\s'?{_YEAR}
    | {_MONTH}{_TO}{_MONTH}(?:\s{_YEAR})?
    | (?:\b(?i:by|in|until|till|from|since|before|after|during|end\sof|early|late)
        (?:\s(?:early|late|mid))?\s|\b[Mm]id-?\s?)(?:{_MONTH}|{_YEAR}s?\b{_NOT_COUNTED})
    | (?:[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)\s{_YEAR}
    | Q[1-4]\b(?:\s?(?:/|of|')?\s?(?:{_YEAR}|\d\d\b))? | {_YEAR}\s?[-/]?\s?[QH][1-4]\b
    | H[12]\s{_YEAR} | FY\s?(?:20)?\d\d
    | \b(?:[Ww]eek|[Mm]onth|[Dd]ay|[Ss]print|[Qq]uarter|[Yy]ear)s?\s\d{{1,3}}(?:{_TO}\d{{1,3}})?(?![\d%.,]*\d)
    | \b[Ee]nd\sof\s(?:the\s|this\s|next\s)?(?:week|month|quarter|semester|term|year)\b
    | {_YEAR}\s?년(?:\s?\d{{1,2}}\s?월)?(?:\s?\d{{1,2}}\s?일)?
    | \d{{1,2}}\s?월(?:\s?\d{{1,2}}\s?일)? | \d{{1,2}}일(?=까지|부터|에\s)
    | \d{{1,2}}/\d{{1,2}}(?:\s?[~–—-]\s?\d{{1,2}}/\d{{1,2}}|(?=\s?(?:까지|부터)))
    | \d{{1,3}}(?:{_TO}\d{{1,3}})?\s?(?:주|일|개월|년)\s?차 | [1-4]\s?분기 | [상하]반기
    | (?:오전|오후)\s?\d{{1,2}}\s?시
    )
    """,
    re.VERBOSE,
)


def dates(text: str) -> Iterator[tuple[int, int]]:
    """Where the text names a date, a month, a quarter or a numbered week, in order."""
    for match in _DATE.finditer(text):
        yield match.span()
