"""A model on the command line: who is told about it, and what is sent when none is named."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
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
        ((), {"OPENAI_API_KEY": "not-a-key"}),
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
    assert "set OPENAI_API_KEY, or review with --offline" in (tmp_path / "stderr").read_text()
