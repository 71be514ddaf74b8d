"""Which reader reads which format. Readers are imported when they are needed."""

from importlib import import_module

from reviewer.parse.decode import decode
from reviewer.parse.draft import Draft

TEXT = {"markdown": "markdown", "text": "plain"}


def read(kind: str, data: bytes, name: str) -> tuple[Draft, str]:
    """The draft, and the encoding that the text was in."""
    text, encoding = decode(data, name)
    draft: Draft = import_module(f"reviewer.parse.{TEXT[kind]}").read(text)
    return draft, encoding
