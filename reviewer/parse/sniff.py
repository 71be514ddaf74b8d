"""What a file is. Its first bytes decide, its name only where they cannot."""

import re
from pathlib import PurePath

from reviewer.errors import InputError

_BY_NAME = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".mdown": "markdown",
    ".txt": "text",
    ".text": "text",
}
_MARKDOWN = re.compile(rb"(?m)^(?:#{1,6}[ \t]+\S|```|[-*+][ \t]+\S|>[ \t]|\|.*\|[ \t]*\r?$|<!--)|\*\*\S|\]\(|^---\r?$")


def sniff(data: bytes, name: str, told: str | None = None) -> str:
    """The format's name."""
    if told and told not in ("markdown", "text"):
        raise InputError(f"{name}: there is no format {told!r}; take one of markdown, text")
    if told:
        return told
    return _BY_NAME.get(PurePath(name).suffix.lower()) or ("markdown" if _MARKDOWN.search(data) else "text")
