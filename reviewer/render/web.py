"""What our pages have in common: templates that always escape, one style, a policy that lets nothing load."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.render.clean import visible
from reviewer.render.words import whole

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent / "html"


@cache
def templates(*folders: Path) -> "Environment":
    """Templates of these folders and of the review's page; every value is escaped, whatever the file is called."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([*folders, _HERE], encoding="utf-8"),
        # For every name: Jinja's choice by suffix leaves ".html.j2" unescaped.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters["whole"] = whole
    return environment


@cache
def style() -> str:
    """The style sheet of the review's page, with the colours and type that the other pages share."""
    return (_HERE / "page.css").read_text("utf-8")


@cache
def policy(style: str, script: str) -> str:
    """A content policy that allows this style and this script, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
