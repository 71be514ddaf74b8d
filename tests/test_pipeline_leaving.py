"""Secrets and personal data: told before a text leaves, never repeated, stopped where wanted (FI18)."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from llm_server import error, serve
from parse_files import FILL

from reviewer.cli.settings import resolve
from reviewer.errors import InputError
from reviewer.llm import ModelSettings
from reviewer.pipeline import review, review_many

KEY = "ghp_" + "aB3dE5fG7h" * 3 + "iJ9kLm"
MAIL = "someone.else@firm.co.kr"
TEXT = f"# Letters\n\n{FILL}\n\n- Ask {MAIL} for access.\n- Ask {MAIL} again.\n\nThe token is {KEY} for now.\n"
HIDDEN = f"# Letters\n\n{FILL}\n\n<!-- The token is {KEY} for now. -->\n"
HELD = "an e-mail address (line 5, line 6); a secret (GitHub Token) (line 8)"
AWAY = "http://models.invalid/v1"
FORCED = ("--force", "--model", "some-model", "--format", "json")


def run(text: str, folder: Path, url: str, proxy: str, *more: str) -> "subprocess.CompletedProcess[str]":
    (folder / "letters.md").write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "reviewer", "review", "letters.md", *FORCED, "--base-url", url, *more],
        env={
            **os.environ,
            "HTTP_PROXY": proxy,
            "OPENAI_API_KEY": "not-a-key",
            "HOME": str(folder),
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "blocked", "code", "calls", "said"),
    [
        (TEXT, False, 3, 1, f"models.invalid will see {HELD}; to stop instead: --block-secrets"),
        (TEXT, True, 2, 0, f"letters.md: holds {HELD}. Nothing of it was sent to models.invalid"),
        (FILL, True, 3, 1, ""),
        (HIDDEN, True, 3, 1, ""),  # what is hidden is sent to nobody
    ],
    ids=["FI18-warned", "FI18-blocked", "FI18-clean", "FI18-hidden"],
)
def test_another_machine(text: str, blocked: bool, code: int, calls: int, said: str, tmp_path: Path) -> None:
    with serve([error(401, "wrong key")]) as proxy:
        done = run(text, tmp_path, AWAY, proxy.url.removesuffix("/v1"), *(["--block-secrets"] if blocked else []))
    assert (done.returncode, proxy.calls) == (code, calls), done.stderr
    assert said in done.stderr
    assert ("will see" in done.stderr) == ("will see" in said)
    told = re.findall(r"sending the proposal to (\S+) ", done.stderr)
    # The host that is announced, and no other, is the one that hears from us; none is where nothing is sent.
    assert set(proxy.paths) == {f"http://{host}/v1/chat/completions" for host in told}
    assert len(told) == min(calls, 1)
    assert not any(KEY.encode() in raw and text == HIDDEN for raw in proxy.raw)
    for secret in (KEY, MAIL, "not-a-key"):
        assert secret not in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_not_warned_about(host: str, tmp_path: Path) -> None:
    with serve([error(401, "wrong key")]) as provider:
        url = provider.url.replace("127.0.0.1", host)
        done = run(TEXT, tmp_path, url, "http://127.0.0.1:9", "--block-secrets")
    assert (done.returncode, provider.calls) == (3, 1)
    assert "will see" not in done.stderr
    assert f"sending the proposal to {url.split('/')[2]} " in done.stderr


def test_the_python_api_and_many_documents_have_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    model = ModelSettings(name="some-model", base_url=AWAY, block_secrets=True)
    with serve([error(401, "wrong key")]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        with pytest.raises(InputError, match="Nothing of it was sent"):
            review(TEXT, model=model, force=True)

        async def many() -> list[tuple[str, str]]:
            return [(r.status, r.reason) async for r in review_many([TEXT.encode()], model=model, force=True)]

        [(status, reason)] = asyncio.run(many())
    assert (status, proxy.calls) == ("failed", 0)
    assert HELD in reason


def test_whatever_can_name_a_model_can_keep_secrets_back() -> None:
    from reviewer.cli import cli

    with click.Context(cli) as context:
        commands = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
        batch = commands["batch"]
        assert isinstance(batch, click.Group)
        commands |= {f"batch {name}": batch.get_command(context, name) for name in batch.list_commands(context)}
    options = {name: {one for p in found.params for one in p.opts} for name, found in commands.items() if found}
    asking = {name for name, known in options.items() if "--model" in known}
    assert {"review", "batch run", "github", "serve", "evaluate"} <= asking
    assert [name for name in asking if "--block-secrets" not in options[name]] == []


@pytest.mark.parametrize(
    ("mine", "project", "flag", "expected"),
    [(False, False, None, False), (True, False, None, True), (False, True, None, True), (False, False, True, True)],
)
def test_a_nearer_source_cannot_let_go_what_a_farther_one_blocks(
    mine: bool, project: bool, flag: bool | None, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewer.cli.settings.user_file", lambda: tmp_path / "config.toml")
    (tmp_path / "config.toml").write_text(f"block_secrets = {str(mine).lower()}")
    (tmp_path / "reviewer.toml").write_text(f"block_secrets = {str(project).lower()}")
    assert resolve({"block_secrets": flag}, tmp_path).block_secrets is expected
