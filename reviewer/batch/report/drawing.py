"""The pages of single documents: here where they are few, else on every core."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path

from reviewer.batch.job import Item, Job, failed, our_fault
from reviewer.batch.pool import in_pool
from reviewer.batch.report.files import write_whole
from reviewer.batch.rows import Row
from reviewer.batch.store import Result
from reviewer.domain import Rubric
from reviewer.errors import OutputError

MANY = 64  # pages; fewer are drawn sooner than processes are started

Draw = Callable[[bytes, str, Rubric], str]  # of a record, and what the document is called


def drawn(pages: Iterator[tuple[Path, Row]], rubric: Rubric, draw: Draw | None) -> None:
    """Write the page of each reviewed row to its path; None only goes through them. Raises OutputError."""
    if draw is None:
        for _ in pages:
            pass
        return
    job, work = Job(rubric=rubric), partial(_drawn, draw)
    items = (Item(content=str(path), name=row.name, data=row.record or b"") for path, row in pages)
    few = list(islice(items, MANY))
    done = in_pool(chain(few, items), job, work=work) if len(few) == MANY else (work(item, job) for item in few)
    for result in done:
        if result.state == "failed":
            raise OutputError(result.reason)


def _drawn(draw: Draw, item: Item, job: Job) -> Result:
    try:
        write_whole(Path(item.content), draw(item.data, item.name, job.rubric))
    except OutputError as error:
        return failed(item, str(error))
    except Exception as error:  # noqa: BLE001 - a process that ends without a word tells nobody why
        return failed(item, our_fault(item, error))
    return Result(content=item.content, name=item.name, state="reviewed")
