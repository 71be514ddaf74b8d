"""A small archive made by hand, as the store would hand it on."""

from collections.abc import Iterator, Sequence
from typing import Literal

import render_builder as build

from reviewer.batch.rows import Row
from reviewer.domain import AxisScore, Fact, Review
from reviewer.render import render

Bounds = tuple[float, float, float]  # point, low, high

# name: verdict, quadrant, archetype, impact, feasibility
SMALL: dict[str, tuple[str, str, str, Bounds, Bounds]] = {
    "desk/support-mail.md": ("revise", "moonshot", "autonomous", (58, 52, 71), (41, 30, 77)),
    "desk/refund forecast.md": ("go", "high_priority", "software_2_0", (71, 71, 71), (66, 60, 70)),
    "shop/returns.docx": ("stop", "reconsider", "human_in_the_loop", (20, 18, 24), (31, 12, 33)),
    "shop/반품 예측.md": ("go", "high_priority", "software_2_0", (71, 62, 80), (66, 51, 70)),
    "=cmd|' /C calc'!A1<img src=x onerror=alert(1)>.md": ("revise", "quick_win", "unclear", (44, 30, 90), (70, 20, 95)),
}
LEFT = (
    Row(id="f1", name="shop/scan.pdf", state="incomplete", reason="shop/scan.pdf: 4 pages are pictures of text"),
    Row(id="f2", name="notes/lunch.txt", state="skipped", reason="notes/lunch.txt: is no proposal"),
    Row(
        id="f3",
        name="<b>old</b>.doc",
        state="failed",
        reason="<b>old</b>.doc: is a Word file of 1997; save it as .docx",
    ),
    Row(id="f4", name="desk/later.md", state="pending"),
)


def reviewed(
    name: str,
    verdict: str = "revise",
    quadrant: str = "moonshot",
    archetype: str = "autonomous",
    impact: Bounds = (58, 52, 71),
    feasibility: Bounds = (41, 30, 77),
    *,
    language: Literal["en", "ko"] = "en",
    text: str | None = None,
    says: Sequence[str] = (),
) -> Review:
    """A review with these figures; what it `says` more than the usual one is no longer unsaid."""
    base = build.review(language)
    assert base.scorecard
    axes = {
        axis: AxisScore(point=b[0], low=b[1], high=b[2])
        for axis, b in (("impact", impact), ("feasibility", feasibility))
    }
    card = base.scorecard.model_copy(
        update={"axes": axes, "verdict": verdict, "quadrant": quadrant, "archetype": archetype}
    )
    document = base.document.model_copy(update={"name": name} | ({} if text is None else {"text": text}))
    facts = tuple(
        Fact(criterion=f.criterion, value=next(iter(build.CRITERIA[f.criterion][2])), status="verified")
        if f.criterion in says
        else f
        for f in base.facts
    )
    return base.model_copy(update={"scorecard": card, "document": document, "facts": facts})


def row(review: Review, number: int) -> Row:
    """The review as a row of the store."""
    record = render(review, build.rubric(), "json").encode()
    return Row(id=f"r{number:05}", name=review.document.name, state="reviewed", record=record)


def small(language: Literal["en", "ko"] = "en") -> list[Row]:
    """Five that were reviewed, two of them the same text but for a word, and one of each way not to be reviewed."""
    rows = []
    for number, (name, given) in enumerate(SMALL.items()):
        text = None if number < 2 else f"{name} {number}"
        says = ("labels", "ethics", "fallback") if given[0] == "go" else ()
        rows.append(row(reviewed(name, *given, language=language, text=text, says=says), number))
    return [*rows, *LEFT]


def many(count: int) -> Iterator[Row]:
    """Reviewed documents spread over the map, many of them on the same point."""
    verdicts = ("go", "revise", "stop")
    archetypes = ("software_2_0", "human_in_the_loop", "autonomous", "unclear")
    quadrants = ("high_priority", "moonshot", "quick_win", "reconsider")
    for n in range(count):
        impact, feasibility = float(n * 37 % 101), float(n * 53 % 97)
        says = [c for k, c in enumerate(("labels", "ethics", "fallback", "simpler_approach")) if n >> k & 1]
        review = reviewed(
            f"team-{n % 12}/proposal-{n:05}.md",
            verdicts[n % 3],
            quadrants[n % 4],
            archetypes[n // 3 % 4],
            (impact, max(impact - n % 20, 0), min(impact + n % 31, 100)),
            (feasibility, max(feasibility - n % 17, 0), min(feasibility + n % 29, 100)),
            says=says,
            text="",
        )
        yield row(review, n)
