"""One proposal in, one review out. This is the sentence that the project is."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import PositiveInt

from reviewer.critique import critique
from reviewer.domain import Document, Extraction, Fact, Review, Rubric, RubricUsed, Stability
from reviewer.domain.base import Frozen
from reviewer.errors import IncompleteError, one_line
from reviewer.extract import extract_offline
from reviewer.extract.llm import room
from reviewer.extract.triage import not_a_proposal
from reviewer.ground import ground
from reviewer.parse import parse, parse_path
from reviewer.pipeline.leaving import check_leaving
from reviewer.pipeline.notices import notices
from reviewer.pipeline.waivers import asked
from reviewer.rubric import load_rubric
from reviewer.score import score
from reviewer.version import VERSION

if TYPE_CHECKING:
    from reviewer.llm import Model, ModelSettings

Source = str | bytes | Path | Document
Named = tuple[Source, str]  # with what to call it
Language = Literal["en", "ko"]

OFFLINE_ENGINE = f"offline {VERSION}"


class Run(Frozen):
    """How to review, the same for every document of a run."""

    rubric: Rubric
    language: Language | None = None  # None: the document's own
    force: bool = False  # review also what does not look like a proposal
    samples: PositiveInt = 1  # answers of a model that vote


def review(
    source: Source,
    *,
    rubric: str | Path | Rubric = "fsdl",
    model: "str | ModelSettings | None" = None,
    base_url: str | None = None,
    language: Language | None = None,
    name: str | None = None,
    force: bool = False,
    samples: int = 1,
    before: Callable[[], None] | None = None,
) -> Review:
    """Review one proposal.

    `source` is the text itself (str), a file (Path), a file's bytes, or a Document. Without a `model`
    ("provider:name", or ModelSettings) the offline engine reads it and nothing leaves this machine. Works in a
    script, inside a running event loop and in a notebook. What cannot be reviewed as a whole comes back as
    "incomplete", what is no proposal as "skipped" (unless `force`), each with a reason. With `samples` above 1 a
    model is asked that often, the answers vote, and the record says how far they agree. `before` is called once,
    before the first byte leaves this machine; an answer that is kept from before sends none.

    Raises InputError, RubricError, ProviderError or BudgetError.
    """
    run = Run(rubric=ready(rubric), language=language, force=force, samples=samples)
    if model is None:
        return review_offline(source, run, name)
    return _wait(_areview(source, run, model, base_url, name, before))


async def areview(
    source: Source,
    *,
    rubric: str | Path | Rubric = "fsdl",
    model: "str | ModelSettings | None" = None,
    base_url: str | None = None,
    language: Language | None = None,
    name: str | None = None,
    force: bool = False,
    samples: int = 1,
    before: Callable[[], None] | None = None,
) -> Review:
    """The same as `review`, for code that runs an event loop."""
    run = Run(rubric=ready(rubric), language=language, force=force, samples=samples)
    if model is None:
        return review_offline(source, run, name)
    return await _areview(source, run, model, base_url, name, before)


async def _areview(
    source: Source,
    run: Run,
    model: "str | ModelSettings",
    base_url: str | None,
    name: str | None,
    before: Callable[[], None] | None,
) -> Review:
    from reviewer.llm import ModelSettings, connect

    settings = model if isinstance(model, ModelSettings) else ModelSettings(name=model, base_url=base_url)
    async with connect(settings, before=before) as session:
        return await review_with(session, source, run, name, settings)


def review_offline(source: Source, run: Run, name: str | None) -> Review:
    """Review by the offline engine."""
    found = opened(source, run, name)
    if isinstance(found, Review):
        return found
    claims = extract_offline(found, run.rubric)
    extraction = Extraction(method="offline", engine=OFFLINE_ENGINE, claims=claims)
    return judge(found, extraction, ground(claims, found, run.rubric), run)


async def review_with(
    model: "Model", source: Source, run: Run, name: str | None, settings: "ModelSettings | None" = None
) -> Review:
    """Review by a connected model, which `settings` tells of. What is no proposal is not sent."""
    from reviewer.pipeline.samples import sampled

    found = opened(source, run, name)
    if isinstance(found, Review):
        return found
    document, limits = found, dict[str, int]()
    if settings is not None:
        check_leaving(document, settings)
        limits = {"budget": room(run.rubric, settings), "most": settings.max_document_tokens}
    heard = await sampled(document, run.rubric, model, run.samples, **limits)
    return judge(document, heard.extraction, heard.facts, run, heard.stability)


def opened(source: Source, run: Run, name: str | None) -> Review | Document:
    """The document, or the review that says why there will be none."""
    try:
        document = read(source, name)
    except IncompleteError as error:
        return unreviewed(source, name, run.rubric, "incomplete", str(error))
    if not run.force and (what := not_a_proposal(document, run.rubric)) is not None:
        reason = f"looks like {what}, not like a proposal; to review it all the same: --force"
        return unreviewed(document, name, run.rubric, "skipped", reason)
    return document


def judge(
    document: Document, extraction: Extraction, facts: tuple[Fact, ...], run: Run, stability: Stability | None = None
) -> Review:
    """Everything after grounding: pure, so that a stored record can be judged again."""
    rubric, spoken = run.rubric, run.language or document.language
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
        stability=stability,
        findings=said.findings,
        strengths=said.strengths,
        questions=said.questions,
        next_steps=said.next_steps,
        notices=notices(document, facts, extraction, rubric, spoken),
        waived=tuple(asked(document, said.findings, rubric)),
    )


def ready(rubric: str | Path | Rubric) -> Rubric:
    """The rubric, loaded."""
    return rubric if isinstance(rubric, Rubric) else load_rubric(rubric)


def read(source: Source, name: str | None) -> Document:
    """The source as a Document."""
    if isinstance(source, Document):
        return source
    if isinstance(source, Path):
        document = parse_path(source)
        return document.model_copy(update={"name": name}) if name else document
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    return parse(data, name or "text")


def named(source: Source | Named) -> Named:
    """A source, and what to call it."""
    if isinstance(source, tuple):
        return source
    if isinstance(source, Document):
        return source, source.name
    return source, str(source) if isinstance(source, Path) else "text"


def unreviewed(
    source: Source,
    name: str | None,
    rubric: Rubric,
    status: Literal["incomplete", "skipped", "failed"],
    reason: str,
) -> Review:
    """A record without figures, because none would be honest."""
    called = one_line(name or (str(source) if isinstance(source, Path) else "text"))
    blank = Document(name=called, format="", sha256="", text="", language="en")
    document = source if isinstance(source, Document) else blank
    return Review(tool_version=VERSION, status=status, reason=reason, document=document, rubric=used(rubric))


def used(rubric: Rubric) -> RubricUsed:
    """What a record says of its rubric."""
    return RubricUsed(
        id=rubric.id,
        version=rubric.version,
        sha256=rubric.sha256,
        extraction_schema_sha256=rubric.extraction_schema_sha256,
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
