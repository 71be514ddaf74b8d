"""Names, texts and reasons that would steer a terminal, and paths that are no files (FI13, FI15)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from reviewer.__main__ import main
from reviewer.cli.options import typed
from reviewer.domain.resources import resource
from reviewer.errors import InputError, printable

CHURN = resource("examples") / "churn.md"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
NAMES = ["\x1b[31mred.md", "\x1b]0;title\x07.md", "\x1b]8;;http:a\x1b\\b.md", "\u202egnp.md", "a\rb.md", "\x9b2J.md"]


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "reviewer", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize("name", NAMES, ids=["sgr", "title", "link", "bidi", "return", "c1"])
def test_no_name_steers_the_terminal(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("We have labels.")
    (tmp_path / ("b" + name)).write_text(CHURN.read_text("utf-8"))
    for arguments in (["review", name, "b" + name, "gone" + name], ["review", name, "b" + name], [name]):
        done = run(tmp_path, *arguments)
        assert "Traceback" not in done.stderr
        assert not STEERING.search(done.stdout + done.stderr), ascii(done.stdout[:200] + done.stderr)


LINES = ["a\n::error::pwned.md", "b\r\nreviewer: fine.md", "c\u2028::stop.md", "d\u200b.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.slow
def test_no_name_begins_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In a workflow's log, a line that begins with "::" is a command to GitHub."""
    monkeypatch.chdir(tmp_path)
    for name in LINES:
        Path(name).write_text(CHURN.read_text("utf-8"))
        Path("empty " + name).write_text("")
        Path("tiny " + name).write_text("We have labels.")
    names = sorted(path.name for path in tmp_path.iterdir())
    for arguments in (
        ["review", *names],
        ["review", *names, "--format", "markdown"],
        ["review", *("gone" + name for name in names)],
        ["diff", LINES[0], LINES[1]],
        ["rubric", "check", LINES[0]],
        ["review", LINES[0], "--waivers", LINES[1]],
    ):
        main(arguments)
        begins_no_line("".join(capfd.readouterr()))


def begins_no_line(said: str) -> None:
    assert said
    assert not re.search(r"(?m)^\W*(?:::|reviewer: fine)|[\u2028\u200b]", said), ascii(said)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_no_name_of_many_begins_a_line(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in LINES:
        (tmp_path / "in" / name).write_text("We have labels.")
    for arguments in (["run", "in", "--dry-run"], ["run", "in", "--out", "run"], ["status", "run"], ["report", "run"]):
        done = run(tmp_path, "batch", *arguments)
        begins_no_line(done.stdout + done.stderr)


def test_a_foreign_record_steers_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["review", str(CHURN), "--format", "json"])
    record = json.loads(capfd.readouterr().out)
    record["document"]["name"] = "\x1b[2J\x9b31m\u202ea\n::error::x.md"
    fine, failed = tmp_path / "fine.json", tmp_path / "failed.json"
    fine.write_text(json.dumps(record))
    empty = dict.fromkeys(("facts", "findings", "strengths", "questions", "next_steps", "notices", "waived"), ())
    failed.write_text(json.dumps({**record, **empty, "status": "failed", "reason": LINES[0], "scorecard": None}))
    for arguments in (["score", str(fine), "--fail-under", "impact=100"], ["score", str(failed)]):
        main(arguments)
        said = "".join(capfd.readouterr())
        begins_no_line(said)
        assert not STEERING.search(said), ascii(said)
    main(["diff", str(fine), str(failed)])
    begins_no_line("".join(capfd.readouterr()))


def test_the_command_that_goes_on_is_one_that_a_shell_reads_back() -> None:
    words = ["review", "a b.md", "c'd\n\x1b[31m.md", "제안서.md", "e\u202e\\.md", os.fsdecode(b"f\xff.md")]
    said = typed(words)
    assert said.isprintable()
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {said}"], capture_output=True, check=True)
    assert done.stdout.split(b"\0")[:-1] == [b"reviewer", *map(os.fsencode, words)]


def test_an_error_spells_out_what_would_steer() -> None:
    assert str(InputError("a\x1b[2J\x9b\u202e.md: is\tempty\n")) == "a\\x1b[2J\\x9b\\u202e.md: is\tempty\n"
    assert printable("제안서 — “é”\n") == "제안서 — “é”\n"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no terminal of this kind")
def test_the_proposal_itself_does_not_steer_the_terminal_it_is_shown_on(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(CHURN.read_text("utf-8") + "\n\n\x1b]0;pwned\x07\x1b[2J cleared\n")
    arguments = ["-m", "reviewer", "review", "a.md", "--force", "--format", "criticmarkup"]
    screen = pexpect.spawn(sys.executable, arguments, cwd=str(tmp_path), encoding="utf-8", timeout=60)
    seen = screen.read()
    assert "\x1b" not in seen
    assert "\\x1b]0;pwned" in seen
    kept = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "\x1b]0;pwned\x07" in kept.stdout  # into a file it goes as it is


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
def test_paths_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, said in {
        "fifo": "nobody writes into this pipe",
        "loop": "symbolic links",
        "x" * 5000: "file name too long",
        "/dev/zero": "is a pipe or a device",
        "gone": "no such file",
        ".": "is a folder",
    }.items():
        done = run(tmp_path, "review", path)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr
