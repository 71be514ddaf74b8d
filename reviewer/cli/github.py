"""`reviewer github`: the proposals that a pull request changes, reviewed where they are proposed."""

from typing import Any

import click

from reviewer.cli.options import judging_options


@click.command()
@click.option(
    "--paths",
    metavar="GLOBS",
    envvar="REVIEWER_GITHUB_PATHS",
    help="Which files are proposals: patterns as in .gitignore, one a line or with commas; ! leaves out. "
    "[default: **/proposals/**/*.md, *proposal*.md, *design-doc*.md]",
)
@judging_options
@click.option("--offline", is_flag=True, default=None, help="Use no model, whatever the settings name.")
@click.option("--model", metavar="NAME", help="Read with this model, for example openai:gpt-5-mini.")
@click.option("--base-url", metavar="URL", help="An OpenAI-compatible server in place of the provider's own.")
@click.option("--max-cost", type=float, metavar="USD", help="Stop before the model costs more. [default: forks 0.50]")
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
    default="comment,inline,check,annotations",
    show_default=True,
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
    raise click.UsageError("not here yet")
