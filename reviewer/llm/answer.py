"""From what a model wrote to the object that was asked for."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

_THINK = re.compile(r"^.*?</think(?:ing)?>", re.DOTALL)
_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
# A string, which is left alone, or a comma before a closing bracket.
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*(?:[}\]]|$))', re.DOTALL)
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|([{}\[\]])', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
_DEEPEST = 16  # an answer nests three times; what nests on and on can be read, and neither kept nor sent on


def read_json(text: str) -> dict[str, Any] | None:
    """The JSON object in an answer: bare, in a fence, or after thoughts and pleasantries; None if there is none.

    Slips of the pen are mended: commas too many, brackets too few. Whether all is there is for `problems` to say, and
    whether a quote is, for the document; an answer that the server cut is never read.
    """
    text = _THINK.sub("", text, count=1)
    fenced = _FENCE.findall(text)
    for candidate in (text, *fenced):
        if (found := _loads(candidate)) is not None:
            return found
    start = text.find("{")
    if start < 0:
        return None
    with suppress(ValueError, RecursionError):
        found, _ = _DECODER.raw_decode(text, start)
        return _object(found)
    bare = fenced[0] if len(fenced) == 1 else text[start:]
    end = max(bare.rfind("}"), bare.rfind("]")) + 1  # after it comes a fence, or a pleasantry
    return _mended(bare) or _mended(bare[:end])


def problems(data: Any, schema: Mapping[str, Any]) -> list[str]:
    """Where an answer does not fit its schema, entry by entry: we check, whatever a server promised.

    Knows what our schemas use: objects of objects, of lists and of texts, and enum.
    """
    return list(_problems(data, schema, ""))


def usable(wrong: Sequence[str], schema: Mapping[str, Any]) -> bool:
    """Can the rest be used? A few entries that do not fit can be told; more would pass for silence."""
    return len(wrong) <= _entries(schema) // 10


def _entries(schema: Mapping[str, Any]) -> int:
    return sum(_entries(part) for part in schema["properties"].values()) if "properties" in schema else 1


def _problems(data: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    kind = schema["type"]
    if kind == "object":
        for name, part in schema["properties"].items():
            found = data.get(name) if isinstance(data, dict) else None
            yield from _problems(found, part, f"{at}.{name}" if at else name)
    elif data is None:
        yield f"{at} is missing"
    elif kind == "array":
        if not isinstance(data, list):
            yield f"{at} is no list"
        elif any(wrong := [p for item in data for p in _problems(item, schema["items"], at)]):
            yield wrong[0]
    elif not isinstance(data, str):
        yield f"{at} is no text"
    elif "enum" in schema and data not in schema["enum"]:
        yield f"{at} cannot be {data[:40]!r}"


def _mended(text: str) -> dict[str, Any] | None:
    """Without commas before a closing bracket, and with the brackets closed that were left open."""
    text = _COMMA.sub(lambda match: match[1] or "", text.strip())
    open_: list[str] = []
    for match in _BRACKET.finditer(text):
        if (mark := match[1]) in _CLOSING:
            open_.append(_CLOSING[mark])
        elif mark and (not open_ or open_.pop() != mark):
            return None
    return _loads(text + "".join(reversed(open_)))


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


# Line breaks within a string are a small server's slip, and a quote's white space counts for nothing.
_DECODER = json.JSONDecoder(parse_constant=_constant, strict=False)


def _loads(text: str) -> dict[str, Any] | None:
    try:
        found = _DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return None
    return _object(found)


def _object(found: Any) -> dict[str, Any] | None:
    return found if isinstance(found, dict) and not _deep(found, _DEEPEST) else None


def _deep(found: Any, left: int) -> bool:
    parts = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return not left or any(_deep(part, left - 1) for part in parts)
