"""The offline engine: every criterion reads what it should and keeps silent where nothing is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reviewer.domain import Claim, CriterionCues, Cue, CueBook, Document, Region, Rubric
from reviewer.extract import extract_offline
from reviewer.ground import ground
from reviewer.parse import parse
from reviewer.rubric import load_rubric
from reviewer.rubric.book import Book, flat

CASES: dict[str, dict[str, dict[str, list[str]]]] = YAML(typ="safe").load(
    (Path(__file__).parent / "data/offline_cases.yaml").read_text("utf-8")
)
# Parsing refuses what is too short to be a proposal, so each case stands before text that says nothing.
PADDING = {
    "en": "The lake lies east of the hill. Three old trees stand near the gate, and a red boat is tied to the pier.",
    "ko": "호수는 언덕 동쪽에 있다. 오래된 나무 세 그루가 문 옆에 서 있고 빨간 배가 부두에 묶여 있다. "
    "바람이 분다. 구름은 느리게 남쪽으로 흘러간다. 저녁에는 노을이 붉다.",
}


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric("fsdl")


def document(text: str, language: str = "en") -> Document:
    return parse(f"{text}\n\n# Other\n\n{PADDING[language]}\n".encode(), "case.md")


def value(rubric: Rubric, criterion: str, text: str, language: str = "en") -> Any:
    read = document(text, language)
    return {f.criterion: f.value for f in ground(extract_offline(read, rubric), read, rubric)}[criterion]


def rows() -> Iterator[Any]:
    for criterion, values in CASES.items():
        for wanted, languages in values.items():
            for language, texts in languages.items():
                for text in texts:
                    yield pytest.param(criterion, wanted, language, text, id=f"{criterion}-{wanted}-{text[:40]}")


@pytest.mark.parametrize(("criterion", "wanted", "language", "text"), list(rows()))
def test_case(criterion: str, wanted: str, language: str, text: str, rubric: Rubric) -> None:
    got = value(rubric, criterion, text, language)
    assert wanted in got if isinstance(got, tuple) else wanted == got


def test_every_criterion_has_a_case_that_speaks_and_one_that_does_not(rubric: Rubric) -> None:
    for criterion in rubric.criteria:
        silent = rubric.cues.criteria[criterion.id].default or criterion.unknown
        values = set(CASES.get(criterion.id, {}))
        assert silent in values, f"{criterion.id}: no case for {silent}"
        assert values - {silent}, f"{criterion.id}: no case that says something"
        assert values <= set(criterion.by_id), f"{criterion.id}: a case with an unknown value"


@pytest.mark.parametrize(
    ("criterion", "said", "denied"),
    [
        ("labels", "The labels are provided with the data set.", "The labels are not provided with the data set."),
        ("labels", "Labels come with the data.", "Labels do not come with the data."),
        ("labels", "The model needs no labels.", "We have no labels."),
        ("data_security", "Buyer ids are hashed before storage.", "Buyer ids are not hashed before storage."),
        ("baseline_model", "A logistic regression is our baseline.", "We have no baseline."),
        ("baseline_model", "The benchmark model is a decision tree.", "A benchmark model is not yet defined."),
        ("monitoring", "We monitor model drift in production.", "We will not monitor model drift in production."),
        ("fallback", "A fallback takes over.", "There is no fallback."),
        (
            "data_loop",
            "A feedback loop is planned, and user feedback is stored.",
            "There is no feedback loop.",
        ),
        ("deployment", "It is deployed as a REST API.", "It is never deployed as a REST API."),
        ("benchmark_dataset", "A held-out test set is used.", "No held-out test set is used."),
        ("stakeholders", "The stakeholders approved it.", "Stakeholders are unknown."),
        ("budget", "The budget is $5,000 in total.", "The budget is TBD."),
        ("budget", "The budget of $5,000 was approved.", "The budget of $5,000 was rejected."),
        ("fallback", "Operators no longer worry: a fallback takes over.", "We no longer have a fallback."),
        ("product_need", "There is no way to find duplicates by hand.", "There is no budget of $5,000."),
    ],
)
def test_what_is_denied_is_not_said(criterion: str, said: str, denied: str, rubric: Rubric) -> None:
    assert value(rubric, criterion, said) != "not_stated"
    assert value(rubric, criterion, denied) == "not_stated"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The rules cannot scale, a rule-based filter misses most of it today.", "tried"),
        ("Not only a rule-based filter is in use today, but also a word list.", "tried"),
    ],
)
def test_a_negation_that_is_meant_denies_nothing(text: str, wanted: str, rubric: Rubric) -> None:
    assert value(rubric, "simpler_approach", text) == wanted


def test_what_stands_under_non_goals_is_not_claimed(rubric: Rubric) -> None:
    text = "It is deployed as a REST API in a Docker container."
    assert value(rubric, "deployment", f"# Rollout\n\n{text}") == "planned"
    assert value(rubric, "deployment", f"# Non-goals\n\n{text}") == "not_stated"


def test_a_line_that_leads_in_speaks_for_the_items_below(rubric: Rubric) -> None:
    read = document("We evaluate on the held-out test set with these metrics:\n\n- macro F1\n- recall\n")
    [claim] = [c for c in extract_offline(read, rubric) if c.criterion == "evaluation_metric"]
    assert claim.value == "specific"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("EUR **62,000**, recall **34** %", "EUR 62,000, recall 34 %"),
        ("_34_ % of the ***labels***", "34 % of the labels"),
        ("**정확도**는 __85__ %", "정확도는 85 %"),
        (
            r"5*3*2, 2**3 and 4**5, a * b * c, snake_case_x, \*so\*",
            "5*3*2, 2**3 and 4**5, a * b * c, snake_case_x, *so*",
        ),
        ("*Title of it* (2019)", "*Title of it* (2019)"),
        ("<b>34</b>\u00a0% of the <strong>labels</strong>\n<br>", "34 % of the labels <br>"),
    ],
)
def test_emphasis_is_not_read(written: str, shown: str) -> None:
    assert flat(written) == shown


@pytest.mark.parametrize("kind", ["hidden", "template", "addressed"])
def test_nothing_in_a_region_is_evidence(kind: Any, rubric: Rubric) -> None:
    read = document("A logistic regression is our baseline.")
    covered = read.model_copy(
        update={"regions": (Region(start=0, end=read.text.index("# Other"), kind=kind, why="test"),)}
    )
    said = {c.criterion for c in extract_offline(read, rubric)}
    assert "baseline_model" in said
    assert not [c for c in extract_offline(covered, rubric) if rubric.by_id[c.criterion].kind == "stated"]


def test_quotes_are_slices_and_the_answer_is_always_the_same(rubric: Rubric) -> None:
    text = "\n\n".join(t for values in CASES.values() for languages in values.values() for t in languages.get("en", ()))
    read = document(text)
    claims = extract_offline(read, rubric)
    assert claims == extract_offline(read, rubric) == extract_offline(read, rubric.model_copy(deep=True))
    assert [c.criterion for c in claims] == [c.id for c in rubric.criteria if c.id in {x.criterion for x in claims}]
    assert all(1 <= len(c.quotes) <= 3 for c in claims if rubric.by_id[c.criterion].kind == "stated")
    assert all(quote in read.text for c in claims for quote in c.quotes)


class Backwards(frozenset[str]):
    def __iter__(self) -> Iterator[str]:
        return iter(sorted(super().__iter__(), reverse=True))


class Forwards(frozenset[str]):
    def __iter__(self) -> Iterator[str]:
        return iter(sorted(super().__iter__()))


def test_a_weight_does_not_depend_on_the_order_of_a_set() -> None:
    cues = [{"pattern": name, "weight": weight} for name, weight in (("ox", 0.1), ("hen", 0.2), ("dog", 0.3))]
    book = CueBook(criteria={"farm": CriterionCues(values={"said": {"en": cues}})})
    held = ("ox", "hen", "dog")
    one, other = (Book(book, "en").weigh("ox, hen, dog", held_in(held)) for held_in in (Forwards, Backwards))
    assert one == other


def only(rubric: Rubric, criterion: str, cues: CriterionCues, **classes: Any) -> Rubric:
    return rubric.model_copy(update={"cues": CueBook(classes=classes, criteria={criterion: cues})})


def claims(rubric: Rubric, text: str) -> tuple[Claim, ...]:
    return extract_offline(document(text), rubric)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("fox & hen", "The fox saw the hen.", True),
        ("fox & hen", "The fox saw nobody.", False),
        ("fox & !hen", "The fox saw the hen.", False),
        ("fox & !hen", "The fox saw nobody.", True),
        ("@animal & saw", "The HEN saw it.", True),
        ("@animal & saw", "The man saw it.", False),
    ],
)
def test_the_parts_of_a_cue(pattern: str, text: str, found: bool, rubric: Rubric) -> None:
    cues = CriterionCues(values={"low": {"en": (Cue(pattern=pattern),)}}, threshold=0.9)
    mine = only(rubric, "error_cost", cues, animal={"en": ("fox", "hen")})
    assert [c.value for c in claims(mine, text)] == (["low"] if found else [])


def test_weights_add_up_to_the_threshold(rubric: Rubric) -> None:
    cues = CriterionCues(
        values={"high": {"en": (Cue(pattern="fox", weight=0.5), Cue(pattern="hen", weight=0.5))}}, threshold=1.0
    )
    mine = only(rubric, "error_cost", cues)
    assert not claims(mine, "The fox is red.")
    assert [c.value for c in claims(mine, "The fox and the hen are red.")] == ["high"]


def test_facts_weigh_in_a_judgement(rubric: Rubric) -> None:
    cues = CriterionCues(
        given={"high": {"monitoring=stated": 1.0}, "low": {"monitoring=not_stated": 1.0}}, threshold=1.0
    )
    both = rubric.model_copy(
        update={
            "cues": CueBook(
                classes=rubric.cues.classes,
                criteria={"monitoring": rubric.cues.criteria["monitoring"], "error_cost": cues},
            )
        }
    )
    said = {c.criterion: c.value for c in claims(both, "We monitor model drift in production weekly.")}
    assert said["error_cost"] == "high"
    assert [c.value for c in claims(both, "The fox is red.")] == ["low"]


def test_a_rubric_without_cues_says_nothing(rubric: Rubric) -> None:
    assert claims(rubric.model_copy(update={"cues": CueBook()}), "A logistic regression is our baseline.") == ()


@pytest.mark.parametrize(
    ("criterion", "said", "unreal"),
    [
        (
            "labels",
            "The labels are provided with the data set.",
            "If we had labels, a classifier could learn from them.",
        ),
        ("labels", "The labels are provided with the data set.", "~~The labels are provided with the data set.~~"),
        ("labels", "Labels are available for 90 of the tickets.", "Labels are available for 0 of the tickets."),
        (
            "labels",
            "It is true: labels are provided with the data.",
            "It is false that labels are provided with the data.",
        ),
    ],
)
def test_what_is_not_so_earns_nothing(criterion: str, said: str, unreal: str, rubric: Rubric) -> None:
    assert value(rubric, criterion, said) != "not_stated"
    assert value(rubric, criterion, unreal) == "not_stated"


def test_a_struck_out_figure_is_none(rubric: Rubric) -> None:
    read = document("We have ~~10,000~~ 500 labelled tickets.")
    facts = {f.criterion: f for f in ground(extract_offline(read, rubric), read, rubric)}
    assert [n.value for n in facts["data_volume"].numbers] == [500]
