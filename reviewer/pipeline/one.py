"""One proposal in, one review out. This is the sentence that the project is."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from reviewer.critique import critique
from reviewer.domain import Document, Extraction, Review, Rubric, RubricUsed
from reviewer.errors import IncompleteError
from reviewer.extract import extract_offline
from reviewer.ground import ground
from reviewer.parse import parse, parse_path
from reviewer.pipeline.notices import notices
from reviewer.rubric import load_rubric
from reviewer.score import score
from reviewer.version import VERSION

if TYPE_CHECKING:
    from reviewer.llm import Model, ModelSettings

Source = str | bytes | Path | Document
Language = Literal["en", "ko"]

OFFLINE_ENGINE = f"offline {VERSION}"


def review(
    source: Source,
    *,
    rubric: str | Path | Rubric = "fsdl",
    model: "str | ModelSettings | None" = None,
    base_url: str | None = None,
    language: Language | None = None,
    name: str | None = None,
) -> Review:
    """Review one proposal.

    `source` is the text itself (str), a file (Path), a file's bytes, or a parsed Document. Without a `model`
    `source` is the text itself (str), a file (Path), a file's bytes, or a Document. Without a `model`
    script, inside a running event loop and in a notebook. A document that cannot be reviewed as a whole comes
    back with status "incomplete" and a reason.

    Raises InputError, RubricError, ProviderError or BudgetError.
    """
    ready = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
    if model is None:
        return review_offline(source, ready, language, name)
    return _wait(areview(source, rubric=ready, model=model, base_url=base_url, language=language, name=name))


async def areview(
    source: Source,
    *,
    rubric: str | Path | Rubric = "fsdl",
    model: "str | ModelSettings | None" = None,
    base_url: str | None = None,
    language: Language | None = None,
    name: str | None = None,
) -> Review:
    """The same as `review`, for code that runs an event loop."""
    ready = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
    if model is None:
        return review_offline(source, ready, language, name)
    from reviewer.llm import ModelSettings, connect

    settings = model if isinstance(model, ModelSettings) else ModelSettings(name=model, base_url=base_url)
    async with connect(settings) as session:
        return await review_with(session, source, ready, language, name)


def review_offline(source: Source, rubric: Rubric, language: Language | None, name: str | None) -> Review:
    """Review by the offline engine."""
    try:
        document = read(source, name)
    except IncompleteError as error:
        return unreviewed(source, name, rubric, "incomplete", str(error))
    claims = extract_offline(document, rubric)
    extraction = Extraction(method="offline", engine=OFFLINE_ENGINE, claims=claims)
    return judge(document, extraction, rubric, language)


async def review_with(
    model: "Model", source: Source, rubric: Rubric, language: Language | None, name: str | None
) -> Review:
    """Review by a connected model; quotes that are not in the text are asked for once more."""
    from reviewer.extract.llm import extract_llm, reask

    try:
        document = read(source, name)
    except IncompleteError as error:
        return unreviewed(source, name, rubric, "incomplete", str(error))
    extraction = await extract_llm(document, rubric, model)
    facts = ground(extraction.claims, document, rubric)
    rejected = {fact.criterion: tuple(r.quote for r in fact.rejected) for fact in facts if fact.status == "unverified"}
    if rejected:
        again = await reask(document, rubric, model, rejected)
        extraction = _joined(extraction, again)
    return judge(document, extraction, rubric, language)


def judge(document: Document, extraction: Extraction, rubric: Rubric, language: Language | None) -> Review:
    """Everything after extraction: pure, so that a stored record can be judged again."""
    spoken = language or document.language
    facts = ground(extraction.claims, document, rubric)
    scorecard = score(facts, rubric)
    said = critique(scorecard, facts, document, rubric, spoken)
    return Review(
        tool_version=VERSION,
        status="reviewed",
        language=spoken,
        document=document,
        rubric=used(rubric),
        extraction=extraction,
        facts=facts,
        scorecard=scorecard,
        findings=said.findings,
        strengths=said.strengths,
        questions=said.questions,
        next_steps=said.next_steps,
        notices=notices(document, facts, extraction, rubric, spoken),
    )


def read(source: Source, name: str | None) -> Document:
    """The source as a Document."""
    if isinstance(source, Document):
        return source
    if isinstance(source, Path):
        return parse_path(source)
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    return parse(data, name or "text")


def unreviewed(
    source: Source,
    name: str | None,
    rubric: Rubric,
    status: Literal["incomplete", "skipped", "failed"],
    reason: str,
) -> Review:
    """A record without figures, because none would be honest."""
    called = name or (str(source) if isinstance(source, Path) else "text")
    document = Document(name=called, format="", sha256="", text="", language="en")
    return Review(tool_version=VERSION, status=status, reason=reason, document=document, rubric=used(rubric))


def used(rubric: Rubric) -> RubricUsed:
    """What a record says of its rubric."""
    return RubricUsed(
        id=rubric.id,
        version=rubric.version,
        sha256=rubric.sha256,
        extraction_schema_sha256=rubric.extraction_schema_sha256,
    )


def _joined(first: Extraction, again: Extraction) -> Extraction:
    """A second answer replaces the first one's claim about the same criterion; usage and cost add up."""
    newer = {claim.criterion: claim for claim in again.claims}
    claims = tuple(newer.pop(claim.criterion, claim) for claim in first.claims)
    known = first.cost is not None and again.cost is not None
    return first.model_copy(
        update={
            "claims": (*claims, *newer.values()),
            "usage": first.usage + again.usage if first.usage and again.usage else first.usage or again.usage,
            "cost": first.cost + again.cost if known else None,  # type: ignore[operator]
            "calls": first.calls + again.calls,
            "cached": first.cached and again.cached,
            "note": "; ".join(note for note in (first.note, again.note) if note),
        }
    )


def _wait(work: Coroutine[Any, Any, Review]) -> Review:
    """Run to the end, in a thread of its own where this one already runs an event loop (a notebook)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    done: list[Review] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread, which raises it
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return done[0]
