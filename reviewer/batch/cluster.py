"""More than one machine: the documents of a run on the workers of a Dask cluster.

The client alone lists, hands out, pays and stores. A worker has the rubric and the settings (not the key: that is in
its own environment), gets a document, and sends its result back. Losing a worker loses nothing but time: Dask gives its
documents to others, and their results belong to the same content.
"""

import logging
import queue
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from reviewer.batch.job import Item, Job, failed, review_item
from reviewer.batch.store import Result
from reviewer.domain import Estimate
from reviewer.errors import BudgetError, ProviderError, ReviewerError, SettingsError
from reviewer.pipeline import estimate
from reviewer.version import VERSION

if TYPE_CHECKING:
    from reviewer.pipeline.purse import Purse

_LOG = logging.getLogger("reviewer")  # without a handler of the user's, Python prints its warnings to stderr
_AHEAD = 2  # documents at hand for each thread of the cluster, where no model limits them
_LATE = 30.0  # seconds that the scheduler may take to answer at first
_LOOK = 1.0  # seconds after which we look whether workers came, went or began again
_GONE = "the Dask scheduler is gone, and what was out with it; start it again"


def on_cluster(
    items: Iterator[Item],
    job: Job,
    scheduler: str,
    *,
    concurrency: int,
    limit: float = 60.0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Result]:
    """Results as they come; what no other document would survive is raised at the end.

    Without a model, a document that takes longer than `limit` seconds is failed, and its worker begins anew.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise SettingsError("--engine dask needs distributed: pip install 'proposal-reviewer[dask]'") from error
    for name in ("distributed.client", "distributed.utils"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a traceback helps nobody who runs this; we tell
    purse = None
    if job.model is not None:
        from reviewer.pipeline.purse import Purse

        purse = Purse(job.model, clock)
        # Limits are the client's; a worker's own disk has no cache and no ledger of ours.
        ours = {"cache_dir": None, "ledger": None, "requests_per_minute": None, "tokens_per_minute": None}
        none = {"max_cost": None, "max_calls": None, "max_tokens": None}
        job = job.model_copy(update={"model": job.model.model_copy(update=ours | none)})
    try:
        client = Client(scheduler, timeout=_LATE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise SettingsError(f"{scheduler}: no Dask scheduler answers there ({error}); check --scheduler") from error
    with client:
        round_ = _Round(client, job, purse, concurrency, limit, clock)
        try:
            yield from round_.results(items)
        finally:
            round_.end()


class _Round:
    """The documents that are out at the workers."""

    def __init__(
        self, client: Any, job: Job, purse: "Purse | None", concurrency: int, limit: float, clock: Callable[[], float]
    ) -> None:
        self._client, self._job, self._purse, self._concurrency = client, job, purse, concurrency
        self._limit, self._clock = limit, clock
        self._name = f"reviewer-{uuid4().hex[:12]}"
        self._out: dict[Any, Item] = {}  # by future
        self._priced: list[tuple[Item, Estimate]] = []  # wait for money, or for their minute
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._begun: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._at_work: dict[str, tuple[float, str]] = {}  # by content: since when, and where
        self._fatal: ReviewerError | None = None
        self._alone = False  # was it told that there is no worker?
        with self._scheduler_there():
            self._equip()
            client.subscribe_topic(self._name, lambda event: self._begun.put(event[1]))

    def _equip(self) -> None:
        """Give every worker the rubric and the settings, which one without reviewer cannot even read."""
        try:
            self._client.register_plugin(_plugin(self._job), name=self._name)
        except Exception as error:  # a worker's comes as a plain one, with its text
            if "No module named" not in str(error):
                raise
            raise SettingsError(
                f"a worker cannot run reviewer ({error}); install reviewer {VERSION} wherever there are workers"
            ) from error

    def end(self) -> None:
        """Take back what is still out, and what the workers were given."""
        with suppress(OSError):  # the scheduler is gone
            if self._client.status == "running":
                self._client.cancel(list(self._out))
                self._client.unsubscribe_topic(self._name)
                self._client.unregister_worker_plugin(self._name)
        if self._purse is not None:
            self._purse.close()

    def results(self, items: Iterator[Item]) -> Iterator[Result]:
        """Every result, no document taken from `items` before there is room for it."""
        more = True
        while True:
            if self._job.model is None:  # a model's calls have limits of their own
                yield from self._overdue()
            while more and self._fatal is None and len(self._out) + len(self._priced) < self._room():
                item = next(items, None)
                if item is None:
                    more = False
                else:
                    self._hand_out(item)
            pause = self._pay_out()
            self._hear()
            self._look_for_workers()
            if not self._out and (self._fatal is not None or not self._priced):
                break
            for future in self._wait(pause):
                if future in self._out and (result := self._came_back(future)) is not None:
                    yield result
        if self._fatal is not None:
            raise self._fatal

    def _room(self) -> int:
        return self._concurrency if self._job.model is not None else _AHEAD * max(1, self._threads())

    def _threads(self) -> int:
        with self._scheduler_there():
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return sum(worker["nthreads"] for worker in workers)

    def _look_for_workers(self) -> None:
        """Nothing happens without one, and nobody would know why."""
        alone = bool(self._out) and not self._threads()
        if alone and not self._alone:
            address = self._client.scheduler.address
            _LOG.warning("reviewer: %s has no worker; waiting for one: dask worker %s", address, address)
        self._alone = alone

    def _wait(self, pause: float) -> Iterator[Any]:
        """Futures that are done, once there is one or it is time to look around."""
        with suppress(queue.Empty):
            yield self._done.get(timeout=min(pause or _LOOK, _LOOK))
            while True:
                yield self._done.get_nowait()

    @contextmanager
    def _scheduler_there(self) -> Iterator[None]:
        """Around what is asked of the scheduler: that it is gone may be seen in each of these places first."""
        try:
            yield
        except Exception as error:  # a client that has lost it has errors of many kinds, by version
            if isinstance(error, OSError | CancelledError) or self._client.status != "running":
                raise ProviderError(_GONE) from error
            raise

    def _hand_out(self, item: Item) -> None:
        """Without limits a document is reviewed at once; else a worker first tells what it may take."""
        limited = self._purse is not None and self._purse.limited
        self._submit(_priced if limited else _reviewed, item)

    def _submit(self, work: Any, item: Item, *share: Any) -> None:
        key = f"{self._name}{work.__name__}-{item.content}"
        with self._scheduler_there():
            future = self._client.submit(work, self._name, item, *share, key=key)
        self._out[future] = item
        future.add_done_callback(self._done.put)

    def _pay_out(self) -> float:
        """Let go what may call now; the seconds until the next one may."""
        while self._purse is not None and self._priced and self._fatal is None:
            item, price = self._priced[0]
            if (pause := self._purse.wait()) > 0:
                return pause
            if crossed := self._purse.take(item.content, price):
                if self._purse.empty_handed:
                    self._fatal = BudgetError(f"{crossed}; run the same command again with a higher limit to go on")
                return 0.0  # what is out mostly takes less than was set aside for it: wait and see
            self._priced.pop(0)
            self._submit(_reviewed, item, self._purse.share(item.content))
        return 0.0

    def _hear(self) -> None:
        """What was begun. Dask gives a lost worker's documents to another: what they took is paid twice."""
        while not self._begun.empty():
            content, worker = self._begun.get()
            if content in self._at_work and self._purse is not None:
                self._purse.again(content)
            self._at_work[content] = self._clock(), worker

    def _overdue(self) -> Iterator[Result]:
        """Give up what takes too long. Nothing ends a thread that hangs but the end of its process."""
        for future, item in list(self._out.items()):
            since, worker = self._at_work.get(item.content, (self._clock(), ""))
            if self._clock() - since > self._limit and not future.done():
                del self._out[future]
                future.cancel()
                # One that died meanwhile is not known any more; one without a nanny cannot begin anew.
                with suppress(KeyError, ValueError, OSError):
                    self._client.restart_workers([worker], timeout=_LATE, raise_for_error=False)
                yield failed(
                    item, f"{item.name}: took longer than {self._limit:g} s; review it alone, or as plain text"
                )

    def _came_back(self, future: Any) -> Result | None:
        if future.status == "cancelled":  # not by us: what we give up is out no more
            raise ProviderError(_GONE)
        item = self._out.pop(future)
        with self._scheduler_there():
            error = future.exception()
            answer: Estimate | Result | None = future.result() if error is None else None
        future.release()
        if isinstance(answer, Estimate):
            self._priced.append((item, answer))
            return None
        self._at_work.pop(item.content, None)
        if self._purse is not None:
            # What a failed one took, and one whose worker is lost, nobody knows.
            known = answer is not None and answer.state != "failed" and answer.cost is not None
            self._purse.settle(item.content, answer.spent if answer and known else None)
        if answer is not None or error is None:
            return answer
        if isinstance(error, BudgetError):
            return failed(item, f"{item.name}: takes more calls than its share of the limit; run the command again")
        if isinstance(error, ProviderError | SettingsError):
            self._fatal = self._fatal or error
            return None
        return failed(item, f"{item.name}: its worker ended, or could not run it ({error}); review it alone")


def _plugin(job: Job) -> Any:
    """What every worker has, also one that joins later or is started anew."""
    from distributed.diagnostics.plugin import WorkerPlugin

    plugin: Any = WorkerPlugin()
    plugin.job = job
    return plugin


def _job(name: str) -> Job:
    from distributed import get_worker

    worker = get_worker()
    plugin: Any = worker.plugins[name]
    job: Job = plugin.job
    if job.tool != VERSION:
        raise SettingsError(f"{worker.address} has reviewer {VERSION}, and the run is of {job.tool}; install the same")
    return job


def _priced(name: str, item: Item) -> Estimate | Result:
    """What a review of the document may take; what no model would be asked about is reviewed at once."""
    job = _job(name)
    assert job.model is not None  # noqa: S101 - for the type checker
    try:
        found = estimate(
            [(item.data, item.name)], model=job.model, rubric=job.rubric, force=job.force, samples=job.samples
        )
    except ReviewerError:
        return review_item(item, job)
    return found if found.calls else review_item(item, job)


def _reviewed(name: str, item: Item, share: dict[str, Any] | None = None) -> Result:
    from distributed import get_worker

    job = _job(name)
    worker = get_worker()
    worker.log_event(name, (item.content, worker.address))
    if share and job.model is not None:
        job = job.model_copy(update={"model": job.model.model_copy(update=share)})
    return review_item(item, job)
