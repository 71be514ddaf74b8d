"""What a quote must hold: a table of quotes for each kind of proof, and the words that deny."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.domain import CueBook, Predicate
from reviewer.errors import RubricError
from reviewer.rubric import patterns
from reviewer.rubric.negation import negations
from reviewer.rubric.predicates import passes

CUES = CueBook(classes={"label": {"en": (r"\blabel(s|led)?\b",), "ko": ("라벨",)}})

# fmt: off
QUOTES = {
    "number": (
        ["12,000 tickets", "95 %", "정확도 95퍼센트", "$3,000"],
        ["many tickets", "in 2015", "Phase 2", "GPT-4", "[3]", "TBD", "N/A", "??"],
    ),
    "money": (
        ["$3,000", "€ 40k", "300만원", "USD 500"],
        ["3,000 tickets", "95 %", "6 weeks", "a small budget"],
    ),
    "date": (
        ["by 1 March 2026", "2026-05-01", "Q3 2026", "June-August", "Week 3-6", "in 2027", "end of the quarter",
         "2026년 9월", "9월 7일", "8/18 ~ 8/24", "1주 차", "3분기", "상반기"],
        ["6 weeks", "we may start", "soon", "3.10.11", "2000 images", "3개월", "march on"],
    ),
    "reference": (
        ["see [3]", "[1, 2]", "(Kim, 2020)", "Kim et al. showed", "Kim (2021)", "Kim and Lee (2021)", "[text][1]",
         "https://example.org/a", "arXiv:1909.07346", "doi 10.1145/3292500.3330701", "“A title” (2024)", "[^1]"],
        ["(in 2020)", "item [x]", "a list [a]", "as others did", "FY 2024", "(see below)"],
    ),
    "named": (
        ["We use XGBoost here", "The tickets live in Salesforce", "hosted on AWS", "the GDPR applies", "BM25 ranking",
         "our `ticket_text` column", "data in train.json", "티켓은 Salesforce에 있다", "「티켓 분류」 논문"],
        ["logistic regression", "Success Metrics And Goals", "We track AUC and the KPI on a GPU", "AI 모델을 쓴다",
         "We start in May with Phase 2", "Tested by us", "- Data: tickets", "a 24-month log"],
    ),
    "cue": (["LABELS come later", "라벨을 답니다"], ["labelling", "tickets"]),
    "negation": (
        ["we have no labels", "it isn't done", "it isn’t done", "none", "without rules", "라벨이 없다",
         "확보하지 않았다", "확보하지 못했다", "안 된다", "규칙이 아니다", "미정"],
        ["no more than 5 %", "not only labels", "a notable case", "뿐만 아니라", "제안서", "안정", "잘못",
         "문제없이"],
    ),
}
# fmt: on
CASES = [(kind, quote, True) for kind, (yes, _) in QUOTES.items() for quote in yes]
CASES += [(kind, quote, False) for kind, (_, no) in QUOTES.items() for quote in no]


@pytest.mark.parametrize(("kind", "quote", "expected"), CASES, ids=[f"{kind}:{quote}" for kind, quote, _ in CASES])
def test_predicate(kind: str, quote: str, expected: bool) -> None:
    predicate = Predicate.model_validate({"kind": kind, "cue": "label" if kind == "cue" else ""})
    assert passes(predicate, quote, CUES) is expected


def test_any_of_takes_either() -> None:
    either = Predicate(kind="any_of", any_of=(Predicate(kind="money"), Predicate(kind="cue", cue="label")))
    assert passes(either, "$5", CUES)
    assert passes(either, "a label", CUES)
    assert not passes(either, "5 weeks", CUES)


def test_a_class_that_nobody_defined_proves_nothing() -> None:
    assert not passes(Predicate(kind="cue", cue="nothing"), "anything at all", CUES)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_judged(quote: str) -> None:
    for kind in ("number", "money", "date", "reference", "named", "negation"):
        passes(Predicate.model_validate({"kind": kind}), quote, CUES)
    assert all(0 <= start < end <= len(quote) for start, end in negations(quote))


# --- patterns of a rubric


@pytest.mark.parametrize(
    ("pattern", "text", "span"),
    [
        ("정확도|ACCURACY", "이 정확도", (2, 5)),
        ("정확도|ACCURACY", "🙂 an accuracy", (5, 13)),
        (r"\bauc\b", "AUC는 0.9", (0, 3)),
        ("x", "y", None),
        ("", "y", (0, 0)),
    ],
)
def test_offsets_are_code_points(pattern: str, text: str, span: tuple[int, int] | None) -> None:
    assert patterns.search(pattern, text) == span
    assert next(patterns.spans(pattern, text), None) == span
    assert patterns.any_of(["zzz", pattern], text) is (span is not None)


@pytest.mark.parametrize(
    ("pattern", "cause"),
    [
        ("(a", r"missing \)"),
        ("(?=a)", "look-around"),
        (r"(a)\1", "back-references"),
        ("*", "repetition"),
        ("[z-a]", "range"),
        (r"(\w{1,50}\s?){1,10}z", "too costly"),
        ("a" * 3000, "split it"),
        ("\ud800", "surrogate"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern: str, cause: str) -> None:
    with pytest.raises(RubricError, match=cause):
        patterns.check(pattern)


def test_a_pattern_that_ruins_backtracking_engines_is_harmless() -> None:
    assert patterns.search("(x+x+)+y", "x" * 100_000) is None
