"""What GitHub says has happened, and which pull request that asks to review."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasPath, BaseModel, Field, ValidationError

from reviewer.domain.base import Frozen
from reviewer.errors import InputError, SettingsError

COMMAND = "/review"
# Who may write is GitHub's to say: to an event, a member of an organisation is a contributor unless that is public.
MAY_ASK = ("OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR")
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


def _at(*path: str) -> Any:
    """A field that stands so deep in what GitHub sends; None where it does not."""
    return Field(default=None, validation_alias=AliasPath(*path))


class _Event(BaseModel):
    action: str = ""
    number: int | None = _at("pull_request", "number")
    head: str | None = _at("pull_request", "head", "sha")
    ran_for: str | None = _at("workflow_run", "event")
    ran_at: str | None = _at("workflow_run", "head_sha")
    ran_on: str | None = _at("workflow_run", "head_branch")
    source: str | None = _at("workflow_run", "head_repository", "full_name")
    owner: str | None = _at("workflow_run", "head_repository", "owner", "login")
    issue: int | None = _at("issue", "number")
    on_pull: Mapping[str, Any] | None = _at("issue", "pull_request")
    said: str | None = _at("comment", "body")
    association: str | None = _at("comment", "author_association")
    by: str | None = _at("comment", "user", "login")
    kind: str | None = _at("comment", "user", "type")
    group: str | None = _at("merge_group", "head_sha")


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
    if name in ("pull_request", "pull_request_target") and event.number:
        if event.action == "closed":
            return Skip(reason="the pull request was closed")
        return Ask(repository=repository, number=event.number, head=event.head)
    if name == "workflow_run":
        return _run(repository, event)
    if name == "issue_comment":
        return _comment(repository, event)
    if name == "merge_group" and event.group:
        return Skip(reason="a merge queue brings nothing new", head=event.group)
    named = "; say which pull request is meant: pr, or --pr NUMBER" if name == "workflow_dispatch" else ""
    return Skip(reason=f"the event {name or '(none)'!r} proposes nothing{named}")


def _run(repository: str, event: _Event) -> Ask | Skip:
    """The pull request whose workflow ran: found by its head, since an artifact of a fork can say anything."""
    if event.ran_for != "pull_request":
        return Skip(reason=f"the workflow ran for {event.ran_for!r}, not for a pull request")
    if not (event.ran_at and event.ran_on and event.source and event.owner):
        return Skip(reason="the repository of the proposal is gone")
    return Ask(repository=repository, head=event.ran_at, branch=event.ran_on, owner=event.owner, fork=event.source)


def _comment(repository: str, event: _Event) -> Ask | Skip:
    if event.issue is None or event.on_pull is None:
        return Skip(reason="the comment is not on a pull request")
    # The whole comment: a command with arguments could name another host, model or rubric.
    if event.action != "created" or (event.said or "").strip() != COMMAND:
        return Skip(reason=f"the comment is not {COMMAND} alone")
    if event.association not in MAY_ASK or event.by is None or event.kind == "Bot":
        return Skip(reason=f"{COMMAND} is for people with write access; {event.association} {event.kind} is not enough")
    return Ask(repository=repository, number=event.issue, asked=True, by=event.by)


def _read(path: str) -> _Event:
    if not path:
        raise SettingsError("GITHUB_EVENT_PATH is not set: this runs in a GitHub workflow")
    try:
        with Path(path).open("rb") as file:
            return _Event.model_validate(json.loads(file.read(MOST)))
    except (OSError, ValueError, ValidationError) as error:
        why = error.strerror if isinstance(error, OSError) else "not an event of GitHub's"
        raise InputError(f"{path}: {why}; GITHUB_EVENT_PATH is set by GitHub, leave it as it is") from error
