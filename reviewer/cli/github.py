"""`reviewer github`: the proposals that a pull request changes, reviewed where they are proposed."""

import asyncio
import os
import re
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from reviewer.cli.options import block_option, judging_options, model_options
from reviewer.errors import ReviewerError, SettingsError

if TYPE_CHECKING:  # at start-up nothing here may import pydantic
    from github import Github
    from github.PullRequest import PullRequest

    from reviewer.cli.settings import Settings
    from reviewer.github.plan import Plan
    from reviewer.github.publish import Delivery
    from reviewer.github.pull import Pull
    from reviewer.github.reviews import Outcome, Reading

POSTS = ("comment", "inline", "check", "annotations")


def _posts(_context: click.Context, _option: click.Parameter, text: str) -> frozenset[str]:
    wanted = {part.strip() for part in text.split(",") if part.strip()} - {"none"}
    if unknown := wanted - set(POSTS):
        raise click.UsageError(f"--post: no {', '.join(sorted(unknown))}; it knows: {', '.join(POSTS)}, none")
    return frozenset(wanted)


@click.command()
@click.option(
    "--paths",
    metavar="GLOBS",
    envvar="REVIEWER_GITHUB_PATHS",
    help="Which files are proposals: patterns as in .gitignore, one a line or with commas; ! leaves out. "
    "[default: **/proposals/**/*.md, *proposal*.md, *design-doc*.md]",
)
@judging_options
@model_options
@click.option("--max-cost", type=float, metavar="USD", help="Stop before the model costs more. [default: forks 0.50]")
@block_option
@click.option("--force", is_flag=True, default=None, help="Review also what does not look like a proposal.")
@click.option(
    "--max-files", type=click.IntRange(1, 300), default=20, show_default=True, envvar="REVIEWER_GITHUB_MAX_FILES",
    help="Review at most so many proposals.",
)  # fmt: skip
@click.option(
    "--max-bytes", type=click.IntRange(1), default=2_000_000, show_default=True, envvar="REVIEWER_GITHUB_MAX_BYTES",
    help="Read at most so many bytes of proposals in all.",
)  # fmt: skip
@click.option(
    "--post",
    metavar="WHAT,...",
    default=",".join(POSTS),
    show_default=True,
    callback=_posts,
    envvar="REVIEWER_GITHUB_POST",
    help="What to post; none: only the job summary, the outputs and the files (shadow mode).",
)
@click.option("--record", metavar="FILE", envvar="REVIEWER_GITHUB_RECORD", help="Write the records to FILE.")
@click.option("--sarif", metavar="FILE", envvar="REVIEWER_GITHUB_SARIF", help="Write a SARIF log to FILE.")
@click.option("--drafts", is_flag=True, envvar="REVIEWER_GITHUB_DRAFTS", help="Review draft pull requests, too.")
@click.option(
    "--strict", is_flag=True, envvar="REVIEWER_GITHUB_STRICT",
    help="Fail the job also when something could not be reviewed (exit codes 3, 4, 6); else that is neutral.",
)  # fmt: skip
@click.option(
    "--wait", type=click.FloatRange(0), default=300.0, show_default=True, metavar="SECONDS",
    envvar="REVIEWER_GITHUB_WAIT", help="Wait so long in all when GitHub asks to slow down.",
)  # fmt: skip
@click.option(
    "--pr", type=click.IntRange(1), metavar="NUMBER", envvar="REVIEWER_GITHUB_PR",
    help="This pull request, whatever the event names (for workflow_dispatch, or by hand with a token).",
)  # fmt: skip
@click.option("--author", metavar="LOGIN", envvar="REVIEWER_GITHUB_AUTHOR", help="Who posts. [default: asks GitHub]")
@click.option("--dry-run", is_flag=True, help="Post nothing; print what would be posted.")
@click.option("--base", metavar="REV", help="With --dry-run: the commit that is proposed to. No network.")
@click.option("--head", metavar="REV", default="HEAD", show_default=True, help="With --base: the commit proposed.")
@click.option("--repo", metavar="PATH", default=".", show_default=True, help="With --base: the git repository.")
def command(**flags: Any) -> int:
    """Review the proposals that a pull request changes: one comment, remarks on lines, a job summary.

    Runs in a workflow: the event, the repository and the API's address come from GITHUB_EVENT_PATH,
    GITHUB_EVENT_NAME, GITHUB_REPOSITORY and GITHUB_API_URL, the token from GITHUB_TOKEN. Proposals are
    read as data at one commit, through the API; no checkout is needed, and none is read. Rubric
    (--rubric with a path), reviewer.toml and reviewer.waivers.yaml come from the base commit.

    Every option can also stand in the environment: REVIEWER_MODEL, REVIEWER_FAIL_ON, ...,
    REVIEWER_GITHUB_PATHS, ...; an empty variable counts as not set.

    \b
    Examples:
      reviewer github                                          in a workflow
      reviewer github --paths 'docs/rfcs/*.md' --fail-on blocker
      reviewer github --post none --record reviews.jsonl       shadow mode
      reviewer github --dry-run --base main --head HEAD        a local repository, no network

    \b
    Outputs (GITHUB_OUTPUT), of several proposals the lowest:
      status       reviewed, incomplete, skipped, failed or none
      verdict      go, revise or stop; empty unless reviewed
      impact, feasibility    0-100; empty unless reviewed
      record       the file that --record names

    \b
    Exit codes:
      0  reviewed, or nothing to review: the reason is told
      1  a condition that you set (--fail-on, --fail-under)
      2  bad rubric, settings, usage or permissions
      3  GitHub cannot be reached
      3, 4, 6 with --strict: provider unusable, incomplete or skipped, budget reached
    """
    if missing := [name for name in ("github", "pathspec") if find_spec(name) is None]:
        raise SettingsError(f"{missing[0]} is not installed; pip install 'proposal-reviewer[github]'")
    options = _Options(**{key: flags.pop(key) for key in _Options._fields})
    try:
        if options.base is None:
            return _on_github(options, flags)
        if not options.dry_run:
            raise click.UsageError("--base is for --dry-run; on GitHub, the pull request says what is proposed")
        from reviewer.github.local import local_pull

        return _review(local_pull(Path(options.repo), options.base, options.head), None, options, flags)
    except ReviewerError as error:
        _nothing("failed", str(error), options)
        raise


class _Options(NamedTuple):
    """The options that are this command's own."""

    paths: str | None
    max_files: int
    max_bytes: int
    post: frozenset[str]
    record: str | None
    sarif: str | None
    drafts: bool
    strict: bool
    wait: float
    pr: int | None
    author: str | None
    dry_run: bool
    base: str | None
    head: str
    repo: str


def _on_github(options: _Options, flags: Mapping[str, Any]) -> int:
    from reviewer.github.event import Skip, read_event
    from reviewer.github.remote import Clock, connect, find_pull, read_pull

    ask = read_event(os.environ, options.pr)
    if isinstance(ask, Skip) and not (ask.head and "check" in options.post):
        return _skipped(ask.reason, options)
    url, token = os.environ.get("GITHUB_API_URL", ""), os.environ.get("GITHUB_TOKEN", "")
    with connect(url, token, Clock(options.wait)) as github:
        if isinstance(ask, Skip):
            from reviewer.github.publish import let_pass

            for note in () if options.dry_run else let_pass(github, os.environ["GITHUB_REPOSITORY"], ask):
                _log(note)
            return _skipped(ask.reason, options)
        pull = find_pull(github, ask)
        if isinstance(pull, Skip):
            return _skipped(pull.reason, options)
        if pull.draft and not (options.drafts or ask.asked):
            return _skipped(f"#{pull.number} is a draft; --drafts reviews drafts, too", options)
        return _review(read_pull(github, ask, pull), (github, pull), options, flags)


def _review(
    pull: "Pull", there: "tuple[Github, PullRequest] | None", options: _Options, flags: Mapping[str, Any]
) -> int:
    """Review what is proposed, and post or print it."""
    from reviewer.github.changes import PROPOSALS, Left, Proposal, proposals
    from reviewer.github.comment import Saying
    from reviewer.github.plan import Conditions, Thread, make_plan
    from reviewer.github.publish import Delivery, publish, read_thread, whoami
    from reviewer.github.reviews import review_proposals
    from reviewer.github.words import telling

    settings, reading = _judging(pull, flags)
    patterns = [part.strip() for part in re.split(r"[,\n]", options.paths or "") if part.strip()]
    found = list(proposals(pull, patterns or PROPOSALS, options.max_files, options.max_bytes))
    changed = [one for one in found if isinstance(one, Proposal)]
    outcome = asyncio.run(review_proposals(changed, reading, pull, partial(_announce, reading, len(changed))))
    # Late, since a model may take minutes, in which another run can write what need not be written twice.
    me = whoami(there[0], options.author) if there and options.post else None
    thread = read_thread(there[1], me) if there and me else Thread()
    spoken = [one.review.language for one in outcome.reviewed]
    language: str = settings.lang or (spoken[0] if spoken else "en")
    saying = Saying(reading.rubric, language, settings.voice, telling(language))
    plan = make_plan(
        outcome,
        [one for one in found if isinstance(one, Left)],
        thread,
        pull.head.sha,
        saying,
        Conditions(any=bool(settings.fail_under or settings.fail_on), unmet=_unmet(outcome, settings)),
        text=not settings.no_text,
    )
    if options.dry_run:
        _print(plan, options.post)
    else:
        delivery = publish(plan, *there, me, thread, options.post, saying.tell) if there and me else Delivery()
        _hand_over(plan, delivery, options)
    _write(plan, options)
    return _code(plan, outcome, options)


def _judging(pull: "Pull", flags: Mapping[str, Any]) -> "tuple[Settings, Reading]":
    """How to judge: by flags and environment, and by the settings and the rubric of the base commit."""
    from reviewer.cli.conditions import check_conditions
    from reviewer.cli.report import today
    from reviewer.cli.settings import RUBRIC, model_settings, resolve
    from reviewer.github.base import lay_out, lay_out_path
    from reviewer.github.reviews import Reading
    from reviewer.pipeline import WAIVERS_FILE, load_rubric, read_waivers

    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        try:
            lay_out(pull.base, folder)
            settings = resolve(flags, folder)
            rubric = load_rubric(lay_out_path(pull.base, settings.rubric or RUBRIC, "--rubric", folder))
            file = Path(settings.waivers or folder / WAIVERS_FILE)
            if settings.waivers is not None:
                file = Path(lay_out_path(pull.base, settings.waivers, "--waivers", folder))
            waivers = read_waivers(file, rubric) if settings.waivers or file.is_file() else ()
        except ReviewerError as error:  # as git names a file of a commit
            raise type(error)(str(error).replace(f"{folder}/", f"{pull.base.sha[:7]}:")) from error
    check_conditions(settings.fail_under, settings.fail_on, rubric)
    return settings, Reading(
        rubric=rubric,
        waivers=tuple(w.model_copy(update={"where": w.where.removeprefix(f"{folder}/")}) for w in waivers),
        day=today(),
        model=model_settings(settings),
        language=settings.lang,
        force=settings.force,
        samples=settings.samples,
        concurrency=settings.concurrency,
    )


def _announce(reading: "Reading", count: int) -> None:
    from reviewer.pipeline import host_of

    if reading.model is not None:
        what = "the proposal" if count == 1 else f"{count} proposals"
        _log(f"sending {what} to {host_of(reading.model)} (model {reading.model.name})")


def _unmet(outcome: "Outcome", settings: "Settings") -> tuple[str, ...]:
    from reviewer.cli.conditions import unmet

    return tuple(
        f"{one.path}: {condition}"
        for one in outcome.reviewed
        for condition in unmet(one.review, settings.fail_under, settings.fail_on)
    )


def _write(plan: "Plan", options: _Options) -> None:
    """The files that were asked for."""
    from reviewer.cli.output import opened

    for path, text in ((options.record, plan.record), (options.sarif, plan.sarif)):
        if path and text:
            with opened(path) as write:
                write(text)


def _hand_over(plan: "Plan", delivery: "Delivery", options: _Options) -> None:
    """Leave everything with the job: outputs, summary; annotations where the comment could not be written."""
    from reviewer.cli.output import to_stdout
    from reviewer.github.comment import SUMMARY, fit
    from reviewer.github.workflow import Annotation, add_outputs, add_summary, commands

    for note in delivery.notes:
        _log(note)
    add_outputs(
        os.environ.get("GITHUB_OUTPUT"), {**plan.outputs, "record": options.record or "" if plan.record else ""}
    )
    add_summary(
        os.environ.get("GITHUB_STEP_SUMMARY"), "\n\n".join((fit(plan.comment, SUMMARY), *map(_told, delivery.notes)))
    )
    annotations = [Annotation(level="warning", message=note) for note in delivery.notes]
    if "annotations" in options.post:
        annotations += [one for one in plan.annotations if one.level == "error" or not delivery.comment]
    for line in commands(annotations):
        to_stdout(line + "\n")
    _log(f"{plan.check.conclusion}: {plan.check.title}")


def _print(plan: "Plan", post: frozenset[str]) -> None:
    """What would be posted."""
    from reviewer.cli.output import to_stdout
    from reviewer.github.comment import COMMENT, fit
    from reviewer.github.state import written
    from reviewer.github.workflow import commands, quoted
    from reviewer.pipeline import folded

    parts: list[tuple[str, str]] = []
    if "comment" in post:
        why_not = "nothing changed since the last one" if plan.unchanged else "nothing to say" if plan.empty else ""
        body = fit(plan.comment, COMMENT, tail=written(plan.state))
        parts.append((f"no comment: {why_not}", "") if why_not else ("comment", body))
    if "inline" in post:
        parts += [(f"remark on {remark.path}, line {remark.line}", remark.body) for remark in plan.remarks]
        parts += [(f"remark {edit.id}, rewritten", edit.body) for edit in plan.edits]
    if "check" in post:
        parts.append((f"check: {plan.check.conclusion}", plan.check.title))
    if "annotations" in post:
        parts.append(("annotations, where the comment may not be written", "\n".join(commands(plan.annotations))))
    parts.append(("outputs", "\n".join(f"{name}={value}" for name, value in plan.outputs.items())))
    for title, text in parts:
        to_stdout("\n".join((f"reviewer: {folded(title)}", *quoted(text))) + "\n\n")


def _code(plan: "Plan", outcome: "Outcome", options: _Options) -> int:
    """What the job comes to. What could not be reviewed is neutral, unless it should be strict."""
    if plan.check.conclusion == "failure":
        return 1
    if not options.strict:
        return 0
    if outcome.error is not None:
        return outcome.error.exit_code
    return 0 if plan.outputs["status"] in ("reviewed", "none") else 4


def _skipped(reason: str, options: _Options) -> int:
    _log(f"nothing to review: {reason}")
    _nothing("none", f"nothing to review: {reason}", options)
    return 0


def _nothing(status: str, text: str, options: _Options) -> None:
    """Leave with the job why there is no review."""
    from reviewer.github.workflow import add_outputs, add_summary

    if not options.dry_run:
        nothing = dict.fromkeys(("verdict", "impact", "feasibility", "record"), "")
        add_outputs(os.environ.get("GITHUB_OUTPUT"), {"status": status, **nothing})
        add_summary(os.environ.get("GITHUB_STEP_SUMMARY"), _told(text))


def _told(text: str) -> str:
    from reviewer.pipeline import escape_markdown

    return f"**reviewer:** {escape_markdown(text)}"


def _log(text: str) -> None:
    from reviewer.pipeline import folded

    click.echo(f"reviewer: {folded(text)}", err=True)
