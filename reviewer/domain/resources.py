"""Where the project's data files are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path
from typing import Literal


def resource(kind: Literal["rubrics", "prompts", "examples"]) -> Path:
    """The folder of bundled rubrics, prompts or examples."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_data" / kind
    return installed if installed.is_dir() else package.parent / kind
