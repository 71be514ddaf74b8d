"""Markdown for a comment: parsed back, nothing from a proposal is active in it."""

import re

import pytest
import render_attacks as attacks
import render_builder as build
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reviewer.render import render
from reviewer.render.clean import folded
from reviewer.render.markdown import escape

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PASSIVE = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "softbreak",
    "blockquote_open", "blockquote_close", "bullet_list_open", "bullet_list_close", "ordered_list_open",
    "ordered_list_close", "list_item_open", "list_item_close", "em_open", "em_close", "strong_open",
    "strong_close", "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close",
    "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close", "text_special",
}  # fmt: skip
# What GitHub makes active in rendered text, whatever was escaped in the source.
GITHUB = {
    "mention": re.compile(r"(?<![\w`])@[a-z0-9]", re.IGNORECASE),
    "address": re.compile(r"[\w.+-]@[a-z0-9]", re.IGNORECASE),
    "issue": re.compile(r"#\d|\bGH-\d", re.IGNORECASE),
    "link": re.compile(r"\b(?:[a-z][a-z0-9+.-]*://|www\.|(?:mailto|xmpp|javascript):[\w(])", re.IGNORECASE),
    "commit": re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{7,40}\b", re.IGNORECASE),
    "emoji": re.compile(r":[\w+-]+:"),
}


def tokens(text: str) -> list[Token]:
    """All tokens, those inside of others too."""
    return [inner for token in PARSER.parse(text) for inner in (token, *(token.children or ()))]


def shown(text: str) -> str:
    """What a reader sees."""
    parts = [t.content if t.type in ("text", "text_special") else " " for t in tokens(text) if t.type != "inline"]
    return " ".join("".join(parts).split())


@pytest.mark.parametrize("voice", ["gate", "coach"])
@pytest.mark.parametrize("payload", attacks.EACH)
def test_nothing_becomes_active(payload: str, voice: str) -> None:
    review, rubric = (
        attacks.poisoned(build.review(), payload),
        attacks.poisoned_rubric(build.rubric(), payload),
    )
    text = render(review, rubric, "markdown", voice=voice)
    benign = tokens(render(build.review(), build.rubric(), "markdown", voice=voice))
    parsed = tokens(text)
    assert {token.type for token in parsed} <= PASSIVE
    for kind in ("heading_open", "blockquote_open", "list_item_open", "table_open", "strong_open", "em_open"):
        assert sum(t.type == kind for t in parsed) == sum(t.type == kind for t in benign), kind
    for name, pattern in GITHUB.items():
        assert not pattern.search(shown(text)), name
    for line in text.split("\n"):
        assert not re.match(r"(?:>\s*)*/\w", line)  # a command to another bot
    assert "<!--" not in text
    assert "$" not in text


@pytest.mark.parametrize("payload", attacks.EACH)
def test_a_quote_reads_as_it_was_written(payload: str) -> None:
    text = render(attacks.poisoned(build.review(), payload), build.rubric(), "markdown")
    assert " ".join(folded(payload).split()) in shown(text).replace("\u2060", "")


@given(st.text(st.sampled_from("ab1 \n\t\\`*_{}[]()<>#+-.!|~&$:/@=\"'^가"), max_size=40))
def test_escaped_text_is_text(text: str) -> None:
    for place in ("> {}", "- {}", "**x:** {}", "| {} |\n|---|", "### {}"):
        source = place.format(escape(text))
        assert {token.type for token in tokens(source)} <= PASSIVE, source
        assert folded(text) in shown(source).replace("\u2060", "") or not folded(text)


def test_numbers_and_names_are_not_broken() -> None:
    assert escape("We have 220000 mails, 5 labels (2 %) and user_id.") == (
        "We have 220000 mails, 5 labels (2 %) and user_id."
    )
