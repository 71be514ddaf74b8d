"""Quotes against the marks, forms and figures of a document; each row names the fault that it is about."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.domain import Block, Claim, Criterion, Document, Fact, Region, Section
from reviewer.ground import ground
from reviewer.ground.index import Index, folded
from reviewer.parse import parse
from reviewer.rubric import load_rubric

FSDL = load_rubric("fsdl")
PLAN = """\
# Plan

This is the plan of a service that routes the tickets of customers to people. It reads each ticket and names the
queue that should answer it, so that nobody has to sort tickets in the morning.

"""


def fact(*claims: Claim, text: str = "", document: Document | None = None) -> Fact:
    read = document or parse((PLAN + text + "\n").encode(), "plan.md")
    return next(f for f in ground(claims, read, FSDL) if f.criterion == claims[0].criterion)


def judged(*quotes: str, text: str = "", document: Document | None = None) -> Fact:
    """A fact whose evidence is whatever of the quotes is found: no predicate stands between."""
    return fact(Claim(criterion="error_cost", value="low", quotes=quotes), text=text, document=document)


def plain(text: str, *, sections: tuple[Section, ...] = (), regions: tuple[Region, ...] = ()) -> Document:
    """A document of paragraphs, without a reader's help."""
    blocks, at = [], 0
    for paragraph in text.split("\n\n"):
        blocks.append(Block(start=at, end=at + len(paragraph), kind="paragraph"))
        at += len(paragraph) + 2
    return Document(
        name="plain",
        format="text",
        sha256="0",
        text=text,
        language="en",
        blocks=tuple(blocks),
        sections=sections,
        regions=regions,
    )


LIST = "We build a pipeline:\n         - train it\n         - batch + api serving"
FOUND = [
    ("GR14", LIST, LIST),
    ("GR14", "We use **bold**, *soft* and ***both*** words.", "We use bold, soft and both words."),
    ("GR14", "We use __bold__ and _soft_ words in a_snake_case.", "We use bold and soft words in a_snake_case."),
    ("GR14", "We keep `the log` and ``all`` of it for years.", "We keep the log and all of it for years."),
    ("GR14", "See [the log](https://example.org/1) for all.", "See the log for all."),
    ("GR14", "See [the log](https://example.org/1) for all.", "See [the log](https://example.org/1)\nfor all."),
    ("GR14", "See [the log](https://example.org/1) for all.", "See [the log] for all."),
    ("GR14", "See [the log][1] for all.\n\n[1]: https://example.org/1", "See the log for all."),
    ("GR14", "The data is at https://example.org/data/2021 now.", "https://example.org/data/2021"),
    ("GR14", "| Metric | Goal |\n|---|---|\n| Precision | 90 % |", "Precision 90 %\n"),
    ("GR14", "| Metric | Goal |\n|---|---|\n| Recall | 90 % |", "| Metric | Goal | |---|---| | Recall | 90 % |"),
    ("GR14", "| Metric | Goal |\n|:--|--:|\n| Recall | 90 % |", "Metric Goal Recall 90 %"),
    ("GR14", "- [ ] label the tickets\n- [x] train a model", "label the tickets train a model"),
    ("GR14", "- label the tickets\n- train a model", "- label the tickets - train a model"),
    ("GR14", "* label the tickets\n  and the chats", "label the tickets and the chats"),
    ("GR14", "1. label the tickets\n2. train a model", "1. label the tickets 2. train a model"),
    ("GR14", "> We label every ticket\n> by hand today.", "We label every ticket by hand today."),
    ("GR14", "> > We label every ticket\n> > by hand.", "We label every ticket by hand."),
    ("GR14", "## The labels of tickets\n\nAgents set them.", "The labels of tickets Agents set them."),
    ("GR14", "We keep <b>all</b> of the<br>tickets in a store.", "We keep all of the tickets in a store."),
    ("GR14", 'We keep <span class="x">all</span> of it in a store.', "We keep all of it in a store."),
    ("GR14", "Tickets &amp; chats stay for 2&nbsp;years.", "Tickets & chats stay for 2 years."),
    ("GR14", "We cut \\*stars\\* and \\_lines\\_ from it.", "We cut *stars* and _lines_ from it."),
    ("GR06", "The re-\nproducible set is in the store.", "The reproducible set"),
    ("GR06", "The set is state-of-\nthe-art for us now.", "The set is state-of-the-art for us"),
    ("GR06", "We keep soft\u00adware and zero\u200bwidth tokens.", "We keep software and zerowidth tokens."),
    ("GR06", "The eﬃcient ﬁlter of the team runs at night.", "The efficient filter of the team"),
    ("GR06", "“Every” answer – the team’s – is read.", '"Every" answer - the team\'s - is read.'),
    ("GR06", "We keep\u00a0all of\u2003the tickets\u3000in a store.", "We keep all of the tickets in a store."),
    ("GR06", "The cafe\u0301 keeps all of its receipts.", "The café keeps all of its receipts."),
    ("EX11", "기준선은 로지스틱 회귀이며 AUC 0.71입니다.", "기준선은 로지스틱 회귀이며 AUC 0.71"),
    ("EX11", unicodedata.normalize("NFD", "라벨은 상담원이 답니다."), "라벨은 상담원이 답니다."),
    ("GR02", "In 2019, 300 rows were lost in the store.", "300 rows were lost in the store"),
    ("GR02", "We hold 12 000 rows of data in the store.", "We hold 12 000 rows"),
]
NOT_FOUND = [
    ("GR01", "We never ran a leakage check on the set.", "We ran a leakage check on the set"),
    ("GR02", "AUC improved from 0.61 to 0.62 this year.", "AUC improved from 0.61 to 0.92"),
    ("GR02", "The accuracy is 95 % on all tickets.", "The accuracy is 95"),
    ("GR02", "The budget is 1.5 million dollars a year.", "The budget is 1.5"),
    ("GR02", "We have 10k tickets in the store.", "We have 10 tickets"),
    ("GR02", "The price is 10-15% of the whole budget.", "15% of the whole budget"),
    ("GR02", "The price moves by -5% of the budget.", "5% of the budget"),
    ("GR02", "We hold 12 000 rows of data in the store.", "000 rows of data in the store"),
    ("GR02", "데이터는 모두 3만 건입니다.", "데이터는 모두 3"),
    ("GR02", "See Part 6\n\nof the plan that a clerk can follow.", "6\n\nof the plan that a clerk can follow."),
    ("GR02", "The team meets on 12 March in the hall.", "The team meets on 12"),
    ("GR02", "The model is called Falcon 40 by its makers, not more.", "40 by its makers, not more"),
    ("GR06", "We count 10⁶ rows in the store of tickets.", "We count 106 rows in the store"),
    ("GR06", "We need ½ of the rows in the store.", "We need 1/2 of the rows"),
    ("GR14", "It fails for 10<sup>6</sup> of all rows here.", "It fails for 106 of all rows here"),
    ("GR14", "If the load a <b and c> d stays low, we stop.", "If the load a d stays low, we stop."),
    ("GR14", "The size is 5*3 pixels for all images.", "The size is 53 pixels for all images"),
    ("GR14", "We use the snake_case_name of the table.", "We use the snakecasename of the table"),
    ("GR14", "See [the log](https://example.org/1) for all.", "See [the log](https://example.org/2) for all."),
    ("GR14", "1. label the tickets\n2. train a model", "1. label the tickets 3. train a model"),
    ("GR14", "We reach an accuracy of\n95. This is enough.", "We reach an accuracy of This is enough."),
    ("GR11", "We have <!-- no --> labels for the queue.", "We have labels for the queue."),
    ("GR03", "We keep all of the data in a store.", "the data"),
    ("GR04", "The end of it all is here. " * 40, "The end of it all is here. " * 40),
    ("EX11", "비정형 데이터를 매일 씁니다.", "정형 데이터를 매일 씁니다"),
]


@pytest.mark.parametrize(("fault", "text", "quote"), FOUND, ids=[f"{f}-{q[:30]}" for f, _, q in FOUND])
def test_found(fault: str, text: str, quote: str) -> None:
    result = judged(quote, text=text)
    assert result.evidence, (fault, result.rejected)


@pytest.mark.parametrize(("fault", "text", "quote"), NOT_FOUND, ids=[f"{f}-{q[:30]}" for f, _, q in NOT_FOUND])
def test_not_found(fault: str, text: str, quote: str) -> None:
    result = judged(quote, text=text)
    assert not result.evidence, fault
    [rejection] = result.rejected
    assert rejection.why
    assert len(rejection.quote) <= 600


def test_a_hidden_place_does_not_spoil_a_visible_one() -> None:  # GR10, GR11
    sentence = "Agents label every ticket by hand."
    [evidence] = judged(sentence, text=f"<!-- {sentence} -->\n\nToday: {sentence}").evidence
    assert evidence.line == 8


def test_offsets_and_lines_are_those_of_the_text() -> None:  # GR07, GR08
    text = "👨\u200d👩\u200d👧 first\x0bline\x0cof\x85the\u2028text\n\n🙂 Agents label every\nticket by hand."
    [evidence] = judged("Agents label every ticket by hand.", document=plain(text)).evidence
    assert text[evidence.start : evidence.end] == evidence.quote == "Agents label every\nticket by hand."
    assert (evidence.line, evidence.match) == (3, "normalised")


def test_a_quote_does_not_run_over_half_the_document() -> None:  # GR04
    text = "\n\n".join(f"The part with number {i} of it." for i in range(8))
    assert judged(text[:60], document=plain(text)).evidence
    assert not judged(text[:200], document=plain(text)).evidence


@pytest.mark.parametrize("kind", ["hidden", "template", "addressed"])
def test_no_region_is_evidence(kind: str) -> None:  # GR11, GR12, EX05
    text = "Agents label every ticket by hand. The rest of it is seen."
    region = Region.model_validate({"start": 7, "end": 12, "kind": kind, "why": "a test"})
    result = judged("Agents label every ticket", "The rest of it is seen.", document=plain(text, regions=(region,)))
    assert [e.quote for e in result.evidence] == ["The rest of it is seen."]
    assert len(result.rejected) == 1


def test_of_two_claims_that_hold_the_weaker_one_counts() -> None:  # EX08
    text = "The labels come with the tickets. Agents label the second queue by hand."
    strong = Claim(criterion="labels", value="available", quotes=("The labels come with the tickets.",))
    weak = Claim(criterion="labels", value="manual", quotes=("Agents label the second queue by hand.",))
    invented = Claim(criterion="labels", value="manual", quotes=("Nobody wrote this sentence here.",))
    assert fact(strong, weak, text=text).value == fact(weak, strong, text=text).value == "manual"
    assert fact(invented, strong, text=text).value == "available"
    assert fact(Claim(criterion="labels", value="not_stated"), strong, text=text).value == "available"


@pytest.mark.parametrize("value", ["Manual", "MANUAL ", "by hand", "manual;available", ("manual", "available"), ""])
def test_a_value_that_the_rubric_does_not_have_is_none(value: str | tuple[str, ...]) -> None:  # EX12
    quote = "Agents label every ticket by hand."
    result = fact(Claim(criterion="labels", value=value, quotes=(quote,)), text=quote)
    assert (result.value, result.status) == ("not_stated", "unverified")


def test_several_values_keep_the_rubrics_order() -> None:
    claim = Claim(criterion="generalization_need", value=("small_data", "unclear", "out_of_distribution"))
    assert fact(claim).value == ("out_of_distribution", "small_data")


def test_a_quote_that_cannot_be_stored_is_refused_as_one_that_can() -> None:  # LA23
    [rejection] = judged("\ud83d was never written here").rejected
    assert rejection.model_dump_json()


# --- the index

WORDS = st.text(
    alphabet="abcXYZ019 .,-*_`~|>#[]()<>&\\\n\t\u00a0’“…ﬁ½⁶é\u0301가\u1112\u1161\u11ab🙂\u200b", max_size=80
)


@given(WORDS, st.data())
@settings(max_examples=400, deadline=None)
@pytest.mark.slow
def test_every_stretch_comes_from_where_the_index_says(text: str, data: st.DataObject) -> None:
    index = Index(text)
    assert "  " not in index.text
    if not index.text:
        return
    start = data.draw(st.integers(0, len(index.text) - 1))
    end = data.draw(st.integers(start + 1, len(index.text)))
    low, high = index.span(start, end)
    assert 0 <= low < high <= len(text)
    assert index.span(0, end)[0] <= low
    assert index.span(start, len(index.text))[1] >= high


@given(WORDS)
@settings(max_examples=300, deadline=None)
def test_no_digit_is_lost_but_in_a_link(text: str) -> None:
    digits = [c for c in text if c in "019"]
    skipped = folded(text)[1]
    kept = [c for c in folded(text)[0] if c in "019"]
    assert kept == digits or skipped


@given(st.lists(st.sampled_from(["alpha", "beta", "gamma", "12", "3.5", "of"]), min_size=5, max_size=12), st.data())
@settings(max_examples=150, deadline=None)
def test_words_are_found_whatever_marks_them_up(words: list[str], data: st.DataObject) -> None:
    marks = st.sampled_from(["{}", "**{}**", "_{}_", "`{}`", "[{}](https://example.org/x)", "<em>{}</em>"])
    gaps = st.sampled_from([" ", "\n", "  \n", "\n> "])
    marked = "".join(data.draw(marks).format(word) + data.draw(gaps) for word in words)
    assert judged(" ".join(words), document=plain("start " + marked + "end")).evidence or len(" ".join(words)) < 12


@given(st.lists(st.sampled_from([0, 1, 2]), min_size=1, max_size=3), st.sampled_from(FSDL.criteria))
@settings(max_examples=100, deadline=None)
def test_true_sentences_on_another_matter_prove_nothing(picked: list[int], criterion: Criterion) -> None:
    sentences = [
        "The river is green in summer.",
        "A cat sleeps on the warm wall.",
        "Bread smells fine on the way home.",
    ]
    if criterion.kind == "assessed":
        return
    quotes = tuple(sentences[i] for i in picked)
    result = fact(
        Claim(criterion=criterion.id, value=criterion.values[0].id, quotes=quotes), document=plain(" ".join(sentences))
    )
    assert (result.value, result.status) == (criterion.unknown, "unverified")
    assert len(result.rejected) == len(set(quotes))
