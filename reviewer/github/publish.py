"""A plan carried out. What GitHub refuses is told and not lost: the job's summary has all of it."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from github import Github, GithubException, UnknownObjectException
from github.Commit import Commit
from github.IssueComment import IssueComment
from github.NamedUser import NamedUser
from github.Organization import Organization
from github.PullRequest import PullRequest
from github.Repository import Repository
from requests import RequestException

from reviewer.domain.base import Frozen
from reviewer.github.comment import COMMENT, fit
from reviewer.github.event import Skip
from reviewer.github.plan import Check, Plan, Thread
from reviewer.github.remarks import Edit, Standing
from reviewer.github.remote import message, reading
from reviewer.github.state import MARKER, read, written
from reviewer.github.words import Tell

CHECK = "Proposal review"
NAMED = 4  # of what could not be posted
UNLIKE = "0" * 64  # no digest
BOT = "github-actions[bot]"  # whom a workflow's own token writes as


class Me(Frozen):
    """Who writes with this token."""

    id: int | None
    login: str

    def wrote(self, user: NamedUser | Organization | None) -> bool:
        """Whether this is the author; a marker alone could be anybody's, an app's own name is nobody else's."""
        if user is None:
            return False
        same_app = user.login.removesuffix("[bot]") == self.login.removesuffix("[bot]")
        return user.id == self.id or (user.type == "Bot" and same_app)


class Delivery(Frozen):
    """Whether the comment arrived, and what is to be told about the rest."""

    comment: bool = False
    notes: tuple[str, ...] = ()


def whoami(github: Github, login: str | None) -> Me:
    """Who writes. GraphQL alone tells this for a workflow's or an app's token; else the usual name is taken."""
    if login is None and (viewer := _viewer(github)):
        return viewer
    login = login or BOT
    with reading(f"the author {login}"):
        return Me(id=github.get_user(login).id, login=login)


def _viewer(github: Github) -> Me | None:
    """None: GitHub tells nothing. Where it is only out of order, to take another's name would mean a second comment."""
    with reading("the author"):
        try:
            _, answer = github.requester.graphql_query("query { viewer { login databaseId } }", {})
            viewer = answer["data"]["viewer"]
            return Me(id=viewer["databaseId"], login=viewer["login"])
        except GithubException as error:
            if error.status >= 429:
                raise
        except (KeyError, TypeError):
            pass
    return None


def read_thread(pull: PullRequest, me: Me) -> Thread:
    """What we wrote on the pull request before."""
    with reading(f"comments of pull request #{pull.number}"):
        mine = _mine(pull, me)
        remarks = _standing(pull, me)
    return Thread(comment=mine[0].id if mine else None, state=read(mine[0].body) if mine else None, remarks=remarks)


def publish(
    plan: Plan, github: Github, pull: PullRequest, me: Me, thread: Thread, post: frozenset[str], tell: Tell
) -> Delivery:
    """Post what was planned, as far as the token may."""
    repository, attempts, comment = github.get_repo(pull.base.repo.full_name), _Attempts(pull), "comment" in post
    heads = [plan.head]
    attempts.make("the pull request's head", lambda: heads.append(repository.get_pull(pull.number).head.sha))
    stale = heads[-1] != plan.head
    # One that is about the newer commit already is left alone.
    if comment and not (stale and thread.state and thread.state.head == heads[-1]):
        note = tell("stale", head=plan.head[:7]) if stale else ""
        comment = attempts.make("the comment", partial(_comment, plan, pull, me, thread, note))
    if "inline" in post and not stale and not attempts.forbidden:  # who may not comment may not remark either
        attempts.make("remarks on lines", lambda: _remarks(plan, pull, me, attempts))
        for edit in plan.edits:
            attempts.make("a remark", partial(_edit, pull, edit))
    if "check" in post:
        attempts.make("the check", lambda: _check(repository, plan.head, plan.check, fit(plan.comment, COMMENT)))
    return Delivery(comment=comment, notes=attempts.notes)


def let_pass(github: Github, repository: str, skip: Skip) -> tuple[str, ...]:
    """Answer a merge queue that waits for the check: neutral, since nothing was reviewed. What could not be posted."""
    attempts, check = _Attempts(), Check(conclusion="neutral", title=skip.reason)
    attempts.make("the check", lambda: _check(github.get_repo(repository), skip.head, check, skip.reason))
    return attempts.notes


class _Attempts:
    """What was tried, and why GitHub refused some of it: one refusal does not keep the rest from being tried."""

    def __init__(self, pull: PullRequest | None = None) -> None:
        self.forbidden, self._enough = False, ""  # why nothing more is tried
        self._refused: dict[str, list[str]] = {}
        own = pull is None or (pull.head.repo and pull.head.repo.full_name == pull.base.repo.full_name)
        self._advice = (
            "the job needs permissions: pull-requests: write, checks: write"
            if own
            else "a fork's run may not write: use the two workflows of docs/github.md"
        )

    def make(self, what: str, act: Callable[[], object]) -> bool:
        """Do it, unless GitHub asked to stop; whether it was done."""
        if self._enough:
            self._refused[self._enough].append(what)
            return False
        try:
            act()
        except GithubException as error:
            why = f"GitHub answers {error.status}: {message(error)}"
            if error.status in (403, 404):
                self.forbidden = True
                why += f"; {self._advice}" if error.status == 404 or "not accessible" in why else ""
            self._enough = why if error.status == 429 or "rate limit" in why else ""
        except RequestException as error:
            why = f"GitHub cannot be reached ({type(error).__name__})"
        else:
            return True
        self._refused.setdefault(why, []).append(what)
        return False

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be posted, a line for each reason."""
        return tuple(f"{_few(whats)} could not be posted: {why}" for why, whats in self._refused.items())


def _few(whats: list[str]) -> str:
    """The first ones, and the last, which is the check."""
    more = len(whats) - NAMED
    return ", ".join(whats if more <= 1 else [*whats[: NAMED - 1], f"{more} more", whats[-1]])


def _check(repository: Repository, head: str, check: Check, summary: str) -> None:
    repository.create_check_run(
        name=CHECK,
        head_sha=head,
        status="completed",
        conclusion=check.conclusion,
        output={"title": check.title, "summary": summary},
    )


def _comment(plan: Plan, pull: PullRequest, me: Me, thread: Thread, note: str) -> None:
    """Write the one comment: over the old one, or anew where that is gone."""
    if plan.empty or (plan.unchanged and not note):
        return
    # With a note, it does not say what the plan says, so the next run writes it again.
    tail = written(plan.state.model_copy(update={"digest": UNLIKE}) if note else plan.state)
    try:
        _write(fit(plan.comment, COMMENT, note, tail), plan, pull, me, thread)
    except GithubException as error:
        if error.status != 422 or "too long" not in str(error.data):
            raise
        _write(fit(plan.comment, COMMENT // 2, note, tail), plan, pull, me, thread)


def _write(body: str, plan: Plan, pull: PullRequest, me: Me, thread: Thread) -> None:
    if thread.comment is not None:
        with suppress(UnknownObjectException):  # somebody deleted it
            pull.get_issue_comment(thread.comment).edit(body)
            return
    pull.create_issue_comment(body)
    # Two runs at once both find nothing and both write. Each then removes all but the first.
    for double in _mine(pull, me)[1:]:
        with suppress(UnknownObjectException):
            double.delete()


def _mine(pull: PullRequest, me: Me) -> list[IssueComment]:
    """Our comments, the first one first. Every page is read."""
    found = (one for one in pull.get_issue_comments() if (one.body or "").startswith(MARKER) and me.wrote(one.user))
    return sorted(found, key=lambda one: one.id)


def _standing(pull: PullRequest, me: Me) -> tuple[Standing, ...]:
    """Our remarks, the first one first. Every page is read."""
    found = (one for one in pull.get_review_comments() if me.wrote(one.user))
    return tuple(sorted((Standing(id=one.id, path=one.path, body=one.body or "") for one in found), key=lambda s: s.id))


def _remarks(plan: Plan, pull: PullRequest, me: Me, attempts: _Attempts) -> None:
    """All remarks in one call, or one by one where GitHub refuses a line: then it refuses all of them."""
    if not plan.remarks:
        return
    commit = Commit(pull.requester, attributes={"sha": plan.head}, completed=True)
    try:
        pull.create_review(
            commit=commit,
            body=plan.remarks_body,
            event="COMMENT",
            comments=[{"path": r.path, "line": r.line, "side": "RIGHT", "body": r.body} for r in plan.remarks],
        )
    except GithubException as error:
        if error.status != 422:
            raise
        for remark in plan.remarks:
            post = partial(pull.create_review_comment, remark.body, commit, remark.path, line=remark.line, side="RIGHT")
            attempts.make(f"a remark on {remark.path}, line {remark.line}", post)
    # Two runs at once both find nothing and both write, as with the comment.
    firsts: set[tuple[str, str]] = set()
    for one in _standing(pull, me):
        finding = one.path, one.fingerprint
        if one.fingerprint and finding in firsts:
            with suppress(UnknownObjectException):
                pull.get_review_comment(one.id).delete()
        firsts.add(finding)


def _edit(pull: PullRequest, edit: Edit) -> None:
    with suppress(UnknownObjectException):  # somebody deleted it
        pull.get_review_comment(edit.id).edit(edit.body)
