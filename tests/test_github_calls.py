"""What is asked of GitHub, and in which order: whole runs against a server that speaks its API."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from github_openapi import Described
from github_server import AUTHOR, GitHub, git
from parse_files import docx, paragraph
from pytest_httpserver import HTTPServer

from reviewer.__main__ import main
from reviewer.domain.resources import resource
from reviewer.github import remote

PATH = "docs/proposals/campus.md"
VAGUE = """# Proposal: a model that finds free rooms

Status: for decision in May. We propose to train a model that tells students which rooms of the library will be free.

## Problem

Students walk from floor to floor to find a free room. Today nobody knows which rooms are free.

## Data

A large amount of data can be collected easily: the badge readers at the doors of 60 rooms write a log.

## Model

For each room, the model predicts whether it is free in 15 minutes. Input: the log of the last hour. Output: a
probability. Our AI will be highly accurate.

## Use

A librarian checks every prediction before it is shown.
"""
FIRST = VAGUE.replace(
    "\n## Model",
    "\nLabels come from the log itself: 40,000 bookings with what became of them, recorded automatically.\n\n## Model",
)
# Says how much data there is, and that nobody looks at the output any more.
SECOND = FIRST.replace(
    "A large amount of data can be collected easily: the", "We have 2,400,000 badge events since 2024: the"
).replace(
    "A librarian checks every prediction before it is shown.",
    "The doors lock fully automatically, with no human in the loop.",
)

READ = [  # the pull request, and its texts as they are and as they were
    "GET /pulls/7 200",
    "GET /pulls/7/files 200",
    "GET /compare/SHA...SHA 200",
    "GET /git/trees/SHA 200",  # the base commit's settings
    *["GET /git/trees/SHA 200"] * 3,  # the proposal: /, docs/, proposals/
    "GET /git/blobs/SHA 200",
    *["GET /git/trees/SHA 200"] * 2,  # the same where the branches parted
    "GET /git/blobs/SHA 200",
]
THREAD = ["POST /api/graphql 200", "GET /issues/7/comments 200", "GET /pulls/7/comments 200", "GET /pulls/7 200"]


OWN = ("--base-url", "http://127.0.0.1:9/v1")  # a server of one's own, where nobody listens


class StoppedClock(remote.Clock):
    """Time passes only by waiting."""

    pace = 0.0
    time = 0.0
    waits: list[float] = []

    def now(self) -> float:
        return StoppedClock.time

    def sleep(self, seconds: float) -> None:
        StoppedClock.time += seconds
        StoppedClock.waits.append(seconds)


Run = Callable[..., "Job"]


@pytest.fixture
def hub(httpserver: HTTPServer, tmp_path: Path) -> GitHub:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    hub = GitHub(httpserver, folder)
    hub.commit({"README.md": "# Rooms\n", PATH: VAGUE}, "main")
    hub.commit({PATH: FIRST})
    return hub


@pytest.fixture
def run(hub: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    StoppedClock.time, StoppedClock.waits = 0.0, []
    monkeypatch.setattr(remote, "Clock", StoppedClock)

    def run(*arguments: str, event: str = "pull_request", payload: object = None) -> Job:
        files = {name: tmp_path / name for name in ("event", "summary", "output")}
        files["event"].write_text(
            json.dumps(payload or {"action": "synchronize", "pull_request": {"number": 7, "head": {"sha": hub.head}}})
        )
        for name in ("summary", "output"):
            files[name].write_text("")
        for key, value in {
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(files["event"]),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_API_URL": hub.url,
            "GITHUB_TOKEN": "a-token",
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_OUTPUT": str(files["output"]),
        }.items():
            monkeypatch.setenv(key, value)
        hub.calls = []
        code = main(["github", *arguments])
        out, err = capfd.readouterr()
        return Job(code, out, err, files["summary"].read_text(), files["output"].read_text())

    return run


class Job:
    """What a run left."""

    def __init__(self, code: int, out: str, err: str, summary: str, output: str) -> None:
        self.code, self.out, self.err, self.summary = code, out, err, summary
        self.outputs = dict(re.findall(r"^(\w+)<<(?:end_\w+)\n(.*?)\nend_", output, re.MULTILINE | re.DOTALL))


def shown(comment: dict[str, object]) -> str:
    """What a reader sees before a click."""
    return re.sub(r"<details>.*?</details>|<!--.*?-->", "", str(comment["body"]), flags=re.DOTALL)


def test_a_first_push(hub: GitHub, run: Run) -> None:
    job = run()
    assert hub.sequence() == [
        *READ,
        *THREAD,
        "POST /issues/7/comments 201",
        "GET /issues/7/comments 200",  # whether another run was at it, too; so with the remarks
        "POST /pulls/7/reviews 200",
        "GET /pulls/7/comments 200",
        "POST /check-runs 201",
    ]
    [comment], [remark], [check] = hub.comments, hub.remarks, hub.checks
    assert re.search(r"\*\*Since the base:\*\* Feasibility \d\d → \*\*\d\d\*\*: Labels stated; 1 fixed", shown(comment))
    assert re.search(r"\| docs/proposals/campus.md \| \*\*Revise\*\* \| \*\*\d\d\*\* \(\d\d–\d\d\) \|", shown(comment))
    assert (remark["path"], remark["line"]) == (PATH, 11)
    assert remark["body"].startswith("**Data volume** (minor): ")
    assert (check["conclusion"], check["head_sha"]) == ("neutral", hub.head)
    assert job.code == 0
    assert {k: job.outputs[k] for k in ("status", "verdict", "record")} == {
        "status": "reviewed",
        "verdict": "revise",
        "record": "",
    }
    assert all(0 < int(job.outputs[axis]) < 100 for axis in ("impact", "feasibility"))
    assert "::" not in job.out  # everything arrived where people read it


def test_a_second_push_fixes_one_finding_and_adds_one(hub: GitHub, run: Run) -> None:
    run()
    before = hub.head
    hub.sequence()
    hub.commit({PATH: SECOND})
    run()
    assert hub.sequence() == [
        *READ,
        *THREAD,
        "PATCH /issues/comments/1001 200",
        "POST /pulls/7/reviews 200",
        "GET /pulls/7/comments 200",
        "PATCH /pulls/comments/1002 200",
        "POST /check-runs 201",
    ]
    assert len(hub.comments) == 1
    line = next(line for line in shown(hub.comments[0]).split("\n") if line.startswith(f"**Since {before[:7]}:**"))
    assert re.search(r"Feasibility \d\d → \*\*\d\d\*\*: .*Data volume: with a number", line)
    assert re.search(r"\d fixed, \d (new|worse)", line)
    fixed, *new = hub.remarks
    assert fixed["body"].startswith(f"**Fixed in {hub.head[:7]}.** <!-- reviewer:fixed -->\n\n**Data volume**")
    assert (22, "**Human review** (minor)") in [(one["line"], one["body"].partition(":")[0]) for one in new]


@pytest.mark.slow
def test_a_push_that_changes_no_proposal_writes_nothing(hub: GitHub, run: Run) -> None:
    run()
    body = hub.comments[0]["body"]
    hub.commit({"README.md": "# More rooms\n"})
    run()
    assert [call for call in hub.sequence() if not call.startswith("GET")][-2:] == [
        "POST /api/graphql 200",
        "POST /check-runs 201",
    ]
    assert hub.comments[0]["body"] == body


@pytest.mark.slow
def test_a_finding_that_comes_back_is_never_posted_again(hub: GitHub, run: Run) -> None:
    for text in (FIRST, SECOND, FIRST):
        hub.commit({PATH: text})
        run()
    volume = [remark["body"] for remark in hub.remarks if "Data volume" in remark["body"]]
    assert len(volume) == 1
    assert volume[0].startswith(f"**Open again in {hub.head[:7]}.** <!-- reviewer:again -->\n\n**Data volume**")


def test_a_fork_may_only_read(hub: GitHub, run: Run, tmp_path: Path) -> None:
    """GH03, GH04: the same is said where a fork may say it, and the exit code is the review's."""
    open_job = run()
    said = hub.comments[0]["body"]
    hub.comments, hub.remarks, hub.checks, hub.fork = [], [], [], True
    hub.sequence()
    hub.refuse("POST /repos", 403, "Resource not accessible by integration")
    job = run()
    assert hub.sequence() == [*READ, *THREAD, "POST /issues/7/comments 403", "POST /check-runs 403"]
    body = said[: said.index("<!-- reviewer:state")].strip()
    assert body in job.summary
    assert open_job.code == job.code == 0
    assert job.outputs == open_job.outputs
    assert "use the two workflows of docs" in job.summary
    commands = [line for line in job.out.splitlines() if line.startswith("::")]
    assert (
        f"::warning file={PATH},line=9,title=Data access::The proposal does not say where the data comes from."
        in commands
    )
    assert len([c for c in commands if c.startswith("::warning")]) == 10  # as many as GitHub shows
    assert commands[0].startswith("::warning title=reviewer::the comment, the check could not be posted: ")  # once


@pytest.mark.slow
@pytest.mark.parametrize(
    ("refused", "status", "arrived", "says"),
    [
        pytest.param("issues", 502, (0, 1, 1), "Server Error", id="a comment that GitHub fails to write"),
        pytest.param("(issues|pulls)", 403, (0, 0, 1), "pull-requests: write", id="GH03 checks alone are allowed"),
        pytest.param("check-runs", 403, (1, 1, 0), "checks: write", id="GH03 all but checks is allowed"),
        pytest.param("reviews", 500, (1, 0, 1), "remarks on lines", id="remarks that GitHub fails to write"),
    ],
)
def test_one_refusal_keeps_nothing_else_back(
    hub: GitHub, run: Run, refused: str, status: int, arrived: tuple[int, int, int], says: str
) -> None:
    hub.refuse(f"POST .*/{refused}", status, "Server Error" if status > 499 else "Resource not accessible by token")
    job = run()
    assert (len(hub.comments), len(hub.remarks), len(hub.checks)) == arrived
    assert says in job.err
    assert "two workflows" not in job.err  # it is no fork
    assert len([line for line in job.err.splitlines() if not line.startswith("reviewer: ")]) == 0
    assert ("file=docs/proposals/campus.md,line=" in job.out) is not arrived[0]


def test_a_line_that_github_refuses(hub: GitHub, run: Run) -> None:
    """GH09: one bad line refuses the whole review; the others still arrive, one by one."""
    hub.commit({PATH: SECOND.replace("We have 2,400,000 badge events since 2024", "A large amount of data is there")})
    hub.refused_lines = {22}
    job = run()
    calls = hub.sequence()[len(READ) + len(THREAD) :]
    assert calls[:3] == ["POST /issues/7/comments 201", "GET /issues/7/comments 200", "POST /pulls/7/reviews 422"]
    assert sorted(calls[3:-2]) == [*["POST /pulls/7/comments 201"] * 2, *["POST /pulls/7/comments 422"] * 2]
    assert calls[-2:] == ["GET /pulls/7/comments 200", "POST /check-runs 201"]
    assert 22 not in [remark["line"] for remark in hub.remarks]
    assert "a remark on docs/proposals/campus.md, line 22 could not be posted" in job.err
    assert "**Human review:**" in hub.comments[0]["body"]
    assert job.code == 0


@pytest.mark.slow
def test_a_limit_among_the_remarks_tells_all_that_is_missing(hub: GitHub, run: Run) -> None:
    """GH09, GH12: each remark is tried; after a limit nothing is, and the check is not forgotten in silence."""
    hub.commit({PATH: SECOND, "proposals/a.md": SECOND + "a\n", "proposals/b.md": SECOND + "b\n"})
    hub.refused_lines = {18}
    run()
    tried = hub.sequence().count("POST /pulls/7/comments 201")
    assert tried == len(hub.remarks) > 10
    hub.remarks.clear()
    hub.refuse("POST .*/pulls/7/comments", 403, "You have exceeded a secondary rate limit.")
    job = run("--wait", "0")
    told = r"a remark on docs\S+, line \d+, (a remark on \S+ line \d+, )*\d+ more, the check could not be posted: "
    assert re.search(told, job.err)
    assert job.err.count("could not be posted") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        pytest.param(403, {"Retry-After": "30"}, [30], id="GH12 as long as GitHub says"),
        pytest.param(429, {"Retry-After": "7"}, [7], id="GH12 429"),
        pytest.param(403, {}, [60], id="GH12 a minute where it does not say"),
        pytest.param(429, {}, [60], id="GH12 429 without a word"),
    ],
)
def test_a_rate_limit(hub: GitHub, run: Run, status: int, headers: dict[str, str], waits: list[float]) -> None:
    said = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    hub.refuse("POST .*/issues/7/comments", status, said, headers=headers, times=1)
    job = run()
    assert hub.sequence()[len(READ) + len(THREAD) :] == [
        f"POST /issues/7/comments {status}",
        "POST /issues/7/comments 201",
        "GET /issues/7/comments 200",
        "POST /pulls/7/reviews 200",
        "GET /pulls/7/comments 200",
        "POST /check-runs 201",
    ]
    assert StoppedClock.waits == waits
    assert job.code == 0


@pytest.mark.slow
def test_a_rate_limit_without_end_leaves_all_in_the_summary(hub: GitHub, run: Run) -> None:
    """GH12: ever longer pauses, up to --wait in all; then the summary."""
    hub.refuse("POST .*/issues", 403, "You have exceeded a secondary rate limit.")
    job = run("--wait", "200")
    assert StoppedClock.waits == [60, 120]
    assert [call for call in hub.sequence() if "issues" in call and "POST" in call] == [
        "POST /issues/7/comments 403"
    ] * 3
    assert "Labels stated" in job.summary
    assert "longer than --wait allows" in job.err
    assert job.code == 0


@pytest.mark.slow
@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_that_ends_too_late_is_not_waited_for(hub: GitHub, run: Run, status: int) -> None:
    """GH12: nothing is asked of GitHub until it counts anew, whichever way it says so."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"}
    hub.refuse("GET .*/files", status, "API rate limit exceeded for installation ID 1.", headers=headers)
    job = run()
    assert (job.code, StoppedClock.waits, job.outputs["status"]) == (3, [], "failed")
    assert hub.sequence()[1:] == [f"GET /pulls/7/files {status}"]
    assert "longer than --wait allows" in job.summary


@pytest.mark.slow
@pytest.mark.parametrize("matches", ["POST .*/issues", "POST .*/check-runs", "POST .*/reviews"])
def test_a_broken_server_is_not_asked_twice_to_write(hub: GitHub, run: Run, matches: str) -> None:
    """After a 502 nobody knows whether a POST was carried out: a second comment is worse than none."""
    hub.refuse(matches, 502, "Server Error")
    job = run()
    assert len([call for call in hub.sequence() if call.endswith("502")]) == 1
    assert "502" in job.err
    assert "Labels stated" in job.summary
    assert job.code == 0


@pytest.mark.slow
def test_a_broken_server_is_asked_again_to_read(hub: GitHub, run: Run) -> None:
    hub.refuse("GET .*/files", 502, "Server Error", times=2)
    assert run().code == 0
    assert hub.sequence()[1:4] == ["GET /pulls/7/files 502", "GET /pulls/7/files 502", "GET /pulls/7/files 200"]


@pytest.mark.slow
def test_many_comments_and_a_forged_one(hub: GitHub, run: Run) -> None:
    """GH11: ours is found on whichever page, by its author and its marker; anybody could write the marker."""
    run()
    forged = hub.comments[0]["body"]
    hub.comments = [hub.add_comment(forged, AUTHOR)]
    for number in range(250):
        hub.add_comment(f"I think so, too ({number}).", AUTHOR)
    hub.add_comment("Another workflow's comment")  # by the same bot
    run()
    assert len(hub.comments) == 253
    hub.sequence()
    hub.commit({PATH: SECOND})
    run()
    assert [call for call in hub.sequence() if "issues" in call] == [
        "GET /issues/7/comments 200",
        "GET /issues/7/comments?page=2 200",
        "GET /issues/7/comments?page=3 200",
        f"PATCH /issues/comments/{hub.comments[-1]['id']} 200",
    ]
    assert "Since" in shown(hub.comments[-1])
    assert hub.comments[0]["body"] == forged


@pytest.mark.slow
def test_a_deleted_comment_is_written_anew(hub: GitHub, run: Run) -> None:
    """GH11: somebody deletes it while we write."""
    run()
    hub.before["PATCH /issues/comments/1001"] = hub.comments.clear
    hub.commit({PATH: SECOND})
    run()
    assert len(hub.comments) == 1


@pytest.mark.slow
def test_two_runs_at_once_leave_one_comment(hub: GitHub, run: Run) -> None:
    """GH11: both see none and both write; the first one stays."""
    run()
    body = hub.comments.pop()["body"]
    theirs = []
    hub.before["POST /issues/7/comments"] = lambda: theirs.append(hub.add_comment(body))
    run()
    assert hub.comments == theirs
    assert [call for call in hub.sequence() if call.startswith("DELETE")] == ["DELETE /issues/comments/1006 204"]


@pytest.mark.slow
def test_two_runs_at_once_leave_one_remark(hub: GitHub, run: Run) -> None:
    """GH11: the same for remarks; other people's are left alone."""
    run()
    [body] = [remark["body"] for remark in hub.remarks]
    hub.remarks = [hub.add_remark(PATH, 11, body, AUTHOR)]
    theirs = []
    hub.before["POST /pulls/7/reviews"] = lambda: theirs.append(hub.add_remark(PATH, 11, body))
    run()
    assert hub.remarks[1:] == theirs
    assert len([call for call in hub.sequence() if call.startswith("DELETE")]) == 1


@pytest.mark.slow
def test_a_body_that_is_too_long_is_halved_once(hub: GitHub, run: Run) -> None:
    """GH10: whatever GitHub's limit is at the time."""
    hub.commit({f"proposals/{n}.md": FIRST for n in range(8)})
    error = {"resource": "IssueComment", "message": "Body is too long (maximum is 65536 characters)"}
    hub.refuse("POST .*/issues", 422, "Validation Failed", errors=[error], times=1)
    run()
    first, second = [call for call in hub.calls if call.method == "POST" and call.path.endswith("/issues/7/comments")]
    assert 30_000 < len(first.body["body"].encode()) <= 60_000
    assert len(second.body["body"].encode()) <= 30_000
    assert second.body["body"].count("<details>") == second.body["body"].count("</details>")


@pytest.mark.slow
@pytest.mark.parametrize("sticky_is_newer", [False, True])
def test_the_head_moves_meanwhile(hub: GitHub, run: Run, sticky_is_newer: bool) -> None:
    """GH07: no remarks on old lines, and the comment says what it is about, or leaves a newer one alone."""
    run()
    old = hub.head
    if sticky_is_newer:
        state = hub.comments[0]["body"]
        moved = git(hub.folder, "commit-tree", f"{hub.head}^{{tree}}", "-p", hub.head, "-m", "next")
        hub.comments[0]["body"] = state.replace(old, moved)
    hub.commit({PATH: SECOND})
    reviewed = hub.head

    def move() -> None:
        hub.commit({PATH: FIRST})
        if sticky_is_newer:
            git(hub.folder, "update-ref", "refs/heads/change", moved)

    # The second time that the pull request is read is just before posting.
    hub.before["GET /pulls/7/comments"] = move
    hub.sequence()
    run()
    assert not [call for call in hub.sequence() if "reviews" in call]
    assert hub.checks[-1]["head_sha"] == reviewed
    note = f"This is about commit {reviewed[:7]}; a newer commit exists"
    assert (note in hub.comments[0]["body"]) is not sticky_is_newer


@pytest.mark.slow
def test_the_note_about_a_newer_commit_goes_with_its_run(hub: GitHub, run: Run) -> None:
    """GH07: although the newer commit says the same of every proposal."""
    run()
    hub.commit({PATH: SECOND})
    hub.before["GET /pulls/7/comments"] = lambda: hub.commit({"README.md": "# Rooms and more\n"})
    run()
    assert "a newer commit exists" in hub.comments[0]["body"]
    run()
    assert "a newer commit exists" not in hub.comments[0]["body"]


@pytest.mark.slow
def test_a_merge_queue_that_waits_for_the_check_goes_on(hub: GitHub, run: Run) -> None:
    """GH21: nothing is reviewed, so the check is neutral."""
    job = run(event="merge_group", payload={"action": "checks_requested", "merge_group": {"head_sha": hub.head}})
    assert hub.sequence() == ["POST /check-runs 201"]
    assert (hub.checks[0]["conclusion"], hub.checks[0]["head_sha"]) == ("neutral", hub.head)
    assert (job.code, job.outputs["status"]) == (0, "none")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "payload", "reviewed"), [((), "push", False), (("--drafts",), "push", True), ((), "/review", True)]
)
def test_a_draft_waits_until_somebody_asks(
    hub: GitHub, run: Run, flags: tuple[str, ...], payload: str, reviewed: bool
) -> None:
    hub.draft = True
    asked = {
        "action": "created",
        "issue": {"number": 7, "pull_request": {}},
        "comment": {"body": "/review", "author_association": "MEMBER", "user": AUTHOR},
    }
    job = run(
        *flags,
        event="pull_request" if payload == "push" else "issue_comment",
        payload=None if payload == "push" else asked,
    )
    assert (job.code, bool(hub.comments)) == (0, reviewed)


@pytest.mark.slow
@pytest.mark.parametrize("association", ["MEMBER", "CONTRIBUTOR"])
@pytest.mark.parametrize(
    ("permission", "reviewed"), [("admin", True), ("write", True), ("read", False), ("none", False), ("", False)]
)
def test_who_may_not_write_may_not_ask(
    hub: GitHub, run: Run, permission: str, association: str, reviewed: bool
) -> None:
    """GH18: a member may have no more than read access, and a contributor be a member who keeps that private."""
    hub.permission = permission
    if not permission:
        hub.refuse("GET .*/permission", 404, "Not Found")
    comment = {"body": "/review", "author_association": association, "user": AUTHOR}
    payload = {"action": "created", "issue": {"number": 7, "pull_request": {}}, "comment": comment}
    job = run(event="issue_comment", payload=payload)
    assert (job.code, bool(hub.comments)) == (0, reviewed)
    if not reviewed:
        assert hub.sequence() == [f"GET /collaborators/{AUTHOR['login']}/permission {200 if permission else 404}"]


@pytest.mark.parametrize("address", ["nonsense", "ftp://example.org", "http://", "https:///api/v3"])
def test_an_address_that_is_none(hub: GitHub, run: Run, address: str) -> None:
    """GH21."""
    hub.url = address
    job = run()
    assert (job.code, job.outputs["status"]) == (2, "failed")
    assert "GITHUB_API_URL: " in job.err


def test_a_closed_pull_request_is_left_alone(hub: GitHub, run: Run) -> None:
    hub.state = "closed"
    assert run("--pr", "7").code == 0
    assert hub.sequence() == ["GET /pulls/7 200"]


@pytest.mark.slow
def test_a_run_for_an_older_commit_leaves_it_to_the_newer_one(hub: GitHub, run: Run) -> None:
    """GH07, GH08: an event is about one commit; what was pushed since was not looked at by whoever started it."""
    old = hub.head
    hub.commit({PATH: SECOND})
    job = run(payload={"action": "labeled", "pull_request": {"number": 7, "head": {"sha": old}}})
    assert hub.sequence() == ["GET /pulls/7 200"]
    assert (job.code, job.outputs["status"]) == (0, "none")


def test_the_two_workflow_recipe(hub: GitHub, run: Run) -> None:
    """GH05, GH06: the pull request is found by its head through the API, and reviewed afresh."""
    hub.fork = True
    assert run(event="workflow_run", payload=workflow_run(hub)).code == 0
    assert hub.sequence()[0] == "GET /pulls 200"
    assert len(hub.comments) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"head_sha": "0" * 40}, id="GH05 another commit"),
        pytest.param({"head_branch": "main"}, id="GH05 another branch"),
        pytest.param({"head_repository": {"full_name": "o/r", "owner": {"login": "o"}}}, id="GH05 another repository"),
        pytest.param({"head_repository": None}, id="GH05 a repository that is gone"),
        pytest.param({"event": "push"}, id="GH05 another event"),
    ],
)
def test_a_run_that_fits_no_pull_request_posts_nothing(hub: GitHub, run: Run, forged: dict[str, object]) -> None:
    hub.fork = True
    payload = workflow_run(hub)
    payload["workflow_run"] |= forged
    job = run(event="workflow_run", payload=payload)
    assert set(hub.sequence()) <= {"GET /pulls 200"}
    assert (job.code, job.outputs["status"]) == (0, "none")


def workflow_run(hub: GitHub) -> dict[str, dict[str, object]]:
    source = {"full_name": "fork/r", "owner": {"login": "fork", "type": "User"}}
    run = {"event": "pull_request", "head_sha": hub.head, "head_branch": "change", "head_repository": source}
    return {"workflow_run": {**run, "pull_requests": []}}  # GitHub leaves it empty for forks


def test_judged_by_the_base_commit_alone(hub: GitHub, run: Run) -> None:
    """Settings of the proposal's own branch do not count: it could say where to send texts, or lower the bar."""
    hub.commit({"reviewer.toml": 'fail-on = ["blocker"]\n'}, "main")
    git(hub.folder, "checkout", "-q", "change")
    git(hub.folder, "rebase", "-q", "main")
    hub.commit({"reviewer.toml": "fail-on = []\nlang = 'ko'\n"})
    job = run()
    assert job.code == 1
    assert hub.checks[-1]["conclusion"] == "failure"
    assert "Proposal review" in job.summary


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param({"proposals/a.md": b"\x89PNG\r\n\x1a\n\0"}, "is a PNG image", id="GH20 binary"),
        pytest.param({"proposals/a.md": ""}, "is empty", id="GH20 empty"),
        pytest.param({"proposals/a.md": b"Vorschlag f\xfcr"}, "save it as UTF-8", id="GH20 another encoding"),
        pytest.param(
            {"proposals/a.md": "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"}, "LFS", id="GH20 LFS"
        ),
        pytest.param({"proposals/a.md": "x" * 3_000_000}, "over budget", id="GH19 bytes"),
        pytest.param({PATH: None}, "deleted", id="GH20 deleted"),
        pytest.param({PATH: None, "proposals/b.md": VAGUE}, "only renamed", id="GH20 only renamed"),
    ],
)
def test_files_that_are_no_text(hub: GitHub, run: Run, files: dict[str, str | bytes | None], reason: str) -> None:
    git(hub.folder, "checkout", "-q", "-B", "change", "main")
    hub.commit(files)
    job = run()
    assert reason in job.summary
    assert (job.code, hub.checks[-1]["conclusion"]) == (0, "neutral")
    # What leaves nothing to say begins no comment.
    assert len(hub.comments) == (0 if reason in ("deleted", "only renamed") else 1)


@pytest.mark.slow
def test_a_proposal_need_not_be_text(hub: GitHub, run: Run) -> None:
    """GH20: a Word file is read, and gets no remarks: the diff shows no lines of it."""
    paragraphs = [paragraph(line.strip("# ")) for line in FIRST.split("\n") if line]
    hub.commit({"proposals/rooms.docx": docx("".join(paragraphs)), "proposals/logo.png": b"\x89PNG\r\n\x1a\n\0"})
    run("--paths", "proposals/*,docs/proposals/*")
    assert re.search(r"\| proposals/rooms.docx \| \*\*Revise\*\*", shown(hub.comments[0]))
    assert "### proposals/logo.png\n\n**Not reviewed: failed.** is " in hub.comments[0]["body"]
    assert {remark["path"] for remark in hub.remarks} == {PATH}


@pytest.mark.slow
def test_a_name_that_steers_a_terminal(hub: GitHub, run: Run) -> None:
    """GH02: reviewed and remembered like any other, and told without its controls."""
    name = "proposals/\x1b[31mrooms\n::error::.md"
    hub.commit({name: FIRST})
    job = run()
    assert "could not be used" not in job.summary
    assert "### proposals/rooms ::&#8288;error::.md" in hub.comments[0]["body"]
    assert name in [remark["path"] for remark in hub.remarks]
    before = hub.head
    hub.commit({name: SECOND})
    job = run()
    assert shown(hub.comments[0]).count(f"**Since {before[:7]}:** ") == 2
    assert "\x1b" not in job.err + job.out + job.summary
    job = run("--dry-run", "--base", "main", "--head", "change", "--repo", str(hub.folder))
    assert "\x1b" not in job.out
    assert not re.search(r"(?m)^\s*::", job.out)


@pytest.mark.slow
def test_no_name_passes_one_proposal_off_as_another(hub: GitHub, run: Run) -> None:
    """GH20: names that are told the same way, and one that looks like the base's version of another."""
    robot = (resource("examples") / "shelf-robot.md").read_bytes()
    fork = git(hub.folder, "merge-base", "main", "change")
    hub.commit({PATH: robot, "a\n.md": SECOND, "a\\n.md": robot, f"{fork[:7]}:{PATH}": robot})
    run("--paths", "*.md")
    body = shown(hub.comments[0])
    assert "| a .md | **Revise** | **20** " in body
    assert "| a\\\\n.md | **Revise** | **61** " in body
    assert f"| {PATH} | **Revise** | 20 → **61** " in body


@pytest.mark.slow
def test_remarks_on_a_file_that_is_gone_say_so(hub: GitHub, run: Run) -> None:
    run()
    hub.commit({PATH: None, "proposals/robot.md": (resource("examples") / "shelf-robot.md").read_bytes()})
    run()
    gone, *new = hub.remarks
    assert gone["body"].startswith(
        f"**No longer proposed in {hub.head[:7]}.** <!-- reviewer:fixed -->\n\n**Data volume**"
    )
    assert {remark["path"] for remark in new} == {"proposals/robot.md"}
    hub.commit({PATH: FIRST})
    run()
    assert hub.remarks[0]["body"].startswith(f"**Open again in {hub.head[:7]}.** ")
    assert len(hub.remarks) == 1 + len(new)


@pytest.mark.slow
def test_a_symbolic_link_is_not_followed(hub: GitHub, run: Run) -> None:
    (hub.folder / "proposals").mkdir()
    (hub.folder / "proposals/link.md").symlink_to("../docs/proposals/campus.md")
    hub.commit({"proposals/inner/real.md": FIRST})
    job = run()
    assert "proposals/link.md**: a symbolic link" in job.summary
    assert "proposals/inner/real.md" in job.summary


@pytest.mark.slow
def test_a_submodule_is_no_proposal(hub: GitHub, run: Run) -> None:
    git(hub.folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},proposals/a.md")
    git(hub.folder, "commit", "-q", "-m", "a submodule")
    assert "proposals/a.md**: a submodule" in run().summary


@pytest.mark.slow
def test_a_renamed_proposal_is_compared_with_its_old_name(hub: GitHub, run: Run) -> None:
    hub.commit({PATH: None, "docs/proposals/rooms.md": FIRST})
    run()
    assert "Labels stated; 1 fixed" in shown(hub.comments[0])


@pytest.mark.slow
def test_hundreds_of_files(hub: GitHub, run: Run) -> None:
    """GH19, GH20: every page is read, and no more than --max-files are reviewed."""
    hub.commit({f"docs/{n}.txt": str(n) for n in range(320)})
    hub.commit({f"proposals/{n}.md": FIRST for n in range(4)})
    job = run("--max-files", "3")
    assert [call for call in hub.sequence() if "files" in call] == [
        f"GET /pulls/7/files{page} 200" for page in ("", "?page=2", "?page=3", "?page=4")
    ]
    assert "more proposals than --max-files" in job.summary
    assert hub.checks[-1]["conclusion"] == "neutral"


@pytest.mark.slow
def test_a_huge_file_has_no_patch(hub: GitHub, run: Run) -> None:
    hub.without_patch = {PATH}
    run()
    assert not hub.remarks
    assert "Data volume" in hub.comments[0]["body"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("matches", "status", "code", "says"),
    [
        ("GET .*/pulls/7$", 401, 2, "does not accept the token"),
        ("GET .*/pulls/7$", 404, 2, "it is not there, or the job needs permissions: contents: read"),
        ("GET .*/git/trees", 403, 2, "contents: read"),
        ("GET .*/issues/7/comments", 403, 2, "pull-requests: read"),
        ("GET .*/pulls/7$", 500, 3, "run the job again"),
        ("GET .*/pulls/7$", 200, 3, "what answers is not GitHub"),
        ("GET .*/files", 302, 3, "sends us elsewhere"),
        # Who we are is not known then, and to take another's name would mean a second comment.
        ("POST .*/graphql", 502, 3, "run the job again"),
    ],
)
def test_what_cannot_be_read(hub: GitHub, run: Run, matches: str, status: int, code: int, says: str) -> None:
    hub.refuse(matches, status, "Bad credentials" if status == 401 else "Resource not accessible by integration")
    job = run()
    assert (job.code, job.outputs["status"]) == (code, "failed")
    assert says in job.err
    assert says in job.summary
    assert "Traceback" not in job.err


@pytest.mark.slow
def test_a_workflow_token_that_graphql_does_not_know(hub: GitHub, run: Run) -> None:
    hub.known_viewer = False
    run()
    hub.commit({PATH: SECOND})
    run()
    assert "GET /users/github-actions[bot] 200" in hub.sequence()
    assert len(hub.comments) == 1


@pytest.mark.slow
def test_shadow_mode_writes_files_and_summary_alone(hub: GitHub, run: Run, tmp_path: Path) -> None:
    record, sarif = tmp_path / "reviews.jsonl", tmp_path / "reviews.sarif"
    job = run("--post", "none", "--record", str(record), "--sarif", str(sarif))
    assert hub.sequence() == READ
    assert "Labels stated" in job.summary
    assert job.outputs["record"] == str(record)
    assert json.loads(record.read_text())["document"]["name"] == PATH
    assert json.loads(sarif.read_text())["runs"][0]["artifacts"][0]["location"]["uri"] == PATH
    assert job.out == ""


@pytest.mark.slow
def test_the_check_is_red_only_when_asked(hub: GitHub, run: Run) -> None:
    run("--fail-under", "impact=10")
    run("--fail-under", "impact=90")
    assert [check["conclusion"] for check in hub.checks] == ["success", "failure"]


@pytest.mark.slow
@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--strict",), 3)])
def test_a_model_that_is_down_is_neutral(
    hub: GitHub, run: Run, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], code: int
) -> None:
    """GH22: neither red, which would block everyone, nor green, which would let everyone in."""
    monkeypatch.setenv("OPENAI_API_KEY", "")
    job = run("--model", "openai:some-model", "--fail-on", "blocker", *flags)
    assert hub.checks[-1]["conclusion"] == "neutral"
    assert "the model could not be used" in hub.checks[-1]["output"]["title"]
    assert (job.code, job.outputs["status"]) == (code, "failed")
    assert "the model could not be used" in job.summary


@pytest.mark.slow
@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--strict",), 6)])
def test_what_would_cost_more_than_allowed_is_left(
    hub: GitHub, run: Run, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], code: int
) -> None:
    """GH19."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    job = run("--model", "openai:gpt-5-mini", "--max-cost", "0", "--fail-on", "blocker", *flags)
    assert "over budget: a run may not cost more" in job.summary
    assert (job.code, job.outputs["status"], hub.checks[-1]["conclusion"]) == (code, "skipped", "neutral")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "status", "says"),
    [
        pytest.param(("openai:o1-pro",), "skipped", "a run may not cost more", id="GH19 a dear model"),
        pytest.param(("m", *OWN), "failed", "Not reviewed: failed", id="GH19 no list price"),
        pytest.param(
            ("m", *OWN, "--max-cost", "1"), "failed", "REVIEWER_PRICE", id="GH19 a limit of what is not known"
        ),
    ],
)
def test_a_fork_may_not_spend_without_an_end(
    hub: GitHub, run: Run, monkeypatch: pytest.MonkeyPatch, model: tuple[str, ...], status: str, says: str
) -> None:
    """A limit that nobody set is one of tokens where the model has no price, and no reason to fail."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789")
    monkeypatch.setenv("REVIEWER_DEADLINE", "0.1")
    hub.fork = True
    job = run("--model", *model)
    assert (job.code, job.outputs["status"]) == (2 if "--max-cost" in model else 0, status)
    assert says in job.summary.replace("&#8288;", "")


@pytest.mark.slow
def test_a_fork_without_the_models_key_is_read_offline(hub: GitHub, run: Run) -> None:
    hub.fork = True
    job = run("--model", "openai:some-model")
    assert job.outputs["status"] == "reviewed"
    assert "key is not given to forks" in job.summary


# The same without GitHub


@pytest.mark.slow
def test_a_dry_run_prints_what_is_posted(hub: GitHub, run: Run) -> None:
    hub.commit({"proposals/new.md": SECOND})
    run()
    posted = hub.comments[0]["body"], *(one["body"] for one in hub.remarks)
    job = run("--dry-run", "--base", "main", "--head", "change", "--repo", str(hub.folder))
    assert hub.sequence() == []
    inside = run("--dry-run", "--base", "main", "--head", "change", "--repo", str(hub.folder / "docs"))
    assert inside.out == job.out
    for text in posted:
        assert "\n".join(f"│ {line}" for line in text.splitlines()) in job.out
    assert "reviewer: check: neutral" in job.out
    assert "│ verdict=revise" in job.out
    assert (job.code, job.summary, job.outputs) == (0, "", {})


@pytest.mark.slow
def test_a_dry_run_on_github_posts_nothing(hub: GitHub, run: Run) -> None:
    run()
    hub.commit({PATH: SECOND})
    job = run("--dry-run")
    assert not [call for call in hub.sequence() if call.startswith(("PATCH", "POST /issues"))][1:]
    assert "**Since " in job.out
    assert "rewritten" in job.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--base", "main"), 2, "--base is for --dry-run"),
        (("--dry-run", "--base", "nowhere"), 2, "git says"),
        (("--dry-run", "--base", "--help"), 2, "git says"),
        (("--dry-run", "--base", "main", "--repo", "/"), 2, "git says"),
        (("--post", "everything"), 2, "it knows: comment"),
        (("--rubric", "/etc/rubric.yaml"), 2, "never from a checkout"),
        (("--rubric", "../rubric.yaml"), 2, "never from a checkout"),
        (("--rubric", "rubrics/mine.yaml"), 2, "has no such file"),
        (("--fail-on", "nothing"), 2, "no condition"),
        (("--paths", "proposals/*,!"), 2, "--paths: Invalid git pattern: '!'"),
        (("--paths", "[b-a].md"), 2, "--paths: bad character range b-a"),
    ],
)
def test_what_is_asked_for_wrongly(hub: GitHub, run: Run, arguments: tuple[str, ...], code: int, says: str) -> None:
    if "--base" in arguments and "--repo" not in arguments:
        arguments += ("--repo", str(hub.folder))
    job = run(*arguments)
    assert job.code == code
    assert says in job.err
    assert "Traceback" not in job.err
    assert not hub.comments


@pytest.mark.slow
def test_waivers_and_rubric_come_from_the_base_commit(hub: GitHub, run: Run) -> None:
    waiver = "waivers:\n- finding: missing.data_access\n  who: the library\n  why: agreed\n"
    rubric = {f"grading/{path.name}": path.read_bytes() for path in (resource("rubrics") / "fsdl").glob("*.yaml")}
    settings = {"reviewer.waivers.yaml": waiver, "reviewer.toml": 'rubric = "./grading"\nlang = "ko"\n'}
    hub.commit({**settings, **rubric}, "main")
    git(hub.folder, "checkout", "-q", "change")
    git(hub.folder, "rebase", "-q", "main")
    hub.commit(dict.fromkeys((*settings, *rubric), "nonsense"))
    job = run()
    assert job.code == 0, job.err
    body = hub.comments[0]["body"]
    assert "제안서 검토" in body
    assert "승인: the library" in body
    hub.commit({"reviewer.waivers.yaml": "waivers:\n- who: x\n"}, "main")
    job = run()
    assert job.code == 2
    assert re.search(r"reviewer: \w{7}:reviewer.waivers.yaml:2: ", job.err)


# The same against GitHub's own description


@pytest.mark.slow
def test_requests_and_answers_are_those_that_github_describes(hub: GitHub, run: Run, tmp_path: Path) -> None:
    """What we send is what GitHub takes, and our server answers with nothing that GitHub would not."""
    described = Described(tmp_path)
    seen: set[str] = set()

    def check() -> None:
        for call in hub.calls:
            seen.add(described.check(call))

    for text in (FIRST, SECOND, FIRST):
        hub.commit({PATH: text})
        run()
        check()
    hub.known_viewer = False
    run("--author", "author")
    check()
    hub.refuse("POST /repos", 403, "Resource not accessible by integration", times=1)
    run()
    check()
    hub.refusals = []
    hub.refused_lines = {22}
    hub.commit({PATH: SECOND, "proposals/new.md": SECOND})
    hub.comments, hub.remarks = [], []
    hub.before["POST /issues/7/comments"] = lambda: hub.comments.append(hub.add_comment("x"))
    run()
    check()
    hub.fork = True
    run(event="workflow_run", payload=workflow_run(hub))
    check()
    assert seen >= {
        "GET /repos/{owner}/{repo}/pulls",
        "GET /repos/{owner}/{repo}/pulls/{pull_number}",
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
        "GET /repos/{owner}/{repo}/compare/{basehead}",
        "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
        "GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
        "GET /users/{username}",
        "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
        "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments",
        "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments",
        "PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}",
        "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
        "POST /repos/{owner}/{repo}/check-runs",
    }
