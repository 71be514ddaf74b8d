"""Where a sentence ends."""

import pytest

from reviewer.domain import Block, Document


def sentences(text: str) -> list[str]:
    block = Block(start=0, end=len(text), kind="paragraph")
    document = Document(name="a", format="text", sha256="", text=text, language="en", blocks=(block,))
    return [text[s.start : s.end] for s in document.sentences]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("One ends. Two does, too.", ["One ends.", "Two does, too."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("He said (so.) Then left.", ["He said (so.)", "Then left."]),
        ("He said “so.” Then left.", ["He said “so.”", "Then left."]),
        ("Well... Then what?", ["Well...", "Then what?"]),
        ("Plan B... Then what?", ["Plan B...", "Then what?"]),  # the second mark ends it: "B." is an initial
        ("Ask J. Smith.", ["Ask J. Smith."]),
        ("About 3. 4 is more.", ["About 3. 4 is more."]),
        ("Models, e.g. trees, win.", ["Models, e.g. trees, win."]),
        ("Version v.1.2 is out", ["Version v.1.2 is out"]),
        ("끝났다。다음이다。", ["끝났다。", "다음이다。"]),
        ("One\n\nTwo", ["One", "Two"]),
        ("One\nline", ["One\nline"]),
        ("No " + "." * 50_000 + "end", ["No " + "." * 50_000 + "end"]),  # in linear time
        ("No " + ".)" * 50_000 + "end", ["No " + ".)" * 50_000 + "end"]),
        ("No" + "." * 50_000 + ")" * 50_000 + "end", ["No" + "." * 50_000 + ")" * 50_000 + "end"]),
    ],
    ids=lambda value: str(value)[:20],
)
def test_where_a_sentence_ends(text: str, said: list[str]) -> None:
    assert sentences(text) == said
