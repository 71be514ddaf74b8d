"""Proof of absence: "but I did say that" gets the sentence that comes nearest, and why it does not count."""

import re
from pathlib import Path
from typing import Literal

import pytest

from reviewer.critique.absence import spelled
from reviewer.domain import Claim, Document, Extraction, Finding, Review
from reviewer.ground import ground
from reviewer.pipeline import FORMATS, load_rubric, render
from reviewer.pipeline.one import Run, judge, read
from reviewer.rubric.reasons import in_language

FSDL = load_rubric("fsdl")
PADDING = {
    "en": "The lake lies east of the hill. Three old trees stand near the gate, and a red boat is tied to the pier.",
    "ko": "호수는 언덕 동쪽에 있다. 오래된 나무 세 그루가 문 옆에 서 있고 빨간 배가 부두에 묶여 있다. "
    "바람이 분다. 구름은 느리게 남쪽으로 흘러간다. 저녁에는 노을이 붉다.",
}


def read_by(document: Document, *claims: Claim, language: Literal["en", "ko"] | None = None) -> Review:
    """The review of a document in which an extractor found these claims and nothing else."""
    extraction = Extraction(method="offline", engine="none", claims=claims)
    return judge(document, extraction, ground(claims, document, FSDL), Run(rubric=FSDL, language=language))


def plan(text: str) -> Document:
    language = "ko" if re.search("[가-힣]", text) else "en"
    return read(f"# Plan\n\n{PADDING[language]}\n\n{text}\n", "plan.md")


def silent(text: str, language: Literal["en", "ko"] | None = None) -> Review:
    return read_by(plan(text), language=language)


def missing(review: Review, criterion: str) -> Finding:
    return next(f for f in review.findings if f.id == f"missing.{criterion}")


@pytest.mark.parametrize(
    ("criterion", "text", "why"),
    [
        ("labels", "The labels are not provided with the data set.", "denied: “not”"),
        (
            "labels",
            "If we had labels, labelled data could train a model.",
            "conditional: “If we had labels, labelled data",
        ),
        ("labels", "It is false that the labels are provided with the data.", "called false: “It is false that"),
        ("labels", "Labels are available for 0 of the tickets.", "a count of nought: “Labels are available for 0"),
        ("labels", "~~The labels are provided with the data set.~~", "struck out"),
        ("labels", "<!-- The labels are provided with the data set. -->", "text that a reader does not see"),
        ("labels", "Are the labels provided with the data set?", "a question"),
        ("labels", "```\nThe labels are provided with the data set.\n```", "in a block of code"),
        ("compute", "## It will all run in real time for everybody", "only a heading"),
        ("labels", "## Labels are provided with the data set", ""),  # it is among the sections that were searched
        ("labels", "Labels exist.", ""),
        ("success_criteria", "It will guide students to success.", ""),
        ("labels", "Labels are provided with the data set: TBD, in May.", "settles nothing yet"),
        ("labels", "## Non-goals\n\nThe labels are provided with the data set.", "under a heading that claims nothing"),
        ("labels", "reviewer:ignore labels The labels are provided with the data.", "a waiver, not a statement"),
        ("compute", "It will all run in real time for everybody who asks.", "holds no word for 'compute'"),
        ("labels", "The labels are provided with the data set.", "has words of an answer, but was not taken as one"),
        ("labels", "라벨이 있다면 라벨링이 필요하지 않다.", "conditional: “라벨이 있다면”"),
        ("labels", "정답은 이미 포함되어 있지 않다.", "denied"),
        ("labels", "The boat is red, and it was red before.", ""),
    ],
)
def test_but_i_did_say_that(criterion: str, text: str, why: str) -> None:
    review = silent(text, "en")
    search = missing(review, criterion).search
    assert search is not None
    assert search.why_not.startswith(why)
    assert bool(search.nearest) == bool(why)
    if search.nearest is None:
        return
    assert review.document.text[search.nearest.start : search.nearest.end] == search.nearest.quote
    assert search.nearest.line == review.document.text.count("\n", 0, search.nearest.start) + 1
    korean = missing(silent(text, "ko"), criterion).search
    assert korean is not None
    assert korean.nearest == search.nearest
    assert re.search("[가-힣]", korean.why_not.split("“")[0])


def test_a_sentence_comes_before_a_comment() -> None:
    text = "<!-- The labels are provided with the data set. -->\n\nThe labels are not provided with the data set."
    assert missing(silent(text), "labels").search.why_not == "denied: “not”"  # type: ignore[union-attr]


def test_what_the_extractor_pointed_at_comes_first() -> None:
    claim = Claim(criterion="accuracy_target", value="quantified", quotes=("We keep many tickets.",))
    search = missing(read_by(plan("We keep many tickets. The accuracy is unknown."), claim), "accuracy_target").search
    assert search is not None
    assert search.nearest is not None
    assert search.nearest.quote == "We keep many tickets."
    assert search.why_not == "holds no word for 'accuracy' or 'benefit'"


def test_words_that_were_looked_for() -> None:
    assert "label…" in missing(silent("It is so."), "labels").search.looked_for  # type: ignore[union-attr]
    assert "라벨" in missing(silent("그러하다."), "labels").search.looked_for  # type: ignore[union-attr]
    for finding in silent("그러하다.").findings:
        if finding.search and finding.id.startswith("missing."):
            assert all(re.fullmatch(r"[\w -]+…?", word) for word in finding.search.looked_for)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\b(?:label\w*|annotat\w*|tag|tags|ground[- ]truth)\b", ["label…", "annotat…", "tag"]),
        (r"\b(?:fall(?:s|ing)? ?back\w*|fail(?:s|ed)?)\b", ["fall back…", "fail"]),
        (r"\b(?:compan(?:y|ies)|rules?)\b", ["rules"]),
        ("라벨|레이블", ["라벨", "레이블"]),
        (r"[$€]\s?\d", []),
    ],
)
def test_a_pattern_in_words(pattern: str, words: list[str]) -> None:
    assert list(spelled(pattern))[: len(words) or None] == words


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_nearest_is_in_every_format(form: str, language: Literal["en", "ko"]) -> None:
    done = silent("The labels are not provided with the data set.", language)
    text = " ".join(re.sub(r"&#8288;|\s+", " ", render(done, FSDL, form)).split())
    assert "The labels are not provided with the data set." in text
    assert {"en": "denied", "ko": "부정하는 문장임"}[language] in text
    assert {"en": "label…", "ko": "label…"}[language] in text


ROOT = Path(__file__).parent.parent / "reviewer"
SOURCES = ("ground/find.py", "ground/clause.py", "critique/absence.py", "rubric/reasons.py")


def reasons() -> list[str]:
    """Every reason that the code can give, as its source has it."""
    found = []
    for name in SOURCES:
        source = (ROOT / name).read_text("utf-8")
        found += re.findall(r'(?:return|why=|or) "([a-z][^"{}]{3,})"', source)
        found += re.findall(r'"(?:hidden|template|addressed|waiver)": "([^"]+)"', source)
    return sorted({why for why in found if not why.endswith(" ")})  # the beginning of one is none


@pytest.mark.parametrize("why", [*reasons(), "shorter than 12 characters", "holds no number", "does not show x",
                                 "holds no number or date or word for 'goal' or 'data'", "'x' is no value of labels",
                                 "conditional: “if we had”", "number", "not in the text"])  # fmt: skip
def test_every_reason_has_korean_words(why: str) -> None:
    said = in_language(why, "ko")
    assert re.search("[가-힣]", said), why
    assert in_language(why, "en") == why


def test_the_reasons_are_found() -> None:
    assert {"denied in the same clause", "a question", "addressed to a reviewer"} <= set(reasons())
