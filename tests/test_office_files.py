"""What LibreOffice wrote reads as its Markdown source does: the same facts, the same figures."""

import re
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


@pytest.mark.parametrize("name", ["churn.md", "shelf-robot.md", "pension-letters.ko.md"])
def test_markdown_that_a_program_wrote(name: str) -> None:
    """Exports of office programs put a backslash before every mark: "recall of 0\\.95 \\[1\\]"."""
    source = (resource("examples") / name).read_text("utf-8")
    lines = [line if line[:1] in "#|" else _marked(line) for line in source.split("\n")]
    plain, escaped = (review(text, name=name, rubric=FSDL) for text in (source, "\n".join(lines)))
    assert [(f.criterion, f.value) for f in escaped.facts] == [(f.criterion, f.value) for f in plain.facts]
    figures = [{number for fact in one.facts for number in fact.numbers} for one in (escaped, plain)]
    assert figures[0] <= figures[1]


def _marked(line: str) -> str:
    found = re.match(r"(\s*(?:[-*+]\s)?)(.*)", line)
    assert found
    return found[1] + re.sub(r"([-\[\]()~<>=+_!#.*])", r"\\\1", found[2])
