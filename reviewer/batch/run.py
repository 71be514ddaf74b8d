"""A run: what is to be done, done, and kept. The same call goes on where the last one ended."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from reviewer.batch.hold import held
from reviewer.batch.job import Item, Job
from reviewer.batch.sources import Entry, Rules, content_of, entries
from reviewer.batch.store import Result, State, Store, open_store
from reviewer.domain import LeftOut, Rubric
from reviewer.domain.base import Frozen
from reviewer.errors import InputError, SettingsError
from reviewer.pipeline import folded, identity, lasting_name, read_record, rescore, without_text

Engine = Callable[[Iterator[Item]], Iterator[Result]]
_REASONS = 3  # of files that do not count, told at the start
Tell = Callable[[State, float | None], None]  # what became of one more document, and what it cost


class Plan(Frozen):
    """Which documents, and how."""

    sources: tuple[str, ...]
    rules: Rules
    job: Job
    again: bool = False  # other settings than last time: review everything again

    def entries(self) -> Iterator[Entry]:
        """The documents, without what is none."""
        return (entry for entry in entries(self.sources, self.rules) if isinstance(entry, Entry))


@contextmanager
def begun(run: Path, plan: Plan, say: Callable[[str], None] = lambda _: None) -> Iterator[Store]:
    """The store of a run, ours alone, with the documents of now listed. Raises ReviewerError."""
    with held(run), open_store(run, write=True) as store:
        _agree(store, plan, say)
        left = Counter[str]()
        store.list(entry.listed for entry in _counted(plan, left))
        if left:
            why = [f"{reason} ({times:,})" for reason, times in left.most_common(_REASONS)]
            more = ["..."] if len(left) > _REASONS else []
            say(f"{left.total():,} left out: {', '.join(why + more)}; --dry-run names them")
        yield store


def _counted(plan: Plan, left: Counter[str]) -> Iterator[Entry]:
    for entry in chosen(plan):
        if isinstance(entry, Entry):
            yield entry
        else:
            left[entry.reason] += 1


def _agree(store: Store, plan: Plan, say: Callable[[str], None]) -> None:
    """See that results of different settings never mix."""
    now = _configuration(plan.job)
    was = store.run
    if was and (old := was["identity"]) != (new := now["identity"]) and store.reviewed() and not plan.again:
        raise SettingsError(
            f"{store.path.parent} was made with {_differences(old, new)}; such reviews do not compare. "
            "Keep them and name another --out, or review everything again: --again"
        )
    if was and was["identity"] == now["identity"] and any(was[part] != now[part] for part in _WORDED):
        job = plan.job
        count = rescored(store, job.rubric, named=job.named, language=job.language, no_text=job.no_text)
        if count:
            other = was["rubric"] != now["rubric"]
            why = "the rubric changed, but not what it asks" if other else "the language or --no-text changed"
            say(f"{why}: {count:,} stored reviews are scored again")
    store.configure(now)


_DIGEST = 64  # letters, which tell people nothing
_WORDED = ("rubric", "language", "no_text")  # what is put right without a model


def _configuration(job: Job) -> dict[str, Any]:
    return {
        "identity": identity(job.rubric, job.model, job.samples),
        "rubric": _used(job.rubric),
        "named": lasting_name(job.named) if job.named else "",
        "language": job.language,
        "no_text": job.no_text,
    }


def _used(rubric: Rubric) -> dict[str, str]:
    return {"id": rubric.id, "version": rubric.version, "sha256": rubric.sha256}


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    def said(part: str) -> str:
        shown = "" if len(old[part]) == _DIGEST else f" ({old[part]}, now {new[part]})"
        return f"another {part.removeprefix('the ')}{shown}"

    return ", ".join(said(part) for part in new if part in old and old[part] != new[part])


def rescored(
    store: Store,
    rubric: Rubric,
    *,
    named: str = "",
    language: str | None = None,
    no_text: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> int:
    """Score every stored review again under a rubric that asks the same, with no model; all or none.

    `named` is how the user calls the rubric; `tell` hears the name of each.

    Raises InputError where the rubric asks something else.
    """
    done = 0

    def again() -> Iterator[Result]:
        nonlocal done
        for result in store.results():
            if result.packed is not None:
                review = rescore(read_record(result.record(), result.name), rubric, language)  # type: ignore[arg-type]
                review = without_text(review) if no_text else review
                done += 1
                tell(result.name)
                yield result.model_copy(update={"packed": Result.pack(review.model_dump_json())})

    worded = {"rubric": _used(rubric), "language": language, "no_text": no_text}
    store.replace(
        again(), {**store.run, **worded, "named": lasting_name(named) if named else store.run.get("named", "")}
    )
    if no_text:
        store.shrink()  # what was taken out would stay in the file's free pages
    return done


def work(store: Store, plan: Plan, engine: Engine, *, stopped: Callable[[], bool], tell: Tell) -> None:
    """Review what is not reviewed yet. Each result is kept before `tell` hears of it."""
    queue = _Queue(store, plan, stopped, tell)
    for result in engine(iter(queue)):
        store.put(result)
        queue.landed(result)
    store.flush()  # what was only renamed brings no result that would keep it


class _Queue:
    """Documents that are still to be done, in their order, each content once."""

    def __init__(self, store: Store, plan: Plan, stopped: Callable[[], bool], tell: Tell) -> None:
        self._store, self._plan, self._stopped, self._tell = store, plan, stopped, tell
        self._flying: dict[str, int] = {}  # and how many twins wait for it
        self._failed: set[str] = set()  # just now: once a run is enough

    def landed(self, result: Result) -> None:
        twins = self._flying.pop(result.content, 0)
        if result.state == "failed":
            self._failed.add(result.content)
        self._tell(result.state, result.cost)
        for _ in range(twins):
            self._tell(result.state, 0.0)

    def __iter__(self) -> Iterator[Item]:
        for entry in self._plan.entries():
            if self._stopped():
                return
            if entry.listed.state is None and (item := self._due(entry)) is not None:
                self._flying[item.content] = 0
                yield item

    def _due(self, entry: Entry) -> Item | None:
        content, fresh, data = self._store.content(entry.id), False, None
        if content is None:
            try:
                data = entry.read()
            except InputError as error:
                self._store.unreadable(entry.id, folded(str(error)))
                self._tell("failed", 0.0)
                return None
            content, fresh = content_of(data, entry.listed.name), True
            self._store.link(entry.id, content)
        state = self._store.state(content)
        if content in self._flying:
            self._flying[content] += 1
            return None
        if content in self._failed or not self.open(state):
            if fresh and state is not None:
                self._tell(state, 0.0)
            return None
        try:
            return Item(content=content, name=entry.listed.name, data=entry.read() if data is None else data)
        except InputError as error:
            self._store.unreadable(entry.id, folded(str(error)))
            self._tell("failed", 0.0)
            return None

    def open(self, state: State | None) -> bool:
        """Is there anything left to do?"""
        return state in (None, "failed") or (state == "skipped" and self._plan.job.force)


def chosen(plan: Plan) -> Iterator[Entry | LeftOut]:
    """Every file, whether it counts or not, for people to look at before anything is spent."""
    return entries(plan.sources, plan.rules)


def sample(store: Store, plan: Plan, most: int) -> list[tuple[bytes, str]]:
    """Some of the documents that wait, evenly spread, to tell from them what all would cost."""
    counts = store.counts()
    waiting = counts.get("pending", 0) + counts.get("failed", 0)
    step, found, at = max(1, -(-waiting // most)), [], 0
    for entry in plan.entries():
        content = store.content(entry.id)
        if entry.listed.state is None and (content is None or store.state(content) in (None, "failed")):
            if at % step == 0:
                with suppress(InputError):  # told when its turn comes
                    found.append((entry.read(), entry.listed.name))
            at += 1
    return found


def todo(counts: Mapping[State, int], plan: Plan) -> int:
    """How many documents the run will turn to."""
    states: Iterable[State] = ("pending", "failed", "skipped") if plan.job.force else ("pending", "failed")
    return sum(counts.get(state, 0) for state in states)
