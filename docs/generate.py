"""Makes docs/reference/, pages that are data elsewhere: `python docs/generate.py`. A test holds them to it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reviewer.cli.reference import reference
from reviewer.cli.rubric import proof
from reviewer.pipeline import bundled_rubrics, load_rubric, record_schema

FOLDER = Path(__file__).parent / "reference"


def pages() -> Mapping[str, str]:
    """Name of each page, and its text."""
    rubrics = {name: load_rubric(name) for name in bundled_rubrics()}
    made = {f"rubric-{name}.md": reference(rubric, rubric.words("en"), proof) for name, rubric in rubrics.items()}
    return {**made, "record.md": "\n".join(_record(record_schema()))}


def _record(schema: Mapping[str, Any]) -> Iterator[str]:
    yield "# The record\n"
    yield (
        "What `reviewer review --format json` writes, the store of `reviewer batch` keeps and `reviewer score` reads. "
        "`reviewer schema` prints the JSON Schema that this page is made from.\n"
    )
    parts = {"Review": schema, **schema["$defs"]}
    for name, part in parts.items():
        if "properties" not in part:
            continue
        yield f"## {name}\n\n{part.get('description', '')}\n\n| key | type | if absent |\n|---|---|---|"
        for key, field in part["properties"].items():
            required = "must be there" if key in part.get("required", ()) else f"`{json.dumps(field.get('default'))}`"
            yield f"| `{key}` | {_type(field)} | {required.replace('|', chr(92) + '|')} |"
        yield ""


def _type(field: Mapping[str, Any]) -> str:
    """A JSON Schema type in a few words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(map(_type, field["anyOf"])))
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    if field.get("type") == "object":
        of = field.get("additionalProperties")
        return f"object of {_type(of)}" if isinstance(of, dict) and of else "object"
    return str(field.get("type", "anything"))


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
