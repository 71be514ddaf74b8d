"""Jupyter notebooks: their Markdown cells. Code, outputs and attachments are not read."""

import json
from typing import Any

from reviewer.errors import InputError
from reviewer.parse import markdown
from reviewer.parse.draft import Draft, Writer, composed

_HIDING = frozenset(["remove-cell", "remove_cell", "hide-cell", "hide_cell", "remove-input", "hide-input"])


def read(text: str, name: str) -> Draft:
    """Read a notebook of format 3 or 4."""
    writer = Writer()
    for number, cell in enumerate(_cells(text, name), 1):
        kind, source = cell.get("cell_type"), _joined(cell.get("source", ""))
        if kind == "heading":  # format 3
            level = cell.get("level")
            kind, source = "markdown", f"{'#' * level if level in (1, 2, 3, 4, 5, 6) else '#'} {source}"
        if kind == "markdown":
            draft = markdown.read(source)
            if _hidden(cell):
                draft.hidden = [(0, len(source), "cell that is hidden by its metadata")]
            writer.join(draft, f"cell {number}")
            writer.draft.unread(len(cell.get("attachments") or ()), "attachment", "attachments")
        elif kind == "code":
            writer.draft.unread(1, "code cell", "code cells")
        else:
            writer.draft.unread(1, "raw cell", "raw cells")
    return writer.done()


def _cells(text: str, name: str) -> list[dict[str, Any]]:
    try:
        book = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"{name}: is a broken notebook{where}; save it again as .ipynb") from None
    cells = book.get("cells") if isinstance(book, dict) else None
    if cells is None and isinstance(book, dict):
        sheets = book.get("worksheets")
        cells = [cell for sheet in sheets for cell in sheet.get("cells", ())] if isinstance(sheets, list) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise InputError(f"{name}: is a notebook without cells; save it again as .ipynb")
    return cells


def _joined(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return composed(source) if isinstance(source, str) else ""


def _hidden(cell: dict[str, Any]) -> bool:
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict):
        return False
    jupyter, tags = metadata.get("jupyter"), metadata.get("tags")
    return bool(
        metadata.get("hidden") is True
        or (isinstance(jupyter, dict) and jupyter.get("source_hidden") is True)
        or (isinstance(tags, list) and _HIDING.intersection(tag for tag in tags if isinstance(tag, str)))
    )
