"""A document as text that can be edited and read again: Markdown, whatever it came as."""

from reviewer.domain import Document

_AS_WRITTEN = ("markdown", "text")
_LEADS = {"list_item": "- ", "quote": "> "}
_TIGHT = ("list_item", "table_row")


def editable(document: Document) -> str:
    """The text for an editor. What was hidden from readers is not in it, unless it is the file's own text."""
    if document.format in _AS_WRITTEN:
        return document.text
    text, levels = document.visible(), {section.start: section.level for section in document.sections}
    lines: list[str] = []
    before = ""
    for block in document.blocks:
        if not (said := text[block.start : block.end].strip()):
            continue
        again = block.kind == before
        if block.kind == "heading":
            said = "#" * min(max(levels.get(block.start, 1), 1), 6) + " " + " ".join(said.lstrip("# ").split())
        elif block.kind == "table_row" and not said.startswith("|"):
            rule = "" if again else "\n|" + "---|" * (said.count(" | ") + 1)
            said = f"| {said} |{rule}"
        elif not said.startswith(lead := _LEADS.get(block.kind, "")):
            said = lead + said
        lines.append(said if again and block.kind in _TIGHT else f"\n{said}")
        before = block.kind
    return "\n".join(lines).strip() + "\n" if lines else ""


def edited_name(document: Document) -> str:
    """What the text is called once it was edited: no longer a Word file."""
    return document.name if document.format in ("", *_AS_WRITTEN) else f"{document.name}.md"
