"""Figures: what is one, what it counts and what it measures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.rubric.numbers import parse_numbers

FIGURES = [
    # percent, ratio
    ("at least 99.5 % of the answers are correct", [(99.5, "percent", "accuracy")]),
    ("95 percent accuracy", [(95, "percent", "accuracy")]),
    ("정확도 95퍼센트 이상", [(95, "percent", "accuracy")]),
    ("AUC 0.92 on the held-out set", [(0.92, "ratio", "auc")]),
    ("Accuracy of 92.5", [(92.5, "", "accuracy")]),
    ("3,5 % of all mails", [(3.5, "percent", "")]),
    ("0,95 정확도", [(0.95, "ratio", "accuracy")]),
    ("재현율을 14%포인트 올립니다", [(14, "points", "")]),
    ("the load rises by -50%", [(-50, "percent", "")]),
    # thousands, scales
    ("1,350 messages a day", [(1350, "messages", "")]),
    ("1 000 rows", [(1000, "rows", "")]),
    ("1.458.644 trip records", [(1458644, "records", "")]),
    ("10k tickets", [(10_000, "tickets", "")]),
    ("2M users", [(2_000_000, "users", "")]),
    ("1.5 million trips", [(1_500_000, "trips", "")]),
    ("EUR 4.1 million", [(4_100_000, "EUR", "")]),
    ("a million tracks", [(1_000_000, "tracks", "")]),
    ("twenty thousand labels", [(20_000, "labels", "")]),
    ("10^6 rows", [(1_000_000, "rows", "")]),
    ("10⁶ rows", [(1_000_000, "rows", "")]),
    ("1e6 rows", [(1_000_000, "rows", "")]),
    ("3만 건", [(30_000, "건", "")]),
    ("1만 2천 건", [(12_000, "건", "")]),
    ("5천 명", [(5_000, "명", "")]),
    # money
    ("$3,000 a month", [(3000, "USD", "")]),
    ("$1.9M saved", [(1_900_000, "USD", "")]),
    ("€ 40k", [(40_000, "EUR", "")]),
    ("10 €", [(10, "EUR", "")]),
    ("USD 1.2m", [(1_200_000, "USD", "")]),
    ("KRW 3,000,000", [(3_000_000, "KRW", "")]),
    ("20,000원", [(20_000, "KRW", "")]),
    ("300만원", [(3_000_000, "KRW", "")]),
    ("1억 2천만 원", [(120_000_000, "KRW", "")]),
    # time
    ("6 weeks for two people", [(6, "weeks", ""), (2, "people", "")]),
    ("answers within 500ms", [(500, "milliseconds", "")]),
    ("p99 latency below 100 ms", [(100, "milliseconds", "latency")]),
    ("47 min/case", [(47, "minutes", "")]),
    ("a 3-day workshop", [(3, "days", "")]),
    ("3개월 동안", [(3, "months", "")]),
    ("두 달", [(2, "months", "")]),
    ("RMSE below 5 minutes", [(5, "minutes", "rmse")]),
    # counts
    ("50,000 historical cases", [(50_000, "cases", "")]),
    ("500+ signals", [(500, "signals", "")]),
    ("100 GPU hours", [(100, "hours", "")]),
    ("5PB of logs", [(5, "PB", "")]),
    ("3x faster", [(3, "times", "")]),
    ("accuracy measured on 10,000 tickets", [(10_000, "tickets", "")]),
    ("F1 0.87 (n=50)", [(0.87, "ratio", "f1"), (50, "samples", "")]),
    ("22/24 cases", [(22, "of 24", "")]),
    ("a score of 4.5/5", [(4.5, "of 5", "")]),
    ("합성 50건 제작", [(50, "건", "")]),
    # ranges share scale and unit
    ("10-15%", [(10, "percent", ""), (15, "percent", "")]),
    ("between 8 and 12 weeks", [(8, "weeks", ""), (12, "weeks", "")]),
    ("3,000-5,000 diverse items", [(3000, "items", ""), (5000, "items", "")]),
    ("$1.2-1.5M", [(1_200_000, "USD", ""), (1_500_000, "USD", "")]),
    ("£30-60 a month", [(30, "GBP", ""), (60, "GBP", "")]),
    ("3~4시간", [(3, "hours", ""), (4, "hours", "")]),
    # what is measured: the nearest metric of the clause; a change is no level
    ("precision >90%, recall >85%", [(90, "percent", "precision"), (85, "percent", "recall")]),
    ("recall of 90% at 95% precision", [(90, "percent", "recall"), (95, "percent", "precision")]),
    ("| Diagnostic accuracy | 88% | 95% |", [(88, "percent", "accuracy"), (95, "percent", "accuracy")]),
    ("accuracy: 0.9; recall: 0.8", [(0.9, "ratio", "accuracy"), (0.8, "ratio", "recall")]),
    ("The precision is low. 40 % of mails are spam", [(40, "percent", "")]),
    ("error rate below 1%", [(1, "percent", "error")]),
    ("a false positive rate of 2 %", [(2, "percent", "false_positive_rate")]),
    ("accuracy improves by 5%", [(5, "percent", "")]),
    ("35% reduction in errors", [(35, "percent", "")]),
    ("오류 30% 감소", [(30, "percent", "")]),
]
NO_FIGURES = [
    "in 2015",
    "due on 1 March 2026",
    "2026-05-01",
    "8/18 ~ 8/24",
    "9월 7일 오전 10시",
    "Week 3",
    "1주 차",
    "v1.2.3 and Python 3.11",
    "GPT-4, ResNet50 and F1",
    "RTX 4090",
    "Phase 2 and Section 3.2",
    "2단계",
    "제3조 2항",
    "[3] and [1, 2]",
    "(Smith, 2020)",
    "arXiv:1909.07346",
    "https://example.org/12345",
    "1. First",
    "the 2nd run",
    "at 10:30",
    "192.168.0.1",
    "open 24/7",
    "#12",
    "one of the best",
    "nobody, no one, a model",
    "thousands of images",
    "9" * 400,  # a key, not an infinity
    "",
]


@pytest.mark.parametrize(("quote", "expected"), FIGURES, ids=[quote for quote, _ in FIGURES])
def test_figure(quote: str, expected: list[tuple[float, str, str]]) -> None:
    found = [(n.value, n.unit, n.role) for n in parse_numbers(quote)]
    assert [(round(value, 6), unit, role) for value, unit, role in found] == expected
    assert all(n.text in quote for n in parse_numbers(quote))


@pytest.mark.parametrize("quote", NO_FIGURES)
def test_no_figure(quote: str) -> None:
    assert parse_numbers(quote) == ()


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(quote: str) -> None:
    assert all(number.text in quote for number in parse_numbers(quote))


@pytest.mark.parametrize(
    ("quote", "value", "unit"),
    [
        ("5 mİn", 5, "minutes"),
        ("5 ſ", 5, "seconds"),
        ("5 mıllıon labels", 5e6, "labels"),
        ("ſix weeks", 6, "weeks"),
        ("uſd 5", 5, "USD"),
    ],
)
def test_a_letter_that_matches_another_where_case_is_ignored(quote: str, value: float, unit: str) -> None:
    assert [(number.value, number.unit) for number in parse_numbers(quote)] == [(value, unit)]


@given(st.integers(0, 10**9))
def test_thousands_are_read_as_they_are_written(value: int) -> None:
    [number] = parse_numbers(f"{value:,} tickets")
    assert (number.value, number.unit) == (value, "tickets")
