"""Words that deny, in English and Korean."""

import re
from collections.abc import Iterator

# What denies nothing: bounds ("no more than 5 %"), "not only", fixed phrases, and Korean words that merely
# hold a denying syllable.
_HARMLESS = re.compile(
    r"""
    \b(?:no|not)\s(?:(?:more|less|fewer|greater|lower|higher|larger|longer|worse)\sthan|later\sthan|only|just
        |merely|least|doubt|matter|problem|to\smention)\b
  | \bno\.\s?\d | \bno-go\b | \b(?:whether|if|why)\s(?:or\s)?not\b | \bor\snot\b | \bnothing\sbut\b
  | \bwithout\s(?:doubt|question|further|limitation|delay)\b
  | (?:뿐만?|뿐)\s?아니라 | (?:끊임|틀림|어김|빠짐|아낌|변함|관계|상관|문제)\s?없 | 수없이 | 없[애앤앨앱]
  | 지\s?않을\s?수\s?없 | 못지않 | 잘못
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NEGATION = re.compile(
    r"""
    \b(?:no|not|never|none|nobody|nothing|nowhere|neither|nor|cannot|without|lacks?|lacking|lacked|n/a|hardly
       |barely|unable|impossible|unavailable|doubt(?:s|ed|ful)?|refus(?:e|es|ed|ing)|instead\sof|rather\sthan
       |absence\sof|fail(?:s|ed|ing)?\sto|yet\sto|far\sfrom|wish(?:es|ed)?)\b
  | \b(?:ca|wo|do|does|did|is|are|was|were|has|have|had|should|would|could|must|need|ai)n['’]?t\b
  | 없 | 않 | 아니 | 아닌 | 아님 | 아닙 | 못\s?[하했한함할합] | (?<![가-힣])[못안]\s(?=[가-힣])
  | 불가(?:능|하|$|\s) | 부재(?:하|$|\s|로) | 미(?:확보|정|보유|구축|비|지원|포함|확정|실시)
  | 제외 | 대신(?:에|\s|$)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def negations(text: str) -> Iterator[tuple[int, int]]:
    """Where the text denies something, in order."""
    harmless = [match.span() for match in _HARMLESS.finditer(text)]
    for match in _NEGATION.finditer(text):
        if not any(start <= match.start() < end for start, end in harmless):
            yield match.span()


def without_negations(text: str) -> str:
    """The text as it would read if it denied nothing."""
    for start, end in reversed(list(negations(text))):
        text = text[:start] + text[end:].lstrip()
    return text
