"""GitHub, through PyGithub: connected with patience, read as commits and files, and its refusals in plain words."""

import logging
import re
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from github import Auth, Github, GithubException, GithubRetry, UnknownObjectException, set_log_level
from github.PullRequest import PullRequest
from github.Repository import Repository
from requests import RequestException
from requests.exceptions import RetryError

from reviewer.errors import RateLimitError, ReviewerError, SettingsError, UnreachableError
from reviewer.github.event import COMMAND, Ask, Skip
from reviewer.github.pull import ChangedFile, Entry, Pull
from reviewer.version import VERSION

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

LIMITED = (403, 429)
ELSEWHERE = (302, 303, 307, 308)  # a proxy's login page, say; PyGithub takes these for an answer without content
PAUSE = 60.0  # seconds, where GitHub asks to slow down and does not say for how long
TRIES = 6
LISTED = 3000  # files of a pull request that GitHub lists at most


class Clock:
    """What waiting needs; a test brings another."""

    pace = 1.0  # seconds between two writes, as GitHub asks for

    def __init__(self, wait: float) -> None:
        self.until = self.now() + wait

    def now(self) -> float:
        """The time, in seconds since whenever."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Patient(GithubRetry):
    """PyGithub's own patience, which lacks: an end, 429, and care for what must not be sent twice."""

    def __init__(self, clock: Clock, **options: Any) -> None:
        self.clock = clock
        super().__init__(**options)

    def new(self, **options: Any) -> "Patient":
        """The next one; urllib3 makes one for each try."""
        return super().new(clock=self.clock, **options)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """Whether to send again. "Slow down" comes before anything is done; after a 502, nobody knows about a POST."""
        if status_code in ELSEWHERE:
            raise GithubException(status_code, {"message": "sends us elsewhere; check GITHUB_API_URL and the proxy"})
        return status_code in LIMITED or super().is_retry(method, status_code, has_retry_after)

    def sleep(self, response: "BaseHTTPResponse | None" = None) -> None:
        """Wait as long as GitHub says, else ever longer; give up rather than pass the end."""
        pause = self.get_backoff_time()
        limited = response is not None and response.status in LIMITED
        if response is not None and limited:
            again = sum(entry.status in LIMITED for entry in self.history) - 1
            pause = self.get_retry_after(response) or max(pause, _reset(response), PAUSE * 2**again)
        if self.clock.now() + pause > self.clock.until:
            if not limited:
                raise RetryError
            raise GithubException(429, {"message": f"GitHub asks to wait {pause:.0f} s, longer than --wait allows"})
        self.clock.sleep(pause)


def _reset(response: "BaseHTTPResponse") -> float:
    """Seconds until GitHub counts anew, where everything is used up: PyGithub reads this of a 403 alone."""
    used_up, at = response.headers.get("X-RateLimit-Remaining") == "0", response.headers.get("X-RateLimit-Reset", "")
    return int(at) - time.time() if used_up and at.isdecimal() else 0.0


def connect(url: str, token: str, clock: Clock) -> Github:
    """GitHub's API at this address."""
    if not token:
        raise SettingsError("GITHUB_TOKEN is not set; in the workflow: env: GITHUB_TOKEN: ${{ github.token }}")
    address = url.rstrip("/") or "https://api.github.com"
    if not re.match(r"https?://[\w.\[-]", address):
        raise SettingsError(f"GITHUB_API_URL: {address!r} is no address; GitHub sets it, leave it as it is")
    set_log_level(logging.CRITICAL)  # it tells the job's log of each refusal in its own words; ours are told once
    # A POST that failed half-way may have been carried out: a second comment is worse than none.
    retry = Patient(
        clock, total=TRIES, backoff_factor=1, allowed_methods={"GET", "PATCH", "DELETE"}, raise_on_status=False,
        status_forcelist=[403, 429, 500, 502, 503, 504],
    )  # fmt: skip
    return Github(
        base_url=address,
        auth=Auth.Token(token),
        user_agent=f"reviewer/{VERSION}",
        per_page=100,
        timeout=30,
        retry=retry,
        seconds_between_requests=0,
        seconds_between_writes=clock.pace,
        lazy=True,
    )


Trees = Callable[[str], Mapping[str, Entry]]


def trees(repository: Repository) -> Trees:
    """What the folders of a repository hold, by hash: those that a commit did not change are asked for once."""

    @cache
    def tree(sha: str) -> Mapping[str, Entry]:
        with reading(f"folder {sha[:7]}"):
            found = repository.get_git_tree(sha).tree
        return {e.path: Entry(mode=e.mode, sha=e.sha, size=e.size or 0) for e in found}

    return tree


class RemoteCommit:
    """A commit, read through the API folder by folder; file contents by their hash, so that no link is followed."""

    def __init__(self, repository: Repository, sha: str, tree: Trees) -> None:
        self.sha = sha
        self._repository, self._tree = repository, tree

    def folder(self, path: str) -> Mapping[str, Entry]:
        """What the folder holds, by name."""
        if not path:
            return self._tree(self.sha)
        above, _, name = path.rpartition("/")
        entry = self.folder(above).get(name)
        return self._tree(entry.sha) if entry is not None and entry.mode == "040000" else {}

    def read(self, entry: Entry) -> bytes:
        """The bytes of a file."""
        with reading(f"file {entry.sha[:7]}"):
            return b64decode(self._repository.get_git_blob(entry.sha).content)


def find_pull(github: Github, ask: Ask) -> PullRequest | Skip:
    """The pull request that was meant, if it is open and still at the commit that was meant."""
    repository = github.get_repo(ask.repository)
    if ask.by and not _may_write(repository, ask.by):
        return Skip(reason=f"{COMMAND} is for people with write access, which {ask.by} has not")
    with reading(f"pull request of {ask.repository}"):
        if ask.number is not None:
            pull = repository.get_pull(ask.number)
        else:
            same = [
                one
                for one in repository.get_pulls(state="open", head=f"{ask.owner}:{ask.branch}")
                if one.head.sha == ask.head and one.head.repo and one.head.repo.full_name == ask.fork
            ]
            if len(same) != 1:
                return Skip(reason=f"{len(same)} open pull requests have the head {str(ask.head)[:7]}, not one")
            pull = same[0]
        if not pull.state:  # a proxy's page, say: PyGithub takes whatever comes
            raise UnreachableError(
                f"pull request of {ask.repository}: what answers is not GitHub; check GITHUB_API_URL and the proxy"
            )
        if pull.state != "open":
            return Skip(reason=f"pull request #{pull.number} is {pull.state}")
        if ask.head is not None and pull.head.sha != ask.head:
            return Skip(reason=f"#{pull.number} is at {pull.head.sha[:7]} by now; that commit's own run reviews it")
        return pull


def _may_write(repository: Repository, login: str) -> bool:
    """Members of an organisation, collaborators and contributors may have no more than read access."""
    with reading(f"permission of {login}"), suppress(UnknownObjectException):
        return repository.get_collaborator_permission(login) in ("admin", "write")
    return False


def read_pull(github: Github, ask: Ask, pull: PullRequest) -> Pull:
    """The pull request as data, at the head that it has now."""
    repository = github.get_repo(ask.repository)
    head, base = pull.head.sha, pull.base.sha
    with reading(f"files of pull request #{pull.number}"):
        files = tuple(
            ChangedFile(
                path=file.filename,
                status=file.status,
                before=None if file.status in ("added", "copied") else file.previous_filename or file.filename,
                changed=file.status not in ("renamed", "copied") or file.changes > 0,
                patch=file.patch,
            )
            for file in pull.get_files()
        )
        fork = repository.compare(base, head, comparison_commits_per_page=1).merge_base_commit.sha
    tree = trees(repository)
    return Pull(
        head=RemoteCommit(repository, head, tree),
        base=RemoteCommit(repository, base, tree),
        fork=RemoteCommit(repository, fork, tree),
        files=files,
        unlisted=max(pull.changed_files - len(files), 0) if len(files) >= LISTED else 0,
        # The repository is gone with a deleted fork, the user with a deleted account.
        trusted=bool(pull.head.repo and pull.user)
        and pull.head.repo.full_name == pull.base.repo.full_name
        and pull.user.type != "Bot",
    )


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Tell in plain words why something cannot be read."""
    try:
        yield
    except (GithubException, RequestException) as error:
        raise refusal(error, what) from error


def refusal(error: GithubException | RequestException, what: str) -> ReviewerError:
    """What GitHub's refusal means, and what to do."""
    if isinstance(error, RequestException):
        return UnreachableError(f"{what}: GitHub cannot be reached ({type(error).__name__}); run the job again")
    said = message(error)
    if error.status == 401:
        return SettingsError(f"{what}: GitHub does not accept the token ({said}); check GITHUB_TOKEN")
    if error.status == 429 or "rate limit" in said.lower():
        return RateLimitError(f"{what}: {said}; run the job later, or allow more with --wait")
    if error.status in (403, 404):
        absent = "it is not there, or " if error.status == 404 else ""
        return SettingsError(
            f"{what}: GitHub answers {error.status} ({said}); {absent}the job needs permissions: "
            "contents: read, pull-requests: read"
        )
    return UnreachableError(f"{what}: GitHub answers {error.status} ({said}); run the job again")


def message(error: GithubException) -> str:
    """What GitHub says of it, on one line."""
    data = error.data if isinstance(error.data, dict) else {}
    return " ".join(str(data.get("message") or error.message or "nothing").split())[:200]
