"""`reviewer batch run`: what counts, what it would cost, how far it is, and how it goes on."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reviewer.cli.options import (
    FILE,
    asking_options,
    lang_option,
    limit_options,
    model_options,
    rubric_option,
    typed,
)
from reviewer.errors import BudgetError, InputError, ReviewerError, SettingsError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from reviewer.batch.job import Job
    from reviewer.batch.run import Engine, Plan
    from reviewer.batch.store import Store
    from reviewer.cli.settings import Settings

INTERRUPTED = 130
_DAY = 86_400  # seconds
_SAMPLE = 20  # documents from which a run's price is told before it begins


def _seconds(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """No range refuses what is no number; and what is longer no clock of the system takes."""
    if not 1 <= value <= _DAY:
        raise click.BadParameter(f"{value:g} is not in the range 1 to {_DAY:,} (a day).")
    return value


@click.command()
@click.argument("sources", type=FILE, nargs=-1, required=True, metavar="SOURCE...")
@click.option("--out", type=click.Path(path_type=Path), metavar="RUN", help="The run's folder; made where it is not.")
@rubric_option
@lang_option
@click.option("--include", multiple=True, metavar="GLOB", help="Only these files, whatever their format. Repeatable.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not these files. Repeatable.")
@click.option("--text-column", metavar="NAME", help="Where a table has its text. [default: text]")
@click.option("--id-column", metavar="NAME", help="What a table's rows are called by. [default: their number]")
@click.option("--dry-run", is_flag=True, help="Only tell what would be reviewed, what is left out, and the price.")
@click.option("--again", is_flag=True, help="Where model, prompt or version differ from last time: review all anew.")
@model_options
@click.option("--max-cost", type=float, metavar="USD", help="Stop before the run, resumed or not, costs more.")
@limit_options
@click.option("--concurrency", type=int, metavar="N", help="How many documents at once, with a model. [default: 8]")
@click.option("--processes", type=click.IntRange(1), metavar="N", help="Processes at work. [default: cores]")
@click.option(
    "--limit", type=float, callback=_seconds, default=60.0, show_default=True, metavar="SECONDS",
    help="How long one document may take without a model.",
)  # fmt: skip
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", metavar="URL", help="With --engine dask: the cluster's scheduler, tcp://host:8786.")
@asking_options
@click.option("--force", is_flag=True, default=None, help="Review also what does not look like a proposal.")
@click.option("--no-text", is_flag=True, default=None, help="Keep the proposals' text out of the records.")
@click.pass_obj
def run(arguments: tuple[str, ...], /, **options: Any) -> int:
    """Review every proposal of the SOURCEs into the folder RUN. The same command goes on where it stopped.

    A SOURCE is a file, a folder, a quoted pattern, a .zip or .tar archive, a .jsonl or .csv table with the text in a
    column, or a list of paths: @list.txt, or - for standard input. Files count by their format; hidden ones, READMEs
    and the like do not. --dry-run shows which.

    Ctrl-C finishes what was begun, a second one ends at once; either way, nothing that is done is lost. Failed
    documents are tried again. RUN/store.db holds the proposals' text: keep it as you keep them.

    \b
    Examples:
      reviewer batch run proposals/ --out run
      reviewer batch run 'drafts/**/*.md' archive.zip --out run
      reviewer batch run intake.csv --text-column body --id-column number --out run
      reviewer batch run proposals/ --model openai:gpt-5-mini --dry-run
      reviewer batch run proposals/ --model openai:gpt-5-mini --max-cost 20 --out run
      reviewer batch run proposals/ --engine dask --scheduler tcp://head:8786 --out run

    \b
    Exit codes:
      0  all reviewed                          5    cannot write
      2  bad input, rubric, settings, usage    6    budget reached
      3  provider unusable                     130  interrupted
      4  some incomplete, skipped or failed
    """
    from reviewer.cli.settings import KEYS, resolve

    settings = resolve({key: value for key, value in options.items() if key in KEYS})
    out, dry, engine, scheduler = (options[name] for name in ("out", "dry_run", "engine", "scheduler"))
    if (engine == "dask") != (scheduler is not None):
        raise SettingsError("--engine dask and --scheduler URL go together; give both, or none")
    plan = _plan(settings, options, out)
    if dry:
        return _dry_run(plan)
    if out is None:
        raise SettingsError("no place for the results; name a folder: --out RUN")
    try:
        code = _run(out, plan, partial(_engine, plan, settings, options))
    except ReviewerError as error:
        click.echo(f"reviewer: {error}", err=True)
        code = error.exit_code
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code > 2:
        click.echo(f"reviewer: to go on: {typed(arguments)}", err=True)
    return code


def _plan(settings: "Settings", options: dict[str, Any], out: Path | None) -> "Plan":
    from reviewer.batch.job import Job
    from reviewer.batch.run import Plan
    from reviewer.batch.sources import Rules
    from reviewer.cli.settings import RUBRIC, model_settings
    from reviewer.pipeline import load_rubric

    model, named = model_settings(settings), settings.rubric or RUBRIC
    limits = (settings.max_cost, settings.max_calls, settings.max_tokens)
    if model is not None and out is not None:
        ledger = out / "spent.db"  # a limit holds for all calls of a run: once there was one, all are booked
        if any(limit is not None for limit in limits) or ledger.exists():
            model = model.model_copy(update={"ledger": ledger})
    return Plan(
        sources=options["sources"],
        rules=Rules(**{key: options[key] for key in ("include", "exclude", "text_column", "id_column")}),
        job=Job(
            rubric=load_rubric(named),
            named=named,
            model=model,
            language=settings.lang,
            samples=settings.samples,
            force=settings.force,
            no_text=settings.no_text,
        ),
        again=options["again"],
    )


def _engine(
    plan: "Plan",
    settings: "Settings",
    options: dict[str, Any],
    before: Callable[[], None],
    stopped: Callable[[], bool],
) -> "Engine":
    """What reviews; `before` is called before anything is sent to a model, and nothing new once `stopped`."""
    at_most = {name: options[name] for name in ("processes", "limit")}
    if options["engine"] == "dask":
        from reviewer.batch.cluster import on_cluster

        before()
        return lambda items: on_cluster(
            items, plan.job, options["scheduler"], concurrency=settings.concurrency, limit=options["limit"]
        )
    if plan.job.model is None:
        from reviewer.batch.pool import in_pool

        return lambda items: in_pool(items, plan.job, **at_most)
    from reviewer.batch.asking import by_model

    return lambda items: by_model(
        items, plan.job, concurrency=settings.concurrency, before=before, stopped=stopped, **at_most
    )


def _run(out: Path, plan: "Plan", engine: Callable[..., "Engine"]) -> int:
    from reviewer.batch.hold import Stop
    from reviewer.batch.process import warm
    from reviewer.batch.run import begun, todo, work
    from reviewer.cli.progress import run_progress

    warm()

    def stopping() -> None:
        # Not through a buffer, which the signal may have found half written.
        os.write(2, b"\nreviewer: finishing what was begun; Ctrl-C again to end at once\n")

    with begun(out, plan, _say) as store:
        if plan.job.model is not None:
            from reviewer.pipeline.purse import begin_ledger

            begin_ledger(plan.job.model, store.spent())
        counts = store.counts()
        total, due = sum(counts.values()), todo(counts, plan)
        if not total:
            raise InputError(f"no proposals in {', '.join(plan.sources)}; see what is left out and why: --dry-run")
        if due < total and store.reviewed():
            _say(f"resuming: {total - due:,} of {total:,} done")
        announcement = _worked_out(store, plan, due) if plan.job.model is not None and due else None
        with Stop(stopping) as stop, run_progress(due, priced=plan.job.model is not None) as bar:

            def tell() -> None:
                if announcement is not None:
                    bar.say(announcement.result())

            def stopped() -> bool:
                return stop.asked

            work(store, plan, engine(tell, stopped), stopped=stopped, tell=bar.finish)
        return _end(store, out, interrupted=stop.asked)


def _end(store: "Store", out: Path, *, interrupted: bool) -> int:
    """Tell what came of it."""
    counts, cost = store.counts(), store.cost()
    parts = [f"{count:,} {state}" for state, count in sorted(counts.items(), key=lambda pair: -pair[1])]
    _say(", ".join(parts) + (f"; ${cost:,.4f}" if cost else "" if cost == 0 else "; price unknown"))
    for shown, row in enumerate(row for row in store.rows(records=False) if row.state not in ("reviewed", "pending")):
        if shown == 10:
            _say(f"and more: {typed(('batch', 'status', str(out)))}")
            break
        _say(f"{row.state}: {row.why}")
    if interrupted and counts.get("pending"):
        raise KeyboardInterrupt
    if counts.get("reviewed", 0) == sum(counts.values()):
        return 0
    return 4


def _worked_out(store: "Store", plan: "Plan", due: int) -> "Future[str]":
    """The announcement, made beside the start of the processes: the first call waits for it."""
    from concurrent.futures import ThreadPoolExecutor

    from reviewer.batch.run import sample

    # Of a copy: a rubric keeps what is worked out of it, and must not change while the processes are sent it.
    job = plan.job.model_copy(deep=True)
    return ThreadPoolExecutor(1).submit(_announcement, sample(store, plan, _SAMPLE), job, due)


def _announcement(some: list[tuple[bytes, str]], job: "Job", due: int) -> str:
    """Who will see the texts, and what that will cost."""
    from reviewer.pipeline import estimate, host_of

    model = job.model
    assert model is not None  # noqa: S101 - for the type checker
    told = estimate(some, model=model, rubric=job.rubric, force=job.force, samples=job.samples)
    scale = due / max(1, len(some))
    price = "its price is not known"
    if told.likely_cost is not None and told.most_cost is not None:
        price = (
            f"about ${told.likely_cost * scale:,.2f}, at most ${told.most_cost * scale:,.2f}, plus what is asked again"
        )
    return (
        f"reviewer: sending {due:,} documents to {host_of(model)} (model {model.name}): {price} (told from {len(some)})"
    )


def _dry_run(plan: "Plan") -> int:
    from reviewer.batch.run import chosen
    from reviewer.cli.dry import described
    from reviewer.cli.output import to_stdout
    from reviewer.domain import LeftOut
    from reviewer.pipeline import estimate

    count, left = 0, Counter[str]()
    first: dict[str, str] = {}
    for entry in chosen(plan):
        if isinstance(entry, LeftOut):
            left[entry.reason] += 1
            first.setdefault(entry.reason, entry.name)
        else:
            count += 1
            to_stdout(f"{entry.listed.name}{f'  ({entry.listed.state})' if entry.listed.state else ''}\n")
    to_stdout(f"\n{count:,} to review, {left.total():,} left out{':' if left else ''}\n")
    for reason, times in left.most_common():
        to_stdout(f"  {times:>7,}  {reason}, such as {first[reason]}\n")
    if (model := plan.job.model) is not None:
        job = plan.job
        told = estimate(_readable(plan), model=model, rubric=job.rubric, force=job.force, samples=job.samples)
        to_stdout("\n" + described(told))
        return BudgetError.exit_code if told.short else 0
    return 0


def _readable(plan: "Plan") -> Iterator[tuple[bytes, str]]:
    from reviewer.pipeline import folded

    for entry in plan.entries():
        if entry.listed.state is None:
            try:
                yield entry.read(), entry.listed.name
            except InputError as error:
                _say(folded(str(error)))


def _say(text: str) -> None:
    click.echo(f"reviewer: {text}", err=True)
