"""A run: what is due, what is kept, how it stops and goes on. Ids are those of the table of faults."""

import asyncio
import csv
import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from llm_answers import by_hand
from llm_server import Answer, error, serve

from reviewer.__main__ import main
from reviewer.batch.asking import by_model
from reviewer.batch.desk import bare
from reviewer.batch.differences import line
from reviewer.batch.hold import Stop
from reviewer.batch.job import Item, Job, failed, review_item
from reviewer.batch.pool import in_pool
from reviewer.batch.process import Process
from reviewer.batch.report import write_report
from reviewer.batch.run import Plan, begun, rescored, work
from reviewer.batch.sources import Rules
from reviewer.batch.store import Result, open_store
from reviewer.compare import compare
from reviewer.domain import AxisScore, Rubric
from reviewer.domain.comparison import AxisMove
from reviewer.domain.resources import resource
from reviewer.errors import CredentialError, InputError, SettingsError
from reviewer.pipeline import ModelSettings, Panel, load_rubric, read_sheet, review

EXAMPLE = (Path(__file__).parents[1] / "examples" / "churn.md").read_text("utf-8")


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric("fsdl")


def proposals(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for n in range(count):
        (folder / f"p{n:04}.md").write_text(f"{EXAMPLE}\nThis is draft {n}.\n", "utf-8")
    return folder


def rows(run: Path) -> list[tuple[str, str, str, bytes | None]]:
    with open_store(run) as store:
        return [(row.name, row.state, row.reason, row.record) for row in store.rows()]


class Engine:
    """Does nothing with a document but note it, and what the test wants."""

    def __init__(self, does: Callable[[Item], str] = lambda item: "reviewed", window: int = 1) -> None:
        self.seen: list[str] = []
        self.does, self.window = does, window

    def __call__(self, items: Iterator[Item]) -> Iterator[Result]:
        held: list[Item] = []
        for item in items:
            held.append(item)
            if len(held) == self.window:
                yield from self.some(held)
        yield from self.some(held)

    def some(self, held: list[Item]) -> Iterator[Result]:
        random.Random(7).shuffle(held)
        while held:
            item = held.pop()
            self.seen.append(Path(item.name).name)
            state = self.does(item)
            packed = Result.pack(json.dumps({"document": {"name": item.name}})) if state == "reviewed" else None
            yield Result(content=item.content, name=item.name, state=state, reason=state, packed=packed)  # type: ignore[arg-type]


def go(
    run: Path, engine: Engine, rubric: Rubric, *sources: Path, stopped: Callable[[], bool] = lambda: False, **job: Any
) -> list[str]:
    again = job.pop("again", False)
    plan = Plan(sources=tuple(map(str, sources)), rules=Rules(), job=Job(rubric=rubric, **job), again=again)
    told: list[str] = []
    with begun(run, plan) as store:
        work(store, plan, engine, stopped=stopped, tell=lambda state, cost: told.append(state))
    return told


def test_bs03_failed_ones_are_tried_again_and_only_they(tmp_path: Path, rubric: Rubric) -> None:
    source = proposals(tmp_path / "in", 6)
    first = Engine(lambda item: "failed" if "p0003" in item.name else "skipped" if "p0004" in item.name else "reviewed")
    assert sorted(go(tmp_path / "run", first, rubric, source)) == ["failed", *["reviewed"] * 4, "skipped"]
    second = Engine()
    assert go(tmp_path / "run", second, rubric, source) == ["reviewed"]
    assert second.seen == ["p0003.md"]
    third = Engine()
    go(tmp_path / "run", third, rubric, source, force=True)  # skipped ones, where they are wanted now
    assert third.seen == ["p0004.md"]


def test_bs04_the_same_call_goes_on_where_it_stopped(tmp_path: Path, rubric: Rubric) -> None:
    source, engine = proposals(tmp_path / "in", 9), Engine()
    go(tmp_path / "run", engine, rubric, source, stopped=lambda: len(engine.seen) >= 4)
    assert len(engine.seen) == 4
    go(tmp_path / "run", engine, rubric, source)
    assert sorted(engine.seen) == [f"p{n:04}.md" for n in range(9)]


def test_ar11_a_renamed_file_is_no_new_review_and_an_edited_one_is(tmp_path: Path, rubric: Rubric) -> None:
    source, engine = proposals(tmp_path / "in", 4), Engine()
    go(tmp_path / "run", engine, rubric, source)
    (source / "p0000.md").rename(source / "renamed.md")
    (source / "p0001.md").write_text(EXAMPLE + "\nEdited.\n")
    (source / "p0002.md").unlink()
    as_before = (source / "p0003.md").stat()  # of the same size, and its time set back
    (source / "p0003.md").write_bytes((source / "p0003.md").read_bytes().replace(b"3", b"4"))
    os.utime(source / "p0003.md", ns=(as_before.st_atime_ns, as_before.st_mtime_ns))
    engine.seen.clear()
    go(tmp_path / "run", engine, rubric, source)
    assert engine.seen == ["p0001.md", "p0003.md"]
    assert [Path(name).name for name, *_ in rows(tmp_path / "run")] == ["p0001.md", "p0003.md", "renamed.md"]


def test_ar11_a_renamed_folder_is_counted_before_the_run_ends(tmp_path: Path, rubric: Rubric) -> None:
    go(tmp_path / "run", Engine(), rubric, proposals(tmp_path / "in", 3))
    moved = (tmp_path / "in").rename(tmp_path / "moved")
    plan = Plan(sources=(str(moved),), rules=Rules(), job=Job(rubric=rubric))
    with begun(tmp_path / "run", plan) as store:
        work(store, plan, Engine(), stopped=lambda: False, tell=lambda state, cost: None)
        assert store.counts() == {"reviewed": 3}


def test_ar11_what_people_wrote_goes_along_with_a_renamed_file(tmp_path: Path, rubric: Rubric) -> None:
    run, source = tmp_path / "run", proposals(tmp_path / "in", 3)
    (source / "twin.md").write_bytes((source / "p0002.md").read_bytes())

    def reported(*renamed: Path) -> dict[str, str]:
        go(run, Engine(), rubric, *renamed)
        with open_store(run) as store:
            write_report(store.rows(), run, rubric, formats=["csv"])
        return {Path(row["document"]).name: row["decision"] for _, row in read_sheet(run / "results.csv")}

    reported(source)
    decided = [{**row, "decision": Path(row["document"]).stem} for _, row in read_sheet(run / "results.csv")]
    with (run / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, decided[0])
        writer.writeheader()
        writer.writerows(decided)
    (source / "p0000.md").rename(source / "a.md")
    (source / "twin.md").unlink()  # a copy that has its own row already takes nothing over
    left = {"p0001.md": "p0001", "p0002.md": "p0002", "twin.md": "twin"}
    assert reported(source) == {"a.md": "p0000", **left}
    (source / "a.md").rename(source / "b.md")
    assert reported(source.rename(tmp_path / "moved")) == {"b.md": "p0000", **left}


@pytest.mark.parametrize("window", [1, 5])
def test_cs05_twins_are_reviewed_once_even_side_by_side(window: int, tmp_path: Path, rubric: Rubric) -> None:
    source, engine = proposals(tmp_path / "in", 2), Engine(window=window)
    for n in range(4):
        (source / f"twin{n}.md").write_bytes((source / "p0000.md").read_bytes())
    assert go(tmp_path / "run", engine, rubric, source) == ["reviewed"] * 6  # each is told, or no bar would be full
    assert sorted(engine.seen) == ["p0000.md", "p0001.md"]
    assert [state for _, state, _, _ in rows(tmp_path / "run")] == ["reviewed"] * 6


def test_co08_the_order_of_completion_does_not_show(tmp_path: Path, rubric: Rubric) -> None:
    source = proposals(tmp_path / "in", 12)
    for window in (1, 5, 12):
        go(tmp_path / f"run{window}", Engine(window=window), rubric, source)
    assert rows(tmp_path / "run1") == rows(tmp_path / "run5") == rows(tmp_path / "run12")


MODEL = ModelSettings(name="m", base_url="http://127.0.0.1:1/v1")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"model": MODEL.model_copy(update={"name": "n"})}, r"another model \(m, now n\)"),
        ({"model": MODEL.model_copy(update={"base_url": "http://127.0.0.1:2/v1"})}, "another address"),
        ({"model": MODEL.model_copy(update={"temperature": 1})}, "another temperature"),
        ({"model": MODEL, "samples": 3}, r"another samples \(1, now 3\)"),
        ({"model": None}, r"another engine \(model, now offline\)"),
    ],
)
def test_bs06_other_settings_never_mix(other: dict[str, Any], said: str, tmp_path: Path, rubric: Rubric) -> None:
    source, engine = proposals(tmp_path / "in", 2), Engine()
    go(tmp_path / "run", engine, rubric, source, model=MODEL)
    with pytest.raises(SettingsError, match=said):
        go(tmp_path / "run", engine, rubric, source, **other)
    assert len(engine.seen) == 2
    go(tmp_path / "run", engine, rubric, source, again=True, **other)
    assert len(engine.seen) == 4
    go(tmp_path / "run", engine, rubric, source, again=True, model=MODEL)  # and back: what was paid for is still there
    assert len(engine.seen) == 4


def test_bs06_another_version_of_the_tool(tmp_path: Path, rubric: Rubric, monkeypatch: pytest.MonkeyPatch) -> None:
    source = proposals(tmp_path / "in", 1)
    go(tmp_path / "run", Engine(), rubric, source)
    monkeypatch.setattr(sys.modules["reviewer.pipeline.identity"], "VERSION", "9.9.9")
    with pytest.raises(SettingsError, match=r"another tool version .*now 9\.9\.9"):
        go(tmp_path / "run", Engine(), rubric, source)


def _offline(folder: Path, rubric: Rubric, source: Path, **job: Any) -> None:
    plan = Plan(sources=(str(source),), rules=Rules(), job=Job(rubric=rubric, **job))
    with begun(folder, plan) as store:
        work(
            store, plan, lambda items: (review_item(item, plan.job) for item in items),
            stopped=lambda: False, tell=lambda state, cost: None,
        )  # fmt: skip


def test_cs05_a_rubric_that_asks_the_same_scores_again_without_reading(tmp_path: Path, rubric: Rubric) -> None:
    source = proposals(tmp_path / "in", 2)
    axes = tuple(
        axis.model_copy(update={"sections": {name: 1 + n for n, name in enumerate(axis.sections)}})
        for axis in rubric.axes
    )
    heavier = rubric.model_copy(update={"axes": axes, "sha256": "0" * 64, "version": "2"})
    _offline(tmp_path / "run", rubric, source)
    before = rows(tmp_path / "run")
    engine = Engine()
    assert go(tmp_path / "run", engine, heavier, source) == []
    after = rows(tmp_path / "run")
    assert before != after
    _offline(tmp_path / "fresh", heavier, source)
    assert after == rows(tmp_path / "fresh")
    with open_store(tmp_path / "run", write=True) as store:
        told: list[str] = []
        rescored(store, rubric, tell=told.append)
        assert sorted(told) == [name for name, *_ in before]
        assert rows(tmp_path / "run") == before
        with pytest.raises(InputError, match="extracted for other criteria"):
            rescored(store, rubric.model_copy(update={"extraction_schema_sha256": "1" * 64}))
    assert rows(tmp_path / "run") == before  # all or none


@pytest.mark.slow
def test_the_rubric_of_the_last_scoring_stays(
    tmp_path: Path, rubric: Rubric, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, mine = tmp_path / "run", tmp_path / "mine"
    _offline(run, rubric, proposals(tmp_path / "in", 1), named="fsdl")
    shutil.copytree(resource("rubrics") / "fsdl", mine)
    text = (mine / "rubric.yaml").read_text("utf-8")
    (mine / "rubric.yaml").write_text(text.replace('version: "1"', 'version: "2"'), "utf-8")
    monkeypatch.setenv("REVIEWER_RUBRIC", "course-proposal")  # of other work
    monkeypatch.chdir(tmp_path)
    for further in (["--rubric", "mine"], ["--lang", "ko"], ["--no-text"]):
        assert main(["batch", "rescore", str(run), *further]) == 0
        assert capfd.readouterr().out == "1 reviews are scored by fsdl 2\n"
        monkeypatch.chdir(run)  # a path is meant from where it was typed
    assert main(["batch", "report", str(run)]) == 0
    assert main(["batch", "run", str(tmp_path / "in"), "--rubric", "../mine", "--out", str(run)]) == 0
    monkeypatch.chdir(tmp_path)
    assert main(["batch", "report", str(run)]) == 0
    assert "scored by another state" not in capfd.readouterr().err
    (mine / "rubric.yaml").write_text(text.replace('version: "1"', 'version: "3"'), "utf-8")
    assert main(["batch", "report", str(run)]) == 0
    assert f"another state of the rubric; reviewer batch rescore {run}" in capfd.readouterr().err
    mine.rename(tmp_path / "moved")
    capfd.readouterr()
    assert main(["batch", "report", str(run)]) == 2
    assert f"by {mine.resolve()}, which is not there; name it: --rubric" in capfd.readouterr().err


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1"])
def test_a_limit_that_no_clock_takes_is_refused(
    seconds: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = proposals(tmp_path / "in", 1)
    assert main(["batch", "run", str(source), "--out", str(tmp_path / "run"), "--limit", seconds]) == 2
    assert "is not in the range 1 to 86,400" in capfd.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("command", [["export", "old"], ["diff", "old", "new"], ["diff", "new", "old"]])
def test_a_store_is_not_written_over_by_what_is_read_from_it(
    command: list[str], tmp_path: Path, rubric: Rubric, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for run in ("old", "new"):
        _offline(Path(run), rubric, proposals(tmp_path / "in", 1))
    assert main(["batch", *command, "-o", "old/store.db"]) == 2
    assert "would be written over" in capfd.readouterr().err
    assert rows(Path("old"))


def test_bs06_a_diff_says_that_another_read(tmp_path: Path, rubric: Rubric, capfd: pytest.CaptureFixture[str]) -> None:
    source, other = proposals(tmp_path / "in", 2), tmp_path / "other"
    _offline(tmp_path / "run", rubric, source)
    _offline(other, rubric, source)
    with open_store(other, write=True) as store:
        as_new = [
            result.model_copy(update={"packed": Result.pack(text.replace('"engine":"', '"engine":"new '))})
            for result in store.results()
            if (text := result.record().decode())
        ]
        store.replace(as_new, store.run)
    for new, said in ((tmp_path / "run", False), (other, True)):
        assert main(["batch", "diff", str(tmp_path / "run"), str(new)]) == 0
        assert ("2 read by another engine or model than before" in capfd.readouterr().out) is said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(42.5, 44.0, "impact 43 → 44"), (42.6, 43.2, "impact 42.6 → 43.2"), (42.61, 42.63, "")],
)
def test_a_step_is_told_as_figures_that_differ(before: float, after: float, said: str, rubric: Rubric) -> None:
    done = review(EXAMPLE, rubric=rubric, name="a.md")
    same = compare(done, done, rubric)
    then, now = (AxisScore(point=point, low=0, high=100) for point in (before, after))
    moved = same.model_copy(update={"axes": {"impact": AxisMove(before=then, after=now)}})
    assert line(moved) == (f"a.md: {said}" if said else "")


def test_bs13_no_text(tmp_path: Path, rubric: Rubric) -> None:
    source = proposals(tmp_path / "in", 1)
    _offline(tmp_path / "run", rubric, source)
    assert json.loads(rows(tmp_path / "run")[0][3] or b"")["document"]["text"]
    _offline(tmp_path / "run", rubric, source, no_text=True)  # also what is there already
    assert json.loads(rows(tmp_path / "run")[0][3] or b"")["document"]["text"] == ""


# What a worker process does is found by its name there, so it stands at the top.


def hostile(item: Item, job: Job) -> Result:
    if "crash" in item.name:
        os._exit(7)
    if "hang" in item.name:
        while True:
            pass
    if "bug" in item.name:
        raise KeyError("one of ours")
    return failed(item, f"was read by {'a process' if os.getpid() else ''}")


@pytest.mark.slow
def test_co06_a_document_that_hangs_or_ends_its_process_fails_alone(rubric: Rubric) -> None:
    names = [f"{n:02}.md" for n in range(20)]
    names[3], names[4], names[11] = "crash1.md", "hang.md", "crash2.md"
    items = (Item(content=name, name=name, data=b"x") for name in names)
    found = {
        result.content: result.reason
        for result in in_pool(items, Job(rubric=rubric), processes=2, limit=1.0, work=hostile)
    }
    assert len(found) == 20
    assert {name: why for name, why in found.items() if not why.startswith("was read")} == {
        "crash1.md": "crash1.md: ended the process that read it (exit code 7); review it alone",
        "crash2.md": "crash2.md: ended the process that read it (exit code 7); review it alone",
        "hang.md": "hang.md: took longer than 1 s; review it alone, or as plain text",
    }


def big(item: Item, job: Job) -> Result:
    return Result(content=item.content, name=item.name, state="reviewed", packed=item.data)


@pytest.mark.slow
def test_co07_no_document_is_taken_before_somebody_has_room(rubric: Rubric) -> None:
    taken: list[str] = []

    def items() -> Iterator[Item]:
        for n in range(30):  # larger than what a pipe holds, both ways
            taken.append(str(n))
            yield Item(content=str(n), name=str(n), data=os.urandom(3_000_000))

    done = 0
    for _ in in_pool(items(), Job(rubric=rubric), processes=2, work=big):
        done += 1
        assert len(taken) <= done + 2 * 2
    assert done == 30


def test_a_run_of_the_offline_engine(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = proposals(tmp_path / "in", 3)
    (source / "empty.md").write_text("")
    (source / "README.md").write_text("")
    (source / "menu.md").write_text("# Menu of the week\n\n" + "Soup, bread and cheese on each day of the week. " * 9)
    run = ["batch", "run", str(source), "--out", str(tmp_path / "run"), "--processes", "2"]
    assert main(run) == 4
    said = capfd.readouterr().err
    assert said.startswith("reviewer: 1 left out: by its name no proposal (1); --dry-run names them\n")  # AR10
    assert "3 reviewed" in said
    assert "empty.md: is empty" in said
    assert f"to go on: reviewer {' '.join(run)}" in said
    assert main(run) == 4
    assert "resuming: 4 of 5 done" in capfd.readouterr().err
    (source / "empty.md").unlink()
    (source / "menu.md").unlink()
    assert main(run) == 0
    assert main(["batch", "status", str(tmp_path / "run")]) == 0
    assert capfd.readouterr().out == "reviewed            3\n"
    assert main(["batch", "export", str(tmp_path / "run")]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 3
    assert main(["batch", "diff", str(tmp_path / "run"), str(tmp_path / "run")]) == 0
    assert capfd.readouterr().out.startswith("\n3 compared\n")
    assert main(["batch", "rescore", str(tmp_path / "run"), "--lang", "ko"]) == 0
    assert main(["batch", "rescore", str(tmp_path / "run"), "--rubric", "course-proposal"]) == 2


def test_bs04_a_first_run_goes_on_with_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    link = zipfile.ZipInfo("link.md")
    link.external_attr = 0o120777 << 16
    bomb = zipfile.ZipInfo("bomb\n::error::x.md")  # AR09: no line of ours is another's
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr(bomb, b"\0" * 2_000_000, zipfile.ZIP_DEFLATED)
    assert main(["batch", "run", str(tmp_path / "in.zip"), "--out", str(tmp_path / "run")]) == 4
    said = capfd.readouterr().err
    assert f"skipped: {tmp_path}/in.zip!link.md: is a symbolic link" in said
    assert "bomb ::error::x.md: unpacks to more than 100 times its size" in said
    assert "resuming" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.md", "--out", "run"], "none.md: no such file"),
        (["in"], "name a folder: --out RUN"),
        (["empty", "--out", "run"], "no proposals in empty; see what is left out and why: --dry-run"),
        (["in", "--out", "in/p0000.md"], "p0000.md"),
        (["in", "--out", "run", "--engine", "dask"], "--engine dask and --scheduler URL go together"),
        (["in", "--out", "run", "--model", "m", "--offline"], "exclude each other"),
    ],
)
def test_what_cannot_be_run(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    proposals(tmp_path / "in", 1)
    (tmp_path / "empty").mkdir()
    assert main(["batch", "run", *arguments]) in (2, 5)
    assert said in capfd.readouterr().err


def test_ar10_dry_run_shows_what_counts_and_makes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = proposals(tmp_path / "in", 2)
    (source / "README.md").write_text("x")
    assert main(["batch", "run", str(source), "--dry-run", "--out", str(tmp_path / "run")]) == 0
    assert capfd.readouterr().out == (
        f"{source}/p0000.md\n{source}/p0001.md\n\n2 to review, 1 left out:\n"
        f"        1  by its name no proposal, such as {source}/README.md\n"
    )
    assert not (tmp_path / "run").exists()


class Asked:
    """A run with a model, of the fake server."""

    def __init__(self, tmp_path: Path, count: int) -> None:
        self.source, self.out = proposals(tmp_path / "in", count), tmp_path / "run"

    def command(self, url: str, *more: str) -> list[str]:
        model = ["--model", "m", "--base-url", url, "--no-cache", "--concurrency", "4"]
        return ["batch", "run", str(self.source), "--out", str(self.out), *model, *more]

    def states(self) -> dict[str, int]:
        with open_store(self.out) as store:
            return dict(store.counts())


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setenv("REVIEWER_PRICE", "1,2")
    return Asked(tmp_path, 10)


def test_bs04_no_answer_is_paid_twice(asked: Asked, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(by_hand) as provider:
        assert main(asked.command(provider.url)) == 0
        calls = provider.calls
        assert main(asked.command(provider.url)) == 0
        assert provider.calls == calls == 20  # each a second time, for the slip that is in the answers
    said = capfd.readouterr().err
    assert f"sending 10 documents to {provider.url.split('/')[2]} (model m): about $0." in said
    assert "10 reviewed; $0.0" in said
    assert "resuming: 10 of 10 done" in said


def test_what_is_announced_is_worked_out_of_a_copy(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rubric keeps what is worked out of it; one that changes while it is sent to a process ends the run."""
    worked_on: list[Job] = []
    sent: list[Job] = []
    monkeypatch.setattr("reviewer.cli.run._announcement", lambda some, job, due: worked_on.append(job) or "so much")
    monkeypatch.setattr(
        "reviewer.batch.asking.Process", lambda serve, job, work: sent.append(job) or Process(serve, job, work)
    )
    with serve(by_hand) as provider:
        assert main(asked.command(provider.url)) == 0
    assert worked_on == sent[:1]
    assert worked_on[0].rubric is not sent[0].rubric


@pytest.mark.slow
def test_cs01_the_budget_holds_for_all_calls_of_a_run(asked: Asked, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(by_hand) as provider:
        assert main(asked.command(provider.url, "--max-calls", "7")) == 6
        assert provider.calls <= 7
        assert "to go on: reviewer batch run" in capfd.readouterr().err
        done = asked.states()["reviewed"]
        assert main(asked.command(provider.url, "--max-calls", "7")) == 6  # resuming does not begin anew
        assert provider.calls <= 7
        assert main(asked.command(provider.url, "--max-calls", "100")) == 0
        assert 0 < done < asked.states()["reviewed"] == 10
        assert provider.calls <= 7 + 20


def test_a_pause_longer_than_any_answer_may_take_ends_the_run(asked: Asked) -> None:
    """LA03: at the desks, too, nobody is failed for it; what waits goes on with the same command."""
    day = error(429, "No more today", headers={"retry-after": "86400"})
    with serve([day]) as provider:
        assert main(asked.command(provider.url)) == 3
    assert provider.calls <= 4
    assert asked.states() == {"pending": 10}


@pytest.mark.slow
def test_cs01_what_was_spent_without_a_limit_counts_once_there_is_one(asked: Asked) -> None:
    """The limit is the run's: also what comes between two runs that have one is booked."""
    with serve(by_hand) as provider:
        assert main(asked.command(provider.url)) == 0
        spent = provider.calls
        proposals(asked.source, 12)
        assert main(asked.command(provider.url, "--max-calls", f"{spent + 1}")) == 6
        assert provider.calls == spent + 1
        assert main(asked.command(provider.url)) == 0
        spent = provider.calls
        proposals(asked.source, 13)
        assert main(asked.command(provider.url, "--max-calls", f"{spent}")) == 6
        assert provider.calls == spent


async def hostile_to_a_desk(item: Item, panel: Panel, job: Job) -> Result:
    await asyncio.sleep(0)  # all of them are at the desk by now
    return hostile(item, job)


@pytest.mark.slow
def test_co06_a_document_that_ends_its_desk_fails_alone(rubric: Rubric) -> None:
    names = [f"{n:02}.md" for n in range(9)]
    names[3], names[5], names[7], names[8] = "crash1.md", "bug.md", "crash2.md", "hang.md"
    items = (Item(content=name, name=name, data=b"x") for name in names)
    job = Job(rubric=rubric, model=ModelSettings(name="m", base_url="http://127.0.0.1:1/v1"))
    results = [*by_model(items, job, concurrency=8, processes=2, limit=1.0, work=hostile_to_a_desk)]
    assert sorted(result.content for result in results) == sorted(names)  # each once
    found = {result.content: result.reason for result in results if not result.reason.startswith("was read")}
    assert "please report it" in found.pop("bug.md")
    assert found == {
        name: f"{name}: ended the process that read it (exit code 7); review it alone"
        for name in ("crash1.md", "crash2.md")
    } | {"hang.md": "hang.md: took longer than 1 s; review it alone, or as plain text"}


def test_an_error_goes_without_its_cause() -> None:
    """Where tracebacks are made to travel, as Dask does, a cause goes along that may not come out again."""

    class OddError(Exception):
        def __init__(self, *, response: str) -> None:
            super().__init__(response)

    pickling = pytest.importorskip("tblib.pickling_support")
    error = CredentialError("a wrong key")
    error.__cause__ = OddError(response="401")
    pickling.install(error)
    sent = bare(error)
    assert sent.__cause__ is None
    back = pickle.loads(pickle.dumps(sent))
    assert (type(back), str(back)) == (CredentialError, "a wrong key")


@pytest.mark.parametrize(("error", "shown"), [("EOFError", False), ("ValueError", True)])
def test_bs01_a_task_that_broke_off_is_no_traceback(error: str, shown: bool) -> None:
    command = [sys.executable, "-c", f"import reviewer.batch.forked; raise {error}"]
    assert ("Traceback" in subprocess.run(command, capture_output=True, text=True, check=False).stderr) is shown


def _wrong_key(request: dict[str, Any]) -> Answer:
    return error(401, "Incorrect API key", "invalid_api_key")


def test_a_wrong_key_ends_the_run_and_marks_nobody(asked: Asked, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(_wrong_key) as provider:
        assert main(asked.command(provider.url)) == 3
        assert asked.states() == {"pending": 10}
        assert provider.calls <= 4


@pytest.mark.slow
def test_one_refusal_is_one_failure(asked: Asked) -> None:
    def script(request: dict[str, Any]) -> Answer:
        refused = "This is draft 5." in request["messages"][1]["content"]
        return error(400, "flagged", "content_filter") if refused else by_hand(request)

    with serve(script) as provider:
        assert main(asked.command(provider.url)) == 4
        assert asked.states() == {"reviewed": 9, "failed": 1}


def test_bs12_what_does_not_come_is_not_waited_for() -> None:
    told: list[str] = []

    def in_flight_for_ever() -> None:
        while True:
            signal.pause()

    with Stop(lambda: told.append("finishing"), grace=0.01) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            in_flight_for_ever()
    assert told == ["finishing"]
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("signals", "finishes"),
    [
        pytest.param((signal.SIGINT,), True, id="BS12-once"),
        pytest.param((signal.SIGTERM,), True, id="BS12-term"),
        pytest.param((signal.SIGINT, signal.SIGINT), False, id="BS12-twice"),
    ],
)
def test_bs12_ctrl_c(signals: tuple[signal.Signals, ...], finishes: bool, asked: Asked) -> None:
    """The server holds its answers back until the process has heard what was sent to it."""
    release, held = threading.Event(), threading.Semaphore(0)
    with serve(by_hand) as provider:
        inner = provider.next

        def slow(path: str, headers: dict[str, str], raw: bytes) -> Answer:
            answer = inner(path, headers, raw)  # under the server's lock, which must not be held while waiting
            held.release()
            release.wait(60)
            return answer

        provider.next = slow  # type: ignore[method-assign]
        process = subprocess.Popen(
            [sys.executable, "-m", "reviewer", *asked.command(provider.url)], stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        for _ in range(4):
            assert held.acquire(timeout=60)
        said = ""
        for number in signals:
            process.send_signal(number)
            if "finishing" not in said:
                while "finishing what was begun" not in (line := process.stderr.readline()):
                    said += line
                said += line
        if finishes:
            release.set()
        rest = process.communicate(timeout=60)[1]
        release.set()
    assert process.returncode == 130
    assert "Traceback" not in said + rest
    assert "to go on: reviewer batch run" in rest
    assert asked.states() == ({"reviewed": 4, "pending": 6} if finishes else {"pending": 10})
