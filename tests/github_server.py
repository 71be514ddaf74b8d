"""A GitHub that stands on a local git repository: files, commits and patches are git's own, the rest is remembered.

It speaks the part of the REST API that the project uses, on loopback, and keeps every call. Answers hold only fields
that GitHub's OpenAPI description knows (a slow test checks that); GitHub's are longer.
"""

import base64
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

PREFIX = "/api/v3"  # as on an Enterprise server, so that nothing leans on api.github.com
BOT = {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"}
AUTHOR = {"login": "author", "id": 7, "type": "User"}
STAMP = "2026-05-14T09:00:00Z"


def git(folder: Path, *arguments: str, text: str = "") -> str:
    """Run git as nobody in particular."""
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ("git", "-C", str(folder), *who, *arguments),
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="replace",  # as GitHub shows a text that is none
        check=True,
    )
    return done.stdout.strip()


@dataclass
class Call:
    """A request and what was answered."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    status: int = 0
    answer: Any = None

    def __str__(self) -> str:
        page = self.query.get("page", ["1"])[0]
        return f"{self.method} {self.path}{'' if page == '1' else f'?page={page}'} {self.status}"


@dataclass
class Refusal:
    """What to answer in place of the truth, for the first `times` requests that match."""

    matches: str
    status: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)
    errors: list[Any] | None = None
    times: int = 1_000_000


def _shown(patch: str | None) -> set[int]:
    """The lines of the new file that a patch shows."""
    shown: set[int] = set()
    for hunk in re.split(r"(?m)^@@ -\S+ \+", patch or "")[1:]:
        head, _, rows = hunk.partition("\n")
        kept = [row for row in rows.split("\n") if row[:1] in (" ", "+")]
        first = int(re.match(r"\d+", head)[0])
        shown |= set(range(first, first + len(kept)))
    return shown


class Refused(Exception):  # noqa: N818 - what the server did
    def __init__(self, status: int, message: str, errors: list[Any] | None = None) -> None:
        self.status, self.message, self.errors = status, message, errors


class GitHub:
    """One repository, o/r, with one pull request, #7."""

    number = 7

    def __init__(self, server: HTTPServer, folder: Path) -> None:
        self.folder, self.calls = folder, list[Call]()
        self.refusals: list[Refusal] = []
        self.before: dict[str, Callable[[], None]] = {}  # "POST /issues/7/comments" -> what happens just before it
        self.base_ref, self.head_ref = "main", "change"
        self.fork, self.draft, self.state, self.author = False, False, "open", AUTHOR
        self.permission = "write"  # of whoever asks by a comment
        self.comments: list[dict[str, Any]] = []
        self.remarks: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        self.page, self.known_viewer = 100, True
        self.without_patch: set[str] = set()  # as for a binary or a huge file
        self.refused_lines: set[int] = set()  # whatever the diff shows
        self._next = 1000
        self.url = server.url_for(PREFIX)
        server.expect_request(re.compile("/.*")).respond_with_handler(self._handle)

    # What a test says and asks

    def commit(self, files: dict[str, str | bytes | None], branch: str = "change") -> str:
        """A new commit on a branch; None deletes a file."""
        git(self.folder, "checkout", "-q", "-B", branch) if not self._has(branch) else git(
            self.folder, "checkout", "-q", branch
        )
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", "change")
        return git(self.folder, "rev-parse", "HEAD")

    @property
    def head(self) -> str:
        return git(self.folder, "rev-parse", self.head_ref)

    def refuse(self, matches: str, status: int, message: str, **more: Any) -> None:
        self.refusals.append(Refusal(matches, status, message, **more))

    def sequence(self) -> list[str]:
        """The calls as lines, with the changing names of commits, trees and blobs left out; then forgotten."""
        lines = [re.sub(r"[0-9a-f]{40}", "SHA", str(call).replace("/repos/o/r", "")) for call in self.calls]
        self.calls = []
        return lines

    # The server

    def _handle(self, request: Request) -> Response:
        body = json.loads(request.get_data() or b"null")
        path = unquote(request.path).removeprefix(PREFIX)
        call = Call(request.method, path, parse_qs(request.query_string.decode()), body)
        self.calls.append(call)
        headers: dict[str, str] = {}
        try:
            self._refuse(call, headers)
            happens = self.before.pop(f"{call.method} {path.removeprefix('/repos/o/r')}", None)
            if happens:
                happens()
            call.status, call.answer = self._answer(call, headers)
        except Refused as refused:
            call.status = refused.status
            call.answer = {"message": refused.message, "documentation_url": "https://docs.github.com/rest"}
            if refused.errors is not None:
                call.answer["errors"] = refused.errors
        text = "" if call.answer is None else json.dumps(call.answer)
        return Response(text, call.status, headers, content_type="application/json; charset=utf-8")

    def _refuse(self, call: Call, headers: dict[str, str]) -> None:
        for refusal in self.refusals:
            if refusal.times and re.search(refusal.matches, f"{call.method} {call.path}"):
                refusal.times -= 1
                headers |= refusal.headers
                raise Refused(refusal.status, refusal.message, refusal.errors)

    def _answer(self, call: Call, headers: dict[str, str]) -> tuple[int, Any]:
        for method, pattern, answer in self._routes():
            if call.method == method and (found := re.fullmatch(pattern, call.path)):
                status, found_answer = answer(call, *found.groups())
                if isinstance(found_answer, list) and method == "GET":
                    found_answer = self._paged(found_answer, call, headers)
                return status, found_answer
        raise Refused(404, "Not Found")

    def _routes(self) -> list[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        r = "/repos/o/r"
        return [
            ("GET", rf"{r}/pulls/7", lambda call: (200, self._pull())),
            ("GET", rf"{r}/pulls", self._pulls),
            ("GET", rf"{r}/pulls/7/files", lambda call: (200, self._files())),
            ("GET", rf"{r}/compare/(\w+)\.\.\.(\w+)", self._compare),
            ("GET", rf"{r}/git/trees/(\w+)", self._tree),
            ("GET", rf"{r}/git/blobs/(\w+)", self._blob),
            ("POST", r"/(?:api/)?graphql", self._viewer),
            ("GET", r"/users/(.+)", self._user),
            ("GET", rf"{r}/collaborators/(.+)/permission", self._permission),
            ("GET", rf"{r}/issues/7/comments", lambda call: (200, list(self.comments))),
            ("POST", rf"{r}/issues/7/comments", self._comment),
            ("PATCH", rf"{r}/issues/comments/(\d+)", self._edit_comment),
            ("DELETE", rf"{r}/issues/comments/(\d+)", self._delete_comment),
            ("GET", rf"{r}/pulls/7/comments", lambda call: (200, list(self.remarks))),
            ("POST", rf"{r}/pulls/7/comments", self._remark),
            ("PATCH", rf"{r}/pulls/comments/(\d+)", self._edit_remark),
            ("DELETE", rf"{r}/pulls/comments/(\d+)", self._delete_remark),
            ("POST", rf"{r}/pulls/7/reviews", self._review),
            ("POST", rf"{r}/check-runs", self._check),
        ]

    def _permission(self, _: Call, login: str) -> tuple[int, Any]:
        user = {**self.author, "login": login}
        return 200, {"permission": self.permission, "role_name": self.permission, "user": user}

    def _paged(self, found: list[Any], call: Call, headers: dict[str, str]) -> list[Any]:
        size = min(int(call.query.get("per_page", ["30"])[0]), self.page)
        page = int(call.query.get("page", ["1"])[0])
        if page * size < len(found):
            last = -(-len(found) // size)
            links = (
                f'<{self.url}{call.path}?per_page={size}&page={n}>; rel="{rel}"'
                for n, rel in ((page + 1, "next"), (last, "last"))
            )
            headers["Link"] = ", ".join(links)
        return found[(page - 1) * size : page * size]

    def _pull(self) -> dict[str, Any]:
        head, base = self.head, git(self.folder, "rev-parse", self.base_ref)
        own = {"full_name": "o/r", "owner": {"login": "o", "id": 1, "type": "Organization"}}
        theirs = {"full_name": "fork/r", "owner": {"login": "fork", "id": 9, "type": "User"}} if self.fork else own
        url = f"{self.url}/repos/o/r"
        return {
            "number": self.number, "state": self.state, "draft": self.draft, "user": self.author,
            "url": f"{url}/pulls/{self.number}", "issue_url": f"{url}/issues/{self.number}",
            "head": {"sha": head, "ref": self.head_ref, "repo": theirs},
            "base": {"sha": base, "ref": self.base_ref, "repo": own},
            "changed_files": len(git(self.folder, "diff", "--name-only", f"{base}...{head}").splitlines()),
        }  # fmt: skip

    def _pulls(self, call: Call) -> tuple[int, Any]:
        owner, _, branch = call.query["head"][0].partition(":")
        mine = (owner, branch) == ("fork" if self.fork else "o", self.head_ref)
        pull = self._pull()
        del pull["changed_files"]  # the short form has none
        return 200, [pull] if mine and self.state == call.query["state"][0] else []

    def _files(self) -> list[dict[str, Any]]:
        old, new = git(self.folder, "merge-base", self.base_ref, self.head_ref), self.head
        words = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "T": "changed", "C": "copied"}
        rows = iter(git(self.folder, "diff", "--raw", "-z", "-M", "--no-abbrev", old, new).split("\0"))
        # One patch for each file, in the order of the rows; a type that changed is two patches, and shows none here.
        patches = iter(git(self.folder, "diff", "-M", old, new).split("\ndiff --git ")) if old != new else iter(())
        files = []
        for row in filter(None, rows):
            *_, sha, letter = row.split()
            first = next(rows)
            name = next(rows) if letter[0] in "RC" else first
            patch = next(patches)
            if letter[0] == "T":
                next(patches)
            hunks = patch[patch.index("\n@@ ") + 1 :] if "\n@@ " in patch and letter[0] != "T" else ""
            added = sum(line.startswith("+") for line in hunks.split("\n"))
            gone = sum(line.startswith("-") for line in hunks.split("\n"))
            file = {
                "sha": sha, "filename": name, "status": words[letter[0]],
                "additions": added, "deletions": gone, "changes": added + gone,
            }  # fmt: skip
            if name != first:
                file["previous_filename"] = first
            if hunks and name not in self.without_patch:
                file["patch"] = hunks
            files.append(file)
        return files

    def _compare(self, call: Call, base: str, head: str) -> tuple[int, Any]:
        fork = git(self.folder, "merge-base", base, head)
        return 200, {"merge_base_commit": {"sha": fork}, "base_commit": {"sha": base}, "commits": []}

    def _tree(self, call: Call, sha: str) -> tuple[int, Any]:
        rows = filter(None, git(self.folder, "ls-tree", "-z", "--long", sha).split("\0"))
        tree = []
        for row in rows:
            facts, _, name = row.partition("\t")
            mode, kind, entry, size = facts.split()
            tree.append(
                {"path": name, "mode": mode, "type": kind, "sha": entry}
                | ({"size": int(size)} if kind == "blob" else {})
            )
        return 200, {"sha": sha, "truncated": False, "tree": tree}

    def _blob(self, call: Call, sha: str) -> tuple[int, Any]:
        data = subprocess.run(
            ("git", "-C", str(self.folder), "cat-file", "blob", sha), capture_output=True, check=True
        ).stdout
        return 200, {"sha": sha, "size": len(data), "encoding": "base64", "content": base64.encodebytes(data).decode()}

    def _viewer(self, call: Call) -> tuple[int, Any]:
        if not self.known_viewer:
            raise Refused(403, "Resource not accessible by integration")
        return 200, {"data": {"viewer": {"login": BOT["login"], "databaseId": BOT["id"]}}}

    def _user(self, call: Call, login: str) -> tuple[int, Any]:
        return 200, next(user for user in (BOT, AUTHOR) if user["login"] == login)

    def add_comment(self, body: str, user: dict[str, Any] = BOT) -> dict[str, Any]:
        self._next += 1
        url = f"{self.url}/repos/o/r/issues/comments/{self._next}"
        comment = {"id": self._next, "url": url, "user": user, "body": body, "created_at": STAMP, "updated_at": STAMP}
        self.comments.append(comment)
        return comment

    def _comment(self, call: Call) -> tuple[int, Any]:
        if len(call.body["body"]) > 65536:
            said = "Body is too long (maximum is 65536 characters)"
            error = {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": said}
            raise Refused(422, "Validation Failed", [error])
        return 201, self.add_comment(call.body["body"])

    def _edit_comment(self, call: Call, number: str) -> tuple[int, Any]:
        comment = self._find(self.comments, number)
        comment["body"] = call.body["body"]
        return 200, comment

    def _delete_comment(self, call: Call, number: str) -> tuple[int, Any]:
        self.comments.remove(self._find(self.comments, number))
        return 204, None

    def add_remark(self, path: str, line: int, body: str, user: dict[str, Any] = BOT) -> dict[str, Any]:
        self._next += 1
        url = f"{self.url}/repos/o/r/pulls/comments/{self._next}"
        remark = {"id": self._next, "url": url, "path": path, "line": line, "side": "RIGHT", "user": user, "body": body}
        self.remarks.append(remark)
        return remark

    def _remark(self, call: Call) -> tuple[int, Any]:
        self._check_line(call.body)
        return 201, self.add_remark(call.body["path"], call.body["line"], call.body["body"])

    def _edit_remark(self, call: Call, number: str) -> tuple[int, Any]:
        remark = self._find(self.remarks, number)
        remark["body"] = call.body["body"]
        return 200, remark

    def _delete_remark(self, call: Call, number: str) -> tuple[int, Any]:
        self.remarks.remove(self._find(self.remarks, number))
        return 204, None

    def _review(self, call: Call) -> tuple[int, Any]:
        for comment in call.body["comments"]:
            self._check_line(comment)  # all or nothing
        for comment in call.body["comments"]:
            self.add_remark(comment["path"], comment["line"], comment["body"])
        self._next += 1
        review = {
            "id": self._next,
            "user": BOT,
            "body": call.body["body"],
            "state": "COMMENTED",
            "commit_id": call.body["commit_id"],
        }
        self.reviews.append(review)
        return 200, review

    def _check_line(self, comment: dict[str, Any]) -> None:
        patches = {file["filename"]: file.get("patch") for file in self._files()}
        if comment["line"] not in _shown(patches.get(comment["path"])) or comment["line"] in self.refused_lines:
            said = "Pull request review thread line must be part of the diff"
            raise Refused(422, "Unprocessable Entity", [said])

    def _check(self, call: Call) -> tuple[int, Any]:
        self._next += 1
        check = {"id": self._next, **{key: call.body[key] for key in ("name", "head_sha", "status", "conclusion")}}
        self.checks.append(call.body)
        return 201, check

    def _find(self, things: list[dict[str, Any]], number: str) -> dict[str, Any]:
        for thing in things:
            if thing["id"] == int(number):
                return thing
        raise Refused(404, "Not Found")

    def _has(self, branch: str) -> bool:
        try:
            git(self.folder, "rev-parse", "--verify", "--quiet", branch)
        except subprocess.CalledProcessError:
            return False
        return True
