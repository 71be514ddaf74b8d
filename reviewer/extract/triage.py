"""Is this a proposal at all? A README, a CV, a recipe or source code gets no score, but a word."""

import re
from collections.abc import Iterable, Mapping

from reviewer.domain import Document, Rubric
from reviewer.extract.offline import extract_offline
from reviewer.rubric.patterns import which

# Someone plans, argues or asks for something. Every sentence is searched, so these two are for RE2.
_PLAN = (
    r"\b(?:we|i|this (?:project|proposal|document|rfc|work)|the (?:project|goal|aim|plan|system|model)) "
    r"(?:will|would|propose|plan|aim|want|intend|hope|should|shall|expect|is to|are going)\w*\b"
    r"|\b(?:propos(?:e|al|ed|es|ing)|objectives?|goals?|milestones?|success criteria|roadmap|problem statement"
    r"|hypothesis|motivation|risks?|mitigations?|deliverables?|expected (?:results?|outcome)|requirements?"
    r"|stakeholders?|metrics?|non-goals?|out of scope|rollout|baseline|to be (?:built|collected|labell?ed|evaluated))\b"
    r"|제안|목표|계획|예정|하고자|기대 ?효과|문제|필요성|일정|위험|마일스톤|지표|도입"
)
_ML = (
    r"\b(?:machine learning|deep learning|models?|ml|ai|llms?|gpt|neural|classif\w+|predict\w*|forecast\w*|recommend\w*"
    r"|train(?:ed|ing)?|data ?sets?|labels?|algorithm\w*|embeddings?|anomal\w+|detect\w*|regression|rag)\b"
    r"|모델|학습|예측|분류|추천|탐지|인공지능|데이터|알고리즘|생성형"
)
_CODE = re.compile(
    r"^\s*(?:import |from \w[\w.]* import |def |class |@\w|#include|package |public |private |function |const |let "
    r"|var |return\b|if \(|while \(|else\b|elif |try:|except|\}|\{|//|/\*|\* @|self\.|\w+\(.*\)[;:]?\s*$|\w+ = |#!)"
    r"|[;{}]\s*$"
)
# Kind -> what its headings and its lines look like.
_KINDS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "a CV": (
        re.compile(
            r"^(?:work |professional )?experience|^education|^(?:technical )?skills|employment|certificat|references"
            r"|^languages|curriculum|^publications|학력|경력|자격|이력서|자기소개",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?:b\.?sc|m\.?sc|ph\.?d|bachelor|master|gpa|university|linkedin|curriculum vitae|responsible for)\b"
            r"|(?:19|20)\d\d\s*[-–—]\s*(?:(?:19|20)\d\d|present|now|현재)|졸업|재직|입사",
            re.IGNORECASE,
        ),
    ),
    "a recipe": (
        re.compile(
            r"^ingredients|^(?:method|directions|instructions|preparation)$|재료|만드는 (?:법|방법)|조리", re.IGNORECASE
        ),
        re.compile(
            r"\b(?:cups?|tbsp|tsp|tablespoons?|teaspoons?|oven|simmer|stir|bake|boil|garlic|flour|sugar|salt|butter)\b"
            r"|큰술|작은술|볶|끓|썰|소금|설탕|간장",
            re.IGNORECASE,
        ),
    ),
    "the README of finished software": (
        re.compile(
            r"^(?:\W*)(?:install|installation|installing|usage|getting started|quick ?start|contributing|licen[cs]e"
            r"|features|documentation|changelog|requirements|examples?|credits|build|badges|api|support|download)"
            r"|설치|사용법|라이선스|시작하기",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(?:pip install|npm (?:i|install)|yarn add|cargo (?:add|install)|git clone|docker (?:run|pull)"
            r"|brew install|apt(?:-get)? install|make install|shields\.io|readthedocs|pypi\.org|badge|--help|\$ \w+)\b",
            re.IGNORECASE,
        ),
    ),
}
_MUCH = 0.28  # share of the stated criteria that something is said about: from there on it is a proposal
_SOME = 0.17  # enough together with sentences that plan
_PLANS = 3
_FEW_CRITERIA = 12
_BEGINNINGS = (5, 15, 30, None)  # sentences; the engine remembers what it has read
_DENSE = 0.1  # a short draft answers little, but most of it plans, and speaks of models or data
_CODE_LINES = 0.25


def not_a_proposal(document: Document, rubric: Rubric) -> str | None:
    """What the document is instead of a proposal, for people; None if it may be one.

    Proposals of all kinds answer many of the criteria or plan something; what does neither is named by the signs of
    what it looks like most. The offline engine looks for answers only where the words alone do not decide, and first
    in the beginning, since a model's answer waits for this.
    """
    if _left_over(document) > 0.5:
        return "an empty template"
    sentences = [document.text[s.start : s.end] for s in document.sentences]
    held = [which((_PLAN, _ML), sentence) for sentence in sentences]
    plans, about = _share(0 in one for one in held), _share(1 in one for one in held)
    if min(plans, about) >= _DENSE:
        return None
    stated = sum(c.kind == "stated" for c in rubric.criteria)
    enough = _SOME if plans * len(sentences) >= _PLANS else _MUCH
    for most in _BEGINNINGS:
        said = len(extract_offline(document, rubric, most=most, judging=False))
        if said >= enough * max(1, stated):
            return None
    if stated < _FEW_CRITERIA and plans and about * len(sentences) >= _PLANS:
        return None  # what a small rubric does not ask is no sign against a proposal
    lines = [line for line in document.visible().splitlines() if line.strip()]
    headings = [section.heading for section in document.sections if section.heading]
    if _share(map(_CODE.search, lines)) > _CODE_LINES:
        return "source code"
    signs = {
        kind: sum(bool(heading.search(h)) for h in headings) + sum(bool(line.search(one)) for one in lines)
        for kind, (heading, line) in _KINDS.items()
    }
    likeliest = max(signs, key=lambda kind: signs[kind])
    return likeliest if signs[likeliest] >= _SIGNS else "a text that plans no machine-learning project"


_SIGNS = 3


def _share(signs: Iterable[object]) -> float:
    found = [bool(sign) for sign in signs]
    return sum(found) / len(found) if found else 0.0


def _left_over(document: Document) -> float:
    """Share of the text, headings apart, that a template put there."""
    template = sum(r.end - r.start for r in document.regions if r.kind == "template")
    body = sum(b.end - b.start for b in document.blocks if b.kind != "heading")
    return template / body if body else 1.0
