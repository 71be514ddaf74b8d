"""Reads a proposal for a machine-learning project: what it is worth, and what it forgot to say."""

from typing import TYPE_CHECKING

from reviewer.version import VERSION

if TYPE_CHECKING:
    from reviewer.pipeline import areview as areview
    from reviewer.pipeline import review as review

__all__ = ["__version__", "areview", "review"]
__version__ = VERSION


def __getattr__(name: str) -> object:
    # Late, so that `import reviewer` and the start of every command stay cheap.
    if name in ("areview", "review"):
        from reviewer import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
