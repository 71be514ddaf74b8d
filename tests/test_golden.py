"""The critique of every bundled example, as a reader gets it. `pytest --update` writes them anew."""

from pathlib import Path

import pytest

from reviewer.domain.resources import resource
from reviewer.pipeline import load_rubric, render, rescore, review

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = sorted(resource("examples").glob("*.md"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_golden(example: Path, update: bool) -> None:
    rubric = load_rubric("fsdl")
    done = review(example, rubric=rubric, name=example.name)
    actual = render(done, rubric, "markdown")
    expected = GOLDEN / example.name
    if update:
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(actual, "utf-8")
    assert actual == expected.read_text("utf-8")
    again = rescore(done, rubric)
    assert again.scorecard == done.scorecard
    assert render(again, rubric, "json") == render(done, rubric, "json")


def test_enough_examples() -> None:
    verdicts = {}
    for example in EXAMPLES:
        done = review(example)
        assert done.status == "reviewed"
        assert done.scorecard is not None
        verdicts[example.stem] = (done.scorecard.archetype, done.scorecard.verdict, done.language)
    assert len(EXAMPLES) >= 6
    assert {a for a, _, _ in verdicts.values()} >= {"software_2_0", "human_in_the_loop", "autonomous"}, verdicts
    assert {v for _, v, _ in verdicts.values()} == {"go", "revise", "stop"}, verdicts
    assert "ko" in {language for _, _, language in verdicts.values()}
