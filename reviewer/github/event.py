"""What GitHub says has happened, and which pull request that asks to review."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from reviewer.domain.base import Frozen
from reviewer.errors import InputError, SettingsError

COMMAND = "/review"
MAY_ASK = ("OWNER", "MEMBER", "COLLABORATOR")  # everyone else could spend the model's money
MOST = 30_000_000  # bytes; GitHub's own limit for a payload is 25 MB


class Ask(Frozen):
    """A pull request to review, by its number or else by its head."""

    repository: str
    number: int | None = None
    head: str | None = None  # the commit that the event is about; None: the one that is the head now
    branch: str = ""  # of the head, where there is no number
    owner: str = ""  # of the head's repository
    fork: str = ""  # the head's repository
    asked: bool = False  # a person asked, so that a draft is reviewed, too
    by: str = ""  # who asked by a comment; whether they may write is GitHub's to say


class Skip(Frozen):
    """Nothing to do, which is no failure."""

    reason: str
    head: str = ""  # a commit that may wait for the check all the same


class _Commit(BaseModel):
    sha: str


class _Pull(BaseModel):
    number: int
    head: _Commit


class _User(BaseModel):
    login: str
    type: str = "User"


class _Repository(BaseModel):
    full_name: str
    owner: _User


class _Run(BaseModel):
    event: str
    head_sha: str
    head_branch: str | None
    head_repository: _Repository | None


class _Issue(BaseModel):
    number: int
    pull_request: Mapping[str, Any] | None = None


class _Comment(BaseModel):
    body: str
    author_association: str
    user: _User | None


class _Group(BaseModel):
    head_sha: str


class _Event(BaseModel):
    action: str = ""
    pull_request: _Pull | None = None
    workflow_run: _Run | None = None
    issue: _Issue | None = None
    comment: _Comment | None = None
    merge_group: _Group | None = None


def read_event(environ: Mapping[str, str], number: int | None = None) -> Ask | Skip:
    """What to review. `number` names a pull request whatever has happened."""
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not repository:
        raise SettingsError(
            "GITHUB_REPOSITORY is not set: this runs in a GitHub workflow; "
            "for a local repository: reviewer github --dry-run --base main"
        )
    if number is not None:
        return Ask(repository=repository, number=number, asked=True)
    name = environ.get("GITHUB_EVENT_NAME", "")
    event = _read(environ.get("GITHUB_EVENT_PATH", ""))
    if name in ("pull_request", "pull_request_target") and event.pull_request:
        if event.action == "closed":
            return Skip(reason="the pull request was closed")
        return Ask(repository=repository, number=event.pull_request.number, head=event.pull_request.head.sha)
    if name == "workflow_run" and event.workflow_run:
        return _run(repository, event.workflow_run)
    if name == "issue_comment" and event.issue and event.comment:
        return _comment(repository, event)
    if name == "merge_group" and event.merge_group:
        return Skip(reason="a merge queue brings nothing new", head=event.merge_group.head_sha)
    return Skip(reason=f"the event {name or '(none)'!r} proposes nothing")


def _run(repository: str, run: _Run) -> Ask | Skip:
    """The pull request whose workflow ran: found by its head, since an artifact of a fork can say anything."""
    if run.event != "pull_request":
        return Skip(reason=f"the workflow ran for {run.event!r}, not for a pull request")
    if not run.head_repository or not run.head_branch:
        return Skip(reason="the repository of the proposal is gone")
    return Ask(
        repository=repository,
        head=run.head_sha,
        branch=run.head_branch,
        owner=run.head_repository.owner.login,
        fork=run.head_repository.full_name,
    )


def _comment(repository: str, event: _Event) -> Ask | Skip:
    issue, comment = event.issue, event.comment
    if issue is None or comment is None or issue.pull_request is None:
        return Skip(reason="the comment is not on a pull request")
    # The whole comment: a command with arguments could name another host, model or rubric.
    if event.action != "created" or comment.body.strip() != COMMAND:
        return Skip(reason=f"the comment is not {COMMAND} alone")
    if comment.author_association not in MAY_ASK or comment.user is None or comment.user.type == "Bot":
        return Skip(reason=f"{COMMAND} is for people with write access; {comment.author_association} is not enough")
    return Ask(repository=repository, number=issue.number, asked=True, by=comment.user.login)


def _read(path: str) -> _Event:
    if not path:
        raise SettingsError("GITHUB_EVENT_PATH is not set: this runs in a GitHub workflow")
    try:
        with Path(path).open("rb") as file:
            return _Event.model_validate(json.loads(file.read(MOST)))
    except (OSError, ValueError, ValidationError) as error:
        why = error.strerror if isinstance(error, OSError) else "not an event of GitHub's"
        raise InputError(f"{path}: {why}; GITHUB_EVENT_PATH is set by GitHub, leave it as it is") from error
