"""What a start of the command costs: nothing heavy is imported before a command needs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer import review
from reviewer.domain.resources import resource

HEAVY = ("openai", "langchain", "langchain_core", "langchain_openai", "rich", "pydantic", "ruamel", "celpy", "re2")
ONLY_MODELS = ("openai", "langchain", "langchain_core", "langchain_openai", "tenacity", "tiktoken")
CHURN = str(resource("examples") / "churn.md")
REVIEW = f"from reviewer.__main__ import main; main(['review', {CHURN!r}, '--format', 'json'])"


def modules(code: str) -> set[str]:
    """The top-level modules that a new process holds after running `code`."""
    show = "; import sys, json; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + show], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import reviewer.cli", HEAVY),
        ("from reviewer.__main__ import main; main(['--help'])", HEAVY),
        ("from reviewer.__main__ import main; main(['review', '--help'])", HEAVY),
        ("from reviewer.__main__ import main; main(['--version'])", HEAVY),
        ("import reviewer", (*HEAVY, "click")),
        ("from reviewer import review, areview", ONLY_MODELS),
        ("import reviewer.cli.review, reviewer.cli.score, reviewer.cli.rubric", HEAVY),
        (REVIEW, (*ONLY_MODELS, "rich", "prompt_toolkit")),
    ],
)
def test_imports_are_late(code: str, absent: tuple[str, ...]) -> None:
    found = modules(code)
    assert "reviewer" in found
    assert found.isdisjoint(absent), found.intersection(absent)


def test_a_stored_record_is_scored_without_a_model_or_a_pattern(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(review(Path(CHURN)).model_dump_json(), "utf-8")
    found = modules(f"from reviewer.__main__ import main; main(['score', {str(record)!r}, '--format', 'json'])")
    assert found.isdisjoint((*ONLY_MODELS, "httpx", "httpx2", "re2", "rich")), found


def test_a_review_without_a_model_opens_no_socket() -> None:
    """Also with LangSmith's variables and a key in the environment: a key alone sends nothing."""
    guard = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('a socket was opened')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
    )
    environment = {
        **os.environ,
        "OPENAI_API_KEY": "not-a-key",
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_API_KEY": "not-a-key",
        "LANGSMITH_ENDPOINT": "http://127.0.0.1:9",
    }
    done = subprocess.run([sys.executable, "-c", guard + REVIEW], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["extraction"]["method"] == "offline"
    assert done.stderr == ""
