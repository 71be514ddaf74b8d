"""A review as text for people and machines. Pure; every byte of the proposal and the model is escaped."""

from typing import Literal

from reviewer.domain import Review, Rubric
from reviewer.render.comparison import COMPARISON_FORMATS, render_comparison

FORMATS: tuple[str, ...] = ("terminal", "markdown", "json", "criticmarkup", "html", "sarif")


def render(
    review: Review,
    rubric: Rubric,
    format: str,  # noqa: A002 - the word that everyone uses for it
    *,
    voice: Literal["gate", "coach"] = "gate",
    width: int = 80,
    color: bool = False,
) -> str:
    """The review in one of `FORMATS`.

    `voice` "coach" asks questions and gives no verdict; `width` and `color` are the terminal's.
    """
    match format:
        case "terminal":
            from reviewer.render.terminal import terminal

            return terminal(review, rubric, voice, width, color)
        case "markdown":
            from reviewer.render.markdown import markdown

            return markdown(review, rubric, voice)
        case "json":
            from reviewer.render.record import record

            return record(review)
        case "criticmarkup":
            from reviewer.render.criticmarkup import criticmarkup

            return criticmarkup(review, rubric, voice)
        case "html":
            from reviewer.render.page import page

            return page(review, rubric, voice)
        case "sarif":
            from reviewer.render.sarif import sarif

            return sarif(review, rubric)
    raise ValueError(f"no format named {format!r}; there are {', '.join(FORMATS)}")


def feedback(review: Review, rubric: Rubric) -> str:
    """What a student gets back, as Markdown: strengths first, then what to write next; no figure, no verdict."""
    from reviewer.render.markdown import feedback as written

    return written(review, rubric)
