"""A model on the command line: who is told about it, and what is sent when none is named."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from llm_answers import by_hand
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from reviewer.domain.resources import resource

CHURN = str(resource("examples") / "churn.md")


def run(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own; standard error goes to a file that the server can look at."""
    with (folder / "stderr").open("w") as err:
        return subprocess.run(
            [sys.executable, "-m", "reviewer", "review", CHURN, "--format", "json", *arguments],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=err,
            cwd=folder,
            text=True,
            check=False,
        )


def test_the_host_is_told_before_the_first_byte_goes_out(httpserver: HTTPServer, tmp_path: Path) -> None:
    told: list[str] = []

    def refuse(_: Request) -> Response:
        told.append((tmp_path / "stderr").read_text())
        return Response(json.dumps({"error": {"message": "wrong key"}}), 401, content_type="application/json")

    httpserver.expect_request("/v1/chat/completions").respond_with_handler(refuse)
    url = httpserver.url_for("/v1")
    done = run(tmp_path, "--model", "some-model", "--base-url", url, OPENAI_API_KEY="not-a-key")
    assert done.returncode == 3
    host = f"{httpserver.host}:{httpserver.port}"
    assert told
    assert f"reviewer: sending the proposal to {host} (model some-model)\n" in told[0]
    said = (tmp_path / "stderr").read_text()
    assert "not-a-key" not in said
    assert "reviewer: to go on: reviewer review" in said
    assert "Traceback" not in said
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        pytest.param((), {"OPENAI_API_KEY": "not-a-key"}, marks=pytest.mark.slow),
        ((), {"OPENAI_API_KEY": "not-a-key", "REVIEWER_BASE_URL": "URL"}),
        (("--offline",), {"OPENAI_API_KEY": "not-a-key", "REVIEWER_BASE_URL": "URL", "REVIEWER_MODEL": "m"}),
    ],
    ids=["a key alone", "a key and a base URL", "offline"],
)
def test_nothing_is_sent_unless_a_model_is_named(
    arguments: tuple[str, ...], variables: dict[str, str], httpserver: HTTPServer, tmp_path: Path
) -> None:
    url = httpserver.url_for("/v1")
    sent = {name: url if value == "URL" else value for name, value in variables.items()}
    done = run(tmp_path, *arguments, OPENAI_BASE_URL=url, LANGSMITH_ENDPOINT=url, LANGSMITH_TRACING="true", **sent)
    assert done.returncode == 0
    assert json.loads(done.stdout)["extraction"]["method"] == "offline"
    assert (tmp_path / "stderr").read_text() == ""
    assert httpserver.log == []


def test_no_key_names_the_variable_and_sends_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "--model", "openai:gpt-5-mini", OPENAI_API_KEY="")
    assert done.returncode == 3
    said = (tmp_path / "stderr").read_text()
    assert "set OPENAI_API_KEY, or review with --offline" in said
    assert "sending" not in said


@pytest.mark.parametrize(
    ("name", "price"),
    [("openai:gpt-4.1", "Price: about $0.0"), ("openai:no-such-model", "Price: unknown: no list price for openai:no-")],
)
@pytest.mark.slow
def test_a_dry_run_tells_all_and_sends_nothing(name: str, price: str, tmp_path: Path) -> None:
    """CS01, CS04. No key is needed: nothing is asked."""
    (tmp_path / "mail.md").write_text("Dear all, lunch is at noon. " * 40)
    done = run(tmp_path, "mail.md", "--format", "terminal", "--dry-run", "--model", name, OPENAI_API_KEY="")
    assert done.returncode == 0
    assert "Nothing would" not in done.stdout
    assert f"1 proposal would be sent to api.openai.com (model {name})" in done.stdout
    assert price in done.stdout
    assert "- mail.md: looks like" in done.stdout
    assert "sending" not in (tmp_path / "stderr").read_text()


@pytest.mark.slow
def test_what_is_kept_from_before_costs_nothing(httpserver: HTTPServer, tmp_path: Path) -> None:
    """The second run is told by the dry run: no call, no host that sees anything."""
    httpserver.expect_request("/v1/chat/completions").respond_with_handler(
        lambda request: Response(json.dumps(by_hand(json.loads(request.data)).body), content_type="application/json")
    )
    model = ("--model", "m", "--base-url", httpserver.url_for("/v1"))
    kept = {"REVIEWER_CACHE_DIR": str(tmp_path / "kept")}
    before = json.loads(run(tmp_path, *model, "--dry-run", **kept).stdout)
    assert (before["calls"], before["kept"], before["likely_cost"]) == (1, 0, None)
    assert not (tmp_path / "kept" / "answers.v1.sqlite3").exists()
    assert run(tmp_path, *model, **kept).returncode == 0
    after = json.loads(run(tmp_path, *model, "--dry-run", **kept).stdout)
    assert (after["calls"], after["kept"], after["likely_cost"]) == (0, 1, 0)
    calls = len(httpserver.log)
    assert run(tmp_path, *model, **kept).returncode == 0
    assert len(httpserver.log) == calls
    assert "sending" not in (tmp_path / "stderr").read_text()


@pytest.mark.slow
def test_the_budget_ends_the_run_with_a_code_of_its_own(httpserver: HTTPServer, tmp_path: Path) -> None:
    """CS01, CS03: calls that failed count. What is finished is written, and the command that goes on is told."""
    answers = [(500, b"{}"), (200, None)]

    def answer(request: Request) -> Response:
        status, body = answers.pop(0)
        body = json.dumps(by_hand(json.loads(request.data)).body).encode() if body is None else body
        return Response(body, status, content_type="application/json")

    httpserver.expect_request("/v1/chat/completions").respond_with_handler(answer)
    korean = str(resource("examples") / "pension-letters.ko.md")
    model = ("--model", "m", "--base-url", httpserver.url_for("/v1"), "--max-calls", "2", "--concurrency", "1")
    done = run(tmp_path, korean, *model, REVIEWER_CACHE_DIR=str(tmp_path / "kept"))
    said = (tmp_path / "stderr").read_text()
    assert done.returncode == 6, said
    assert len(httpserver.log) == 2
    assert "the limit of 2 calls is reached; run the same command again with a higher limit" in said
    assert "to go on: reviewer review" in said
