"""What LibreOffice wrote reads as its Markdown source does: the same facts, the same figures."""

from pathlib import Path

import pytest

from reviewer.domain.resources import resource
from reviewer.pipeline import load_rubric, review

FILES = Path(__file__).parent / "data" / "office"
FSDL = load_rubric("fsdl")
# In the PDF's text layer the cells of a table stand below each other: a date is no longer in its milestone's row.
KNOWN = {"pension-letters.ko.pdf": {"timeline": ("milestones", "duration")}}


@pytest.mark.parametrize("file", sorted(path.name for path in FILES.iterdir() if path.suffix != ".md"))
def test_a_file_of_a_real_program(file: str) -> None:
    source = review(resource("examples") / f"{file.rpartition('.')[0]}.md", rubric=FSDL)
    made = review(FILES / file, rubric=FSDL)
    values = {fact.criterion: fact.value for fact in made.facts}
    expected = {fact.criterion: fact.value for fact in source.facts}
    assert {c: (expected[c], values[c]) for c in values if expected[c] != values[c]} == KNOWN.get(file, {})
    assert made.scorecard is not None
    assert source.scorecard is not None
    assert made.document.language == source.document.language
    if file not in KNOWN:
        assert made.scorecard == source.scorecard
    for fact in made.facts:
        assert all(evidence.place for evidence in fact.evidence)
