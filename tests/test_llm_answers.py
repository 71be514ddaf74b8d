"""From what a model wrote to JSON: slips are mended, and nothing is invented."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.llm.answer import read_json


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": {"b": ["c"]}}', {"a": {"b": ["c"]}}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('<think>{"a": 0}</think> {"a": 1}', {"a": 1}),
        ('Gladly: {"a": 1} Enjoy!', {"a": 1}),
        ('{"a": 1}}', {"a": 1}),
        ('{"a": [1, 2,], "b": {"c": 3,},}', {"a": [1, 2], "b": {"c": 3}}),
        ('{"a": {"b": "c"}', {"a": {"b": "c"}}),
        ('{"a": {"b": [1', {"a": {"b": [1]}}),
        ('{"a": {"b": "c",} Enjoy!', {"a": {"b": "c"}}),
        ('Sure!\n```json\n{"a": {"b": "c",}\n```\nEnjoy!', {"a": {"b": "c"}}),
        ('{"a": ",]", "b": "}",}', {"a": ",]", "b": "}"}),
        ('{"a": "one\ntwo"}', {"a": "one\ntwo"}),
        ('{"a": "half', None),
        ('{"a": "half }', None),
        ('{"a": 1 "b": 2}', None),
        ('{"a": [1}', None),
        ('{"a": NaN,}', None),
        ("{'a': 1}", None),
        ("[1, 2]", None),
        ("no", None),
        ('{"a":' * 10_000, None),
        ('{"a": 1, "b": ' + "[" * 300 + "]" * 300 + "}", None),  # could be read, and never kept
        ('So: {"a": 1, "b": ' + "[" * 300 + "]" * 300 + "} Enjoy!", None),
    ],
)
def test_read(text: str, found: Any) -> None:
    assert read_json(text) == found


TEXTS = st.text(alphabet='ab",:{}[]\\ \n가', max_size=12)
OBJECTS = st.dictionaries(TEXTS, TEXTS | st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3) | TEXTS, max_size=3))


@given(OBJECTS, st.integers(0, 2))
def test_a_mended_slip_changes_nothing(said: dict[str, Any], commas: int) -> None:
    """Whatever the texts hold: brackets and commas in them are the document's."""
    text = json.dumps(said, ensure_ascii=False)
    if said and commas:
        text = text[:-1] + "," * (commas - 1) + "}" * (commas - 1)
    assert read_json(text) == said
