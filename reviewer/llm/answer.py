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


def problems(data: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """Where an answer does not fit its schema. Knows what our schemas use: we check, whatever a server promised."""
    return _problems(data, schema, schema, "")


def _problems(data: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> Iterator[str]:
    if ref := schema.get("$ref"):
        schema = root["$defs"][ref.rpartition("/")[2]]
    kind = schema.get("type")
    if kind == "object":
        if not isinstance(data, dict):
            yield f"{at or 'answer'} is no object"
            return
        for name in schema["required"]:
            if name in data:
                yield from _problems(data[name], schema["properties"][name], root, f"{at}.{name}".lstrip("."))
            else:
                yield f"{at}.{name}".lstrip(".") + " is missing"
    elif kind == "array":
        if not isinstance(data, list):
            yield f"{at} is no list"
            return
        for item in data:
            yield from _problems(item, schema["items"], root, at)
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
