"""A hundred kills, and nothing is lost, paid twice or different."""

import subprocess
import sys
from pathlib import Path

import pytest
from llm_answers import by_hand
from llm_server import serve

from reviewer.__main__ import main
from reviewer.batch.store import open_store

HERE = Path(__file__).parent
TEXT = (HERE.parent / "examples" / "pension-letters.ko.md").read_text("utf-8")
CONCURRENCY = 4
KILLS = 100


def proposals(folder: Path, count: int) -> Path:
    folder.mkdir()
    for n in range(count):
        (folder / f"p{n:04}.md").write_text(f"{TEXT}\n{n}\n", "utf-8")
    return folder


def rows(run: Path) -> list[tuple[str, str, str, str, bytes | None]]:
    with open_store(run) as store:
        return [(row.id, row.name, row.state, row.reason, row.record) for row in store.rows()]


@pytest.mark.slow
def test_bs01_a_hundred_kills_of_a_run_with_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWER_PRICE", "1,2")
    # Too many to be done before the last kill, however quick the machine; the second call is about each answer's slip.
    count, calls_each = 450, 2
    source = proposals(tmp_path / "in", count)
    with serve(by_hand) as provider:
        model = ["--model", "m", "--base-url", provider.url, "--no-cache", "--concurrency", str(CONCURRENCY)]
        model += ["--processes", "1"]  # each of the hundred has to start them
        command = ["batch", "run", str(source), *model, "--out"]
        assert main([*command, str(tmp_path / "whole")]) == 0
        needed = provider.calls
        assert needed == calls_each * count
        kills = [
            sys.executable,
            str(HERE / "batch_kills.py"),
            str(KILLS),
            "7",
            str(tmp_path / "run"),
            *command,
            str(tmp_path / "run"),
        ]
        done = subprocess.run(kills, capture_output=True, text=True, check=False)
        calls = provider.calls - needed
    killed, at_work, code = map(int, done.stdout.split())
    print(f"{killed} killed, {at_work} of them at work; {calls} calls where {needed} were needed")
    assert code == 0, done.stderr[-2000:]
    assert killed == KILLS
    assert at_work > KILLS // 2
    assert needed <= calls <= needed + calls_each * CONCURRENCY * killed
    assert rows(tmp_path / "run") == rows(tmp_path / "whole")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_bs01_kills_of_a_run_on_all_cores(tmp_path: Path) -> None:
    source = proposals(tmp_path / "in", 200)
    command = [sys.executable, "-m", "reviewer", "batch", "run", str(source), "--out"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    kills = [
        sys.executable,
        str(HERE / "batch_kills.py"),
        "20",
        "7",
        str(tmp_path / "run"),
        *command[3:],
        str(tmp_path / "run"),
    ]
    done = subprocess.run(kills, capture_output=True, text=True, check=False)
    assert done.stdout.split()[2] == "0", done.stderr[-2000:]
    assert rows(tmp_path / "run") == rows(tmp_path / "whole")
    assert "Traceback" not in done.stderr
