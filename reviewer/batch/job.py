"""What is done with one document, in whatever process that happens."""

import tempfile
from typing import Literal

from reviewer.batch.store import Result
from reviewer.domain import Review, Rubric
from reviewer.domain.base import Frozen
from reviewer.errors import BudgetError, InputError, ProviderError
from reviewer.pipeline import ModelSettings, Run, review, without_text
from reviewer.version import VERSION


class Item(Frozen):
    """A document that is to be reviewed."""

    content: str
    name: str
    data: bytes


class Job(Frozen):
    """How to review, the same for every document of a run."""

    rubric: Rubric
    named: str = ""  # how the user calls the rubric
    language: Literal["en", "ko"] | None = None
    model: ModelSettings | None = None  # None: the offline engine
    samples: int = 1
    force: bool = False
    no_text: bool = False
    tool: str = VERSION

    @property
    def run(self) -> Run:
        """The same, as the pipeline wants it."""
        return Run(rubric=self.rubric, language=self.language, force=self.force, samples=self.samples)


def review_item(item: Item, job: Job) -> Result:
    """The document's result. Raises what no other document would survive (BudgetError, a final ProviderError)."""
    try:
        done = review(
            item.data,
            name=item.name,
            rubric=job.rubric,
            model=job.model,
            language=job.language,
            force=job.force,
            samples=job.samples,
        )
    except BudgetError:
        raise
    except InputError as error:
        return failed(item, str(error))
    except ProviderError as error:
        if error.final:
            raise
        return failed(item, str(error))
    except Exception as error:  # noqa: BLE001 - a bug that one document of thousands meets must not end the others
        return failed(item, our_fault(item, error))
    return result_of(item, done, job)


def result_of(item: Item, done: Review, job: Job) -> Result:
    """The review as it is stored."""
    whole, extraction = done.status == "reviewed", done.extraction
    usage = extraction.usage if extraction else None
    record = without_text(done) if job.no_text else done
    return Result(
        content=item.content,
        name=item.name,
        state=done.status,
        reason=done.reason,
        cost=extraction.cost if extraction and job.model else 0.0,
        calls=extraction.calls if extraction else 0,
        tokens=usage.input_tokens + usage.output_tokens if usage else 0,
        packed=Result.pack(record.model_dump_json()) if whole else None,
    )


def failed(item: Item, reason: str) -> Result:
    """A document that got no review."""
    return Result(content=item.content, name=item.name, state="failed", reason=reason)


def our_fault(item: Item, error: Exception) -> str:
    """A bug, told; its traceback goes to a file, for whoever reports it."""
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="reviewer-bug-", suffix=".txt", delete=False) as file:
        file.write("".join(traceback.format_exception(error)))
    return f"{item.name}: a fault of reviewer's own ({type(error).__name__}); please report it with {file.name}"
