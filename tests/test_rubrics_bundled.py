"""The other bundled rubrics at work: a design document with seeded flaws, a course proposal that sums to a mark."""

from pathlib import Path

import pytest

from reviewer.domain import Review
from reviewer.domain.resources import resource
from reviewer.errors import RubricError
from reviewer.pipeline import bundled_rubrics, load_rubric, render, review

DESIGN = {
    "goals": "The goal is to reduce food waste from 9 % to 6 % of deliveries within two quarters.",
    "business": "The product figure that should move is the margin of the bakery.",
    "sources": "Sales data come from the cash registers, stored in the warehouse of Kornhaus since 2021.",
    "labels": "Ground truth is the number of loaves sold before closing, labelled by the register.",
    "metric": "We use WAPE because it is robust to small shops, where MAPE explodes.",
    "split": "Validation uses 8 folds with a rolling origin, so that training always lies before the test weeks.",
    "leak": "Weather forecasts, not measurements, are used as inputs, since measurements would be leakage.",
    "baseline": "The seasonal naive baseline has a WAPE of 0.31.",
    "features": "Features include lags of sales, holidays and the weather forecast.",
    "training": "The model is retrained weekly by Airflow and kept in a model registry.",
    "serving": "A batch job writes predictions every night, and the order screen reads them.",
    "latency": "The nightly run has a latency of 40 minutes at most.",
    "experiment": "In the A/B test half of 40 stores order with the model for six weeks, and the metric is waste.",
    "monitoring": "A dashboard tracks drift of the features and the weekly error, with an alert at a threshold of 0.4.",
    "owner": "The planning team owns the service and is on call for it.",
    "fallback": "If the job fails, ordering falls back to the seasonal naive forecast.",
    "risks": "There is a risk of empty shelves; we mitigate it by a quantile above the median.",
}


def design(*left_out: str) -> str:
    title = "# Bread for tomorrow\n\nWe forecast the demand of each store for the next day from its past.\n\n"
    return title + "\n\n".join(said for part, said in DESIGN.items() if part not in left_out)


def read(text: str, rubric: str) -> Review:
    return review(text, rubric=rubric, force=True)


def test_a_whole_design_has_no_flaw_between_its_sections() -> None:
    done = read(design(), "ml-system-design")
    assert done.scorecard is not None
    assert done.scorecard.rules == ()
    assert done.scorecard.axes["soundness"].point > 70


@pytest.mark.parametrize(
    ("left_out", "rule"),
    [
        (("metric", "baseline", "monitoring", "experiment"), "goals_without_metric"),
        (("goals", "business", "sources", "features", "experiment"), "metric_without_business"),
        (("fallback", "baseline"), "risks_without_fallback"),
        (("sources",), "features_without_source"),
        (("monitoring", "leak"), "validated_not_watched"),
        (("serving", "training", "leak"), "latency_without_serving"),
        (("latency",), "serving_without_latency"),
        (("split",), "future_from_the_past"),
        (("owner",), "watched_by_nobody"),
        (("baseline", "fallback"), "experiment_without_baseline"),
        (("labels",), "retrained_unlabelled"),
    ],
)
def test_a_seeded_flaw_is_found(left_out: tuple[str, ...], rule: str) -> None:
    done = read(design(*left_out), "ml-system-design")
    assert f"rule.{rule}" in {finding.id for finding in done.findings}, [f.id for f in done.findings]


def test_every_rule_has_a_seeded_flaw() -> None:
    seeded = {rule for _, rule in test_a_seeded_flaw_is_found.pytestmark[0].args[1]}
    assert seeded == {rule.id for rule in load_rubric("ml-system-design").rules}


COURSE = """\
# Leaf diseases

## Domain background
Plant diseases cost growers a fifth of the harvest (Savary, 2019). I have been interested in them
since my work on a farm.

## Problem statement
From a photo of a leaf, predict which of 12 diseases it shows: a multi-class classification problem.

## Data
The dataset is from Kaggle: 7,400 images in 12 classes, the rarest with 2 % of them.

## Solution
I will fine-tune a ResNet50, using transfer learning because there are few images.

## Benchmark
The benchmark is logistic regression on colour histograms with an accuracy of 0.61.

## Metrics
I use macro F1 because the classes are imbalanced.

## Project design
First I clean the data, then split them into train and test set, then train and tune the model, and finally evaluate it.
"""


def test_a_whole_course_proposal_gets_the_whole_mark() -> None:
    done = read(COURSE, "course-proposal")
    assert done.scorecard is not None
    assert done.scorecard.axes["mark"].point == 100
    assert done.findings == ()


@pytest.mark.parametrize("part", ["Benchmark", "Metrics", "Data", "Solution", "Project design"])
def test_each_part_is_worth_points(part: str) -> None:
    head, _, rest = COURSE.partition(f"## {part}\n")
    _, _, tail = rest.partition("\n\n")
    done = read(head + tail, "course-proposal")
    assert done.scorecard is not None
    assert done.scorecard.axes["mark"].point < 95


def test_a_folder_of_its_name_that_is_no_rubric_hides_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bundled = load_rubric("fsdl")
    Path("fsdl").mkdir()
    assert load_rubric("fsdl") == bundled
    Path("fsdl/rubric.yaml").write_text("id: mine\n")
    with pytest.raises(RubricError):
        load_rubric("fsdl")  # one that is a rubric is what was meant


@pytest.mark.parametrize("name", bundled_rubrics())
def test_speaks_korean(name: str) -> None:
    rubric = load_rubric(name)
    text = (resource("examples") / "pension-letters.ko.md").read_text("utf-8")
    shown = render(review(text, rubric=rubric, force=True), rubric, "markdown")
    hangul = sum("가" <= c <= "힣" for c in shown)
    assert hangul > 0.3 * len(shown.replace(" ", ""))
