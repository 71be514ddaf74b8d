"""The record as one line of JSON, the same bytes for the same review; several make JSON Lines."""

import json
import re

from reviewer.domain import Review
from reviewer.domain.base import Frozen

# Line ends that JSON allows in a string but that split a line for many readers, what steers a terminal,
# and lone surrogates, which no encoder takes.
_ESCAPED = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def escape(text: str) -> str:
    """JSON with what cannot be seen written as escapes; a reader gets the same strings back."""
    return _ESCAPED.sub(lambda match: json.dumps(match[0])[1:-1], text)


def record(review: Review) -> str:
    """The whole review."""
    return written(review)


def written(noun: Frozen) -> str:
    """Any noun as a line of JSON."""
    plain = noun.model_dump(mode="json")
    return escape(json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))) + "\n"
