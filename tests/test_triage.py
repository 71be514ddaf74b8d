"""What is no proposal gets a word and no score; what is one, however thin, is reviewed."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reviewer.domain.resources import resource
from reviewer.pipeline import review

CASES = YAML(typ="safe", pure=True).load((Path(__file__).parent / "data/not_proposals.yaml").read_text("utf-8"))

SMALL = """\
id: small
version: "1"
sections: [{id: basics, criteria: [{id: goal, values: {clear: {points: 1, needs: number}, not_stated: {points: 0}}}]}]
axes: {mark: {basics: 1}}
texts: {en: {title: Small, axes: {mark: Mark}, sections: {basics: Basics}, criteria: {goal: {name: Goal,
  question: Which?, meanings: {clear: said, not_stated: not said}, missing: No goal.}}}}
"""

THIN = """\
# Idea: sort incoming mail

We want to train a model that sorts incoming mail by department, because people do it by hand today. The goal is to save
time. We will use the mails of last year as data. The project should be done in two months.
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["looks_like"])
def test_not_a_proposal(case: dict[str, str]) -> None:
    done = review(case["text"])
    assert done.status == "skipped"
    assert case["looks_like"] in done.reason
    assert "--force" in done.reason
    assert done.scorecard is None
    assert done.facts == ()


def test_force_goes_on() -> None:
    done = review(CASES[0]["text"], force=True)
    assert done.status == "reviewed"
    assert done.scorecard is not None


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if at > 1 else [])
        for at, path in enumerate(sorted(resource("examples").glob("*.md")))
    ],
)
def test_examples_are_proposals(path: Path, tmp_path: Path) -> None:
    assert review(path).status == "reviewed"
    small = tmp_path / "small.yaml"
    small.write_text(SMALL, "utf-8")
    assert review(path, rubric=small).status == "reviewed"


def test_a_thin_honest_proposal_is_one() -> None:
    assert review(THIN).status == "reviewed"
