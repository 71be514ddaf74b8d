"""The proposals reviewed, each beside what it was where the branches parted."""

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from typing import Literal, NamedTuple

from reviewer.compare import compare
from reviewer.domain import Finding, Review, Rubric, Usage, Waiver
from reviewer.domain.base import Frozen
from reviewer.domain.comparison import Comparison
from reviewer.errors import BudgetError, CredentialError, ProviderError, one_line
from reviewer.github.changes import Left, Proposal, Why
from reviewer.github.pull import Pull
from reviewer.pipeline import ModelSettings, price, review_many, waive

# What a run for a pull request from outside may take where nothing else is said.
FORK_COST = 0.50  # US dollars
FORK_TOKENS = 500_000  # where the model has no list price, as on a server of one's own


class Reviewed(Frozen):
    """A proposal, what was said of it, and what moved."""

    path: str
    lines: frozenset[int]  # where a remark may stand
    review: Review
    new: bool = False  # it was not there where the branches parted
    base: Review | None = None  # as it was there; None, too, where that could not be reviewed
    since_base: Comparison | None = None
    since_push: Comparison | None = None


class Reading(Frozen):
    """How to read: the same for every proposal of a run."""

    rubric: Rubric
    waivers: tuple[Waiver, ...] = ()
    day: date  # on which a waiver holds or has expired
    model: ModelSettings | None = None
    language: Literal["en", "ko"] | None = None
    force: bool = False
    samples: int = 1
    concurrency: int = 8


class Outcome(NamedTuple):
    """All that became of the proposals."""

    reviewed: tuple[Reviewed, ...]
    left: tuple[Left, ...]
    error: ProviderError | BudgetError | None = None  # why the rest was left
    keyless: bool = False  # the offline engine read, since the model's key is not here


def open_findings(review: Review) -> tuple[Finding, ...]:
    """The findings that no waiver holds for."""
    held = {waived.fingerprint for waived in review.waived if waived.state == "holds"}
    return tuple(finding for finding in review.findings if finding.fingerprint not in held)


def reason(review: Review) -> str:
    """Why there are no figures; the file's name stands beside it already."""
    return review.reason.removeprefix(f"{review.document.name}: ")


async def review_proposals(
    found: Sequence[Proposal], reading: Reading, pull: Pull, before: Callable[[], None]
) -> Outcome:
    """Review what is proposed and what it was, and compare. `before` is called before anything is sent."""
    keyless = False
    if reading.model is not None and not pull.trusted:
        reading = reading.model_copy(update={"model": _capped(reading.model)})
    old = f"{pull.fork.sha[:7]}:"  # as git names a file of a commit; what is proposed comes first in the queue
    before_them = {p.path: (p.before[1], old + p.before[0]) for p in found if p.before}
    sources = [*((p.data, p.path) for p in found), *before_them.values()]
    done, error = await _reviews(sources, reading, before)
    if isinstance(error, CredentialError) and not pull.trusted:
        # Forks and bots are not given secrets; to say nothing at all would serve nobody.
        reading, keyless = reading.model_copy(update={"model": None}), True
        done, error = await _reviews(sources, reading, before)
    bases = {path: done.get(at) for at, path in enumerate(before_them, len(found))}
    reviewed = []
    for at, proposal in enumerate(found):
        if (review := done.get(at)) is None:
            continue
        review = waive(review, reading.waivers, reading.day)
        base = bases.get(proposal.path)
        reviewed.append(
            Reviewed(
                path=proposal.path,
                lines=proposal.lines,
                review=review,
                new=proposal.before is None,
                base=base,
                since_base=compare(base, review, reading.rubric) if base else None,
            )
        )
    why: Why = "cost" if isinstance(error, BudgetError) else "model"
    left = tuple(Left(path=p.path, why=why, detail=str(error)) for at, p in enumerate(found) if at not in done)
    return Outcome(tuple(reviewed), left, error if left else None, keyless)


def _capped(model: ModelSettings) -> ModelSettings:
    """The model for a proposal from outside, which must not spend without an end."""
    if price(Usage(input_tokens=1), model) is not None:
        return model if model.max_cost is not None else model.model_copy(update={"max_cost": FORK_COST})
    return model if model.max_tokens is not None else model.model_copy(update={"max_tokens": FORK_TOKENS})


async def _reviews(
    sources: Sequence[tuple[bytes, str]], reading: Reading, before: Callable[[], None]
) -> tuple[dict[int, Review], ProviderError | BudgetError | None]:
    """The reviews by the place of their source; those that are missing, for the error."""
    done: dict[int, Review] = {}
    waiting = enumerate(sources)
    try:
        async for review in review_many(
            sources,
            rubric=reading.rubric,
            model=reading.model,
            language=reading.language,
            force=reading.force,
            samples=reading.samples,
            concurrency=reading.concurrency,
            before=before,
        ):
            # They come in order. A name alone tells no two files apart that somebody called nearly the same.
            done[next(at for at, source in waiting if _is_of(review, *source))] = review
    except (ProviderError, BudgetError) as error:
        return done, error
    return done, None


def _is_of(review: Review, data: bytes, name: str) -> bool:
    """Is this the review of that file? One that could not be read has no hash."""
    document = review.document
    return document.name == one_line(name) and document.sha256 in ("", sha256(data).hexdigest())
