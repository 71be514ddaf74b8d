"""Markdown: sections, blocks and what is hidden, as tables of small documents."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewer.domain import Document
from reviewer.errors import ReviewerError
from reviewer.parse import parse

FILL = (
    "The shop sells spare parts for bicycles and answers about nine hundred letters in each week, "
    "and most of them ask where a parcel is or why an invoice is wrong.\n"
)


def read(text: str, name: str = "a.md") -> Document:
    return parse(text.encode(), name)


def hidden(document: Document) -> list[tuple[str, str]]:
    return [(r.why, document.text[r.start : r.end]) for r in document.regions if r.kind == "hidden"]


@pytest.mark.parametrize(
    ("source", "sections"),
    [
        ("# One\n\na\n\n## Two ##\n\nb\n", [(1, "One"), (2, "Two")]),
        ("One\n===\n\na\n\nTwo\n---\n\nb\n", [(1, "One"), (2, "Two")]),
        ("a\n\n# One\n", [(0, ""), (1, "One")]),
        ("a\n", [(0, "")]),
        ("# One *and* `more` [here](x)\n", [(1, "One and more here")]),
        ("**One**\n\na\n\n**Two:**\n\nb\n", [(1, "One"), (1, "Two")]),
        ("## One\n\n**Two**\n\na\n\n__Three__\nb\n\n# Four\n", [(2, "One"), (3, "Two"), (3, "Three"), (1, "Four")]),
        ("a\n**One**\nb\n", [(0, ""), (1, "One")]),
        ("**All of this is said in bold.**\n", [(0, "")]),
        ("**One** is not alone\n", [(0, "")]),
        ("- **Item**\n- **Other**\n", [(0, "")]),
        ("```\n# no\n```\n", [(0, "")]),
        ("    # no\n", [(0, "")]),
        ("---\ntitle: x\n---\n# One\n", [(0, ""), (1, "One")]),
        ("> # Quoted\n", [(1, "Quoted")]),
        ("#\n\na\n", [(0, "")]),
        ("# 목표\n\n가\n\n## 데이터\n", [(1, "목표"), (2, "데이터")]),
    ],
)
def test_sections(source: str, sections: list[tuple[int, str]]) -> None:
    document = read(source + "\n" + FILL)
    assert [(section.level, section.heading) for section in document.sections] == sections


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("a\nb\n\nc\n", [("paragraph", "a\nb"), ("paragraph", "c")]),
        ("- a\n  b\n- c\n", [("list_item", "- a\n  b"), ("list_item", "- c")]),
        ("1. a\n   - b\n", [("list_item", "1. a"), ("list_item", "- b")]),
        ("- a\n\n  b\n", [("list_item", "- a"), ("list_item", "b")]),
        ("> a\n> b\n", [("quote", "> a\n> b")]),
        ("> - a\n", [("list_item", "> - a")]),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", [("table_row", "| a | b |"), ("table_row", "| 1 | 2 |")]),
        ("```py\nx = 1\n```\n", [("code", "```py\nx = 1\n```")]),
        ("---\ntitle: x\n---\n\na\n", [("front_matter", "---\ntitle: x\n---"), ("paragraph", "a")]),
        ("+++\ntitle = 'x'\n+++\na\n", [("front_matter", "+++\ntitle = 'x'\n+++"), ("paragraph", "a")]),
        ("---\n\nno yaml\n\n---\n", [("paragraph", "no yaml")]),
        ("<div>\na\n</div>\n", [("html", "<div>\na\n</div>")]),
        (
            "a[^1]\n\n[^1]: b\n[^2]: c d e\n",
            [("paragraph", "a[^1]"), ("paragraph", "[^1]: b"), ("paragraph", "[^2]: c d e")],
        ),
        ("[^1]: b\n", [("paragraph", "[^1]: b")]),
        ("[x]: http://a.invalid\n", []),
        ("a\r\nb\r\n\r\nc\r\n", [("paragraph", "a\r\nb"), ("paragraph", "c")]),
        ("a\rb\n", [("paragraph", "a\rb")]),
        ("a\u2028b\x0cc\n", [("paragraph", "a\u2028b\x0cc")]),
        ("# a\nb\n", [("heading", "# a"), ("paragraph", "b")]),
    ],
)
def test_blocks(source: str, blocks: list[tuple[str, str]]) -> None:
    document = read(source + "\n\n" + FILL)
    found = [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
    assert found[: len(blocks)] == blocks
    assert [kind for kind, _ in found[len(blocks) :]] == ["paragraph"]


@pytest.mark.parametrize(
    ("source", "why", "text"),
    [
        ("a <!-- b --> c", "HTML comment", "<!-- b -->"),
        ("<!-- b\n\nc -->\n", "HTML comment", "<!-- b\n\nc -->"),
        ("<div>\n<!-- b\n\nc --> d\n</div>", "HTML comment", "<!-- b\n\nc -->"),
        ("a <span style='display:none'>b</span> c", "display: none", "<span style='display:none'>b</span>"),
        ("<p hidden>b</p>\n", "hidden HTML", "<p hidden>b</p>"),
        (
            '<div style="display: none">\n\n# b\n\nc\n\n</div>\n',
            "display: none",
            '<div style="display: none">\n\n# b\n\nc\n\n</div>',
        ),
        ("<div hidden><div>a</div>b</div>", "hidden HTML", "<div hidden><div>a</div>b</div>"),
        ('a <span style="color:#FFFFFF">b</span>', "white text", '<span style="color:#FFFFFF">b</span>'),
        ('a <font color="white">b</font>', "white text", '<font color="white">b</font>'),
        ('a <span style="font-size:0.5pt">b</span>', "tiny text", '<span style="font-size:0.5pt">b</span>'),
        ('a <span style="opacity:0">b</span>', "opacity: 0", '<span style="opacity:0">b</span>'),
        (
            'a <i style="position:absolute;left:-9999px">b</i>',
            "text outside the page",
            '<i style="position:absolute;left:-9999px">b</i>',
        ),
        ("<script>\nb\n</script>\n", "HTML element <script>", "<script>\nb\n</script>"),
        ("a ![b](c.png) d", "description of an image", "![b](c.png)"),
        ('a ![b [c] d](e.png "f") g', "description of an image", '![b [c] d](e.png "f")'),
        ("a ![b][c] d\n\n[c]: e.png\n", "description of an image", "![b][c]"),
        ('a [b](c "d") e', "title of a link", '"d"'),
        ("a\n\n[//]: # (b c)\n", "words of a link definition", "[//]: # (b c)"),
        ('a <img alt="b c" src="d"> e', "text in an HTML tag", '<img alt="b c" src="d">'),
        ('a <b title="c">d</b>', "text in an HTML tag", '<b title="c">'),
        ('a <b data-x="c">d</b>', "text in an HTML tag", '<b data-x="c">'),
        ("a <?php b ?> c", "HTML declaration", "<?php b ?>"),
        ("a\u200b\u200c\u200db", "3 invisible characters", "\u200b\u200c\u200d"),
        ("a \U000e0068\U000e0069 b", 'tag characters that spell "hi"', "\U000e0068\U000e0069"),
        ("a \u202eb c\u202c d", "text shown in another order than it is read", "\u202eb c\u202c"),
    ],
)
def test_hidden(source: str, why: str, text: str) -> None:
    document = read(f"{FILL}\n{source}\n\n{FILL}")
    assert (why, text) in hidden(document)
    blank = "".join("\n" if c == "\n" else " " for c in text)
    [region] = [r for r in document.regions if r.why == why]
    assert document.visible()[region.start : region.end] == blank


@pytest.mark.parametrize(
    "source",
    [
        "a `<!-- b -->` c",
        "```\n<!-- b -->\n<p hidden>c</p>\n```",
        "    <!-- b -->",
        "a <!-- b is never closed in this paragraph",
        "a < b and c > d",
        "a \\<!-- b",
        '<span style="color: white; background: black">b</span>',
        '<p align="center">b</p>',
        "<details><summary>b</summary>\n\nc\n\n</details>",
        "a [b](c) d",
        "a [b][c] d",
        "a ![b] c",
        "\\![b](c)",
        "👩\u200d🔧 a 🏴\U000e0067\U000e0062\U000e007f b",
        "a\u200bb \ufeffc soft\u00adhyphen",
        "<iframe src='x'/>",
    ],
)
def test_not_hidden(source: str) -> None:
    assert hidden(read(f"{FILL}\n{source}\n\n{FILL}")) == []


@pytest.mark.parametrize(
    "source",
    ["<div hidden>", "<div style='display:none'/>", "<!--", "<script>", "<div hidden>\n<div>\n</div>\n"],
)
def test_what_is_never_closed_hides_the_rest(source: str) -> None:
    document = read(f"{FILL}\n{source}\n\nWe have labels.\n")
    assert "We have labels" not in document.visible()


def test_a_paragraph_closes_its_own_elements() -> None:
    document = read(f"{FILL}\na <span hidden> b\n\nWe have labels.\n")
    assert "We have labels" in document.visible()
    assert "b" not in document.visible()[len(FILL) : len(FILL) + 20]


def test_tags_that_cannot_be_read_hide_what_follows() -> None:
    # Else a hundred broken tags would bring the text of the next real one into view.
    broken = '<a "' * 201
    document = read(f"{FILL}\n{broken}<p hidden>b\n\nWe have labels.\n")
    assert "<p hidden>" not in document.visible()
    assert "We have labels" in document.visible()


def test_the_parse_report_counts() -> None:
    document = read(
        f"# One\n\n{FILL}\n| a | b |\n|---|---|\n| c | d |\n\n```\ne\n```\n\n![f](g) [h](i) <img src=j> <!-- k -->\n"
    )
    assert document.seen == {"words": 50, "headings": 1, "tables": 1, "code blocks": 1, "HTML comments": 1}
    assert document.not_read == ("2 images", "1 link, not followed")


_PIECES = st.sampled_from(
    [
        "# ",
        "## a\n",
        "\n",
        "\n\n",
        "- ",
        "> ",
        "| a | b |\n|--|--|\n",
        "```\n",
        "**b**",
        "<!-- ",
        "-->",
        "<p hidden>",
        "</p>",
        "![",
        "](",
        ")",
        "a b",
        "한글 ",
        "\r\n",
        "\r",
        "\u2028",
        "\x0c",
        "👩\u200d🔧",
        "\U000e0061",
        "\u200b",
        "[x]: y 'z'\n",
        "---\n",
        "===\n",
        "\t",
        "    ",
        "`",
        "\\",
        "1. ",
        "[^1]: ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=60).map("".join), st.sampled_from(["a.md", "a.txt", "a.rst"]))
@example("\\```\n", "a.md")
@example("<p hidden></p>", "a.txt")
def test_places_hold(source: str, name: str) -> None:
    try:
        document = parse((source + "\n\n" + FILL).encode(), name)
    except ReviewerError:
        return  # all hidden
    text = document.text
    assert text == source + "\n\n" + FILL
    for spans in (document.blocks, document.sections):
        at = 0
        for span in spans:
            assert at <= span.start <= span.end <= len(text)
            at = span.end
    for block in document.blocks:
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        assert document.line(block.start) == text.count("\n", 0, block.start) + 1
    assert document.sections[0].start == 0 or not text[: document.sections[0].start].strip()
    assert document.sections[-1].end == len(text)
    for kind in ("hidden", "template", "addressed"):
        at = 0
        for region in (r for r in document.regions if r.kind == kind):
            assert at <= region.start < region.end <= len(text)
            at = region.end
    visible = document.visible()
    assert len(visible) == len(text)
    assert visible.count("\n") == text.count("\n")
