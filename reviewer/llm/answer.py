"""From what a model wrote to the object that was asked for."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_THINK = re.compile(r"^.*?</think(?:ing)?>", re.DOTALL)
_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)


def read_json(text: str) -> dict[str, Any] | None:
    """The JSON object in an answer: bare, in a fence, or after thoughts and pleasantries; None if there is none."""
    text = _THINK.sub("", text, count=1)
    for candidate in (text, *_FENCE.findall(text)):
        if (found := _loads(candidate)) is not None:
            return found
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = _DECODER.raw_decode(text, start)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def problems(data: Any, schema: Mapping[str, Any]) -> list[str]:
    """Where an answer does not fit its schema, entry by entry: we check, whatever a server promised.

    Knows what our schemas use: objects of objects, of lists and of texts, and enum.
    """
    return list(_problems(data, schema, ""))


def entries(schema: Mapping[str, Any]) -> int:
    """How many entries an answer has."""
    return sum(entries(part) for part in schema["properties"].values()) if "properties" in schema else 1


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


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_constant)


def _loads(text: str) -> dict[str, Any] | None:
    try:
        found = _DECODER.decode(text.strip())
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
