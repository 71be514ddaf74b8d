"""A real cluster of worker processes on this machine: nothing is lost, doubled, overspent or given away."""

import json
import logging
import pickle
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from llm_answers import by_hand
from llm_server import serve

from reviewer.__main__ import main
from reviewer.batch import cluster
from reviewer.batch.job import Item, Job
from reviewer.batch.store import open_store
from reviewer.domain import Estimate
from reviewer.errors import ReviewerError, SettingsError
from reviewer.pipeline import ModelSettings, load_rubric
from reviewer.pipeline.purse import Purse

TEXT = (Path(__file__).parents[1] / "examples" / "pension-letters.ko.md").read_text("utf-8")
KEY = "sk-not-a-real-key-of-anybody"


def proposals(folder: Path, count: int) -> Path:
    folder.mkdir()
    for n in range(count):
        (folder / f"p{n:04}.md").write_text(f"{TEXT}\n{n}\n", "utf-8")
    return folder


def rows(run: Path) -> list[tuple[str, str, str, bytes | None]]:
    with open_store(run) as store:
        return [(row.name, row.state, row.reason, row.record) for row in store.rows()]


class Workers:
    """A scheduler here, and workers as processes of their own, as on other machines."""

    def __init__(self, scheduler: str) -> None:
        self.scheduler = scheduler
        self.running: list[subprocess.Popen[bytes]] = []

    def join(self) -> None:
        alone = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        command = [sys.executable, "-m", "distributed.cli.dask_worker", self.scheduler, *alone]
        self.running.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))

    def kill(self, chance: random.Random) -> None:
        """End one without a word, and let another join."""
        victim = self.running.pop(chance.randrange(len(self.running)))
        victim.kill()
        victim.wait()
        self.join()


@pytest.fixture
def workers() -> Iterator[Workers]:
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address=None) as local:  # type: ignore[no-untyped-call]
        all_of_them = Workers(local.scheduler_address)
        for _ in range(3):
            all_of_them.join()
        yield all_of_them
        for process in all_of_them.running:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_co04_workers_killed_at_random_lose_nothing(workers: Workers, tmp_path: Path) -> None:
    source = proposals(tmp_path / "in", 60)
    command = ["batch", "run", str(source), "--out"]
    over, killed = threading.Event(), []

    def kill() -> None:
        """One worker each time that some more documents are done."""
        chance, after = random.Random(7), 3
        while not over.wait(0.05):
            with suppress(ReviewerError), open_store(tmp_path / "run") as store:
                if (done := store.counts().get("reviewed", 0)) >= after:
                    workers.kill(chance)
                    killed.append(done)
                    after = done + chance.randrange(4, 12)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        dask = ["--engine", "dask", "--scheduler", workers.scheduler]
        assert main([*command, str(tmp_path / "run"), *dask]) in (0, 4)
    finally:
        over.set()
        thread.join()
    # Dask gives a document up whose workers died three times; like any that failed, it is tried again.
    assert main([*command, str(tmp_path / "run"), *dask]) == 0
    assert killed
    print(f"{len(killed)} workers killed")
    subprocess.run([sys.executable, "-m", "reviewer", *command, str(tmp_path / "whole")], check=True)
    assert rows(tmp_path / "run") == rows(tmp_path / "whole")


def test_a_worker_without_the_package_is_told() -> None:
    class Client:
        status = "running"

        def register_plugin(self, plugin: object, name: str) -> None:
            raise Exception("ModuleNotFoundError(\"No module named 'reviewer'\")")  # noqa: TRY002 - as Dask does

    with pytest.raises(SettingsError, match=r"a worker cannot run reviewer .*; install reviewer \d"):
        cluster._Round(Client(), Job(rubric=load_rubric("fsdl")), None, 1, 60.0, lambda: 0.0)


@pytest.mark.slow
def test_a_cluster_without_a_worker_is_told_and_waited_for(tmp_path: Path) -> None:
    from distributed import LocalCluster

    class Hears(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())
            workers.join()

    said: list[str] = []
    with LocalCluster(n_workers=0, dashboard_address=None) as local:  # type: ignore[no-untyped-call]
        workers, hears = Workers(local.scheduler_address), Hears()
        logging.getLogger("reviewer").addHandler(hears)
        try:
            where = ["--out", str(tmp_path / "run"), "--engine", "dask", "--scheduler", workers.scheduler]
            assert main(["batch", "run", str(proposals(tmp_path / "in", 3)), *where]) == 0
        finally:
            logging.getLogger("reviewer").removeHandler(hears)
            for process in workers.running:
                process.kill()
                process.wait()
    assert said == [f"reviewer: {workers.scheduler} has no worker; waiting for one: dask worker {workers.scheduler}"]
    assert [state for _, state, _, _ in rows(tmp_path / "run")] == ["reviewed"] * 3


@pytest.mark.slow
def test_co06_a_document_that_hangs_fails_alone_and_its_worker_begins_anew(tmp_path: Path) -> None:
    """More of them than there are workers: were a thread held for ever, nobody would read the others."""
    from distributed import LocalCluster

    source = proposals(tmp_path / "in", 12)
    (tmp_path / "hang.py").write_text(
        "import threading\nfrom reviewer.batch import cluster, job\n"
        "cluster.review_item = lambda item, whole: "
        "threading.Event().wait() if item.name[-7:-3] < '0003' else job.review_item(item, whole)\n"
    )
    with LocalCluster(n_workers=0, dashboard_address=None) as local:  # type: ignore[no-untyped-call]
        command = [sys.executable, "-m", "distributed.cli.dask_worker", local.scheduler_address, "--nworkers", "2",
                   "--nthreads", "1", "--no-dashboard", "--preload", str(tmp_path / "hang.py")]  # fmt: skip
        workers = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            dask = ["--engine", "dask", "--scheduler", local.scheduler_address, "--limit", "15"]
            assert main(["batch", "run", str(source), "--out", str(tmp_path / "run"), *dask]) == 4
        finally:
            workers.terminate()
            workers.wait()
    found = [(name[-8:], state, reason.partition(": ")[2]) for name, state, reason, _ in rows(tmp_path / "run")]
    late = "took longer than 15 s; review it alone, or as plain text"
    assert found == [(f"p{n:04}.md", *(("failed", late) if n < 3 else ("reviewed", ""))) for n in range(12)]


@pytest.mark.slow
def test_a_scheduler_that_dies_is_told_and_what_is_done_is_kept(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import dask
    from distributed import Client

    run, written = tmp_path / "run", tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--host",
               "127.0.0.1", "--scheduler-file", str(written)]  # fmt: skip
    scheduler = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.05):
            with suppress(ReviewerError), open_store(run) as store:
                if store.counts().get("reviewed", 0) >= 3:
                    scheduler.kill()
                    return

    thread = threading.Thread(target=kill)
    try:
        with Client(scheduler_file=str(written), timeout=60, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            workers = Workers(client.scheduler.address)
        workers.join()
        thread.start()
        source = proposals(tmp_path / "in", 300)
        with dask.config.set({"distributed.comm.timeouts.connect": "3s"}):
            dask_ = ["--engine", "dask", "--scheduler", workers.scheduler]
            assert main(["batch", "run", str(source), "--out", str(run), *dask_]) == 3
    finally:
        over.set()
        scheduler.kill()
        scheduler.wait()
        for worker in workers.running:
            worker.kill()
            worker.wait()
    said = capfd.readouterr().err
    assert (
        "reviewer: the Dask scheduler is gone, and what was out with it; start it again\nreviewer: to go on: " in said
    )
    assert "Traceback" not in said
    assert {state for _, state, _, _ in rows(run)} == {"reviewed", "pending"}


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["gather", "identity", "register_worker_plugin"])
def test_a_scheduler_that_dies_when_it_is_asked_is_told(
    asked: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import dask

    written, preload = tmp_path / "scheduler.json", tmp_path / "dies.py"
    # A client asks who it is while it connects, too: only the second time it dies of that.
    preload.write_text(
        "import itertools, os\n"
        f"asked, times = {asked!r}, itertools.count({0 if asked == 'identity' else 1})\n"
        "def dask_setup(scheduler):\n"
        "    answer = scheduler.handlers[asked]\n"
        "    def dies(*args, **kwargs):\n"
        "        return answer(*args, **kwargs) if next(times) < 1 else os._exit(1)\n"
        "    scheduler.handlers[asked] = dies\n",
        "utf-8",
    )
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--host",
               "127.0.0.1", "--scheduler-file", str(written), "--preload", str(preload)]  # fmt: skip
    scheduler = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    running: list[subprocess.Popen[bytes]] = []
    try:
        while not written.exists():
            assert scheduler.poll() is None
            threading.Event().wait(0.05)
        address = json.loads(written.read_text("utf-8"))["address"]
        workers = Workers(address)
        running = workers.running
        workers.join()
        source = proposals(tmp_path / "in", 3)
        with dask.config.set({"distributed.comm.timeouts.connect": "3s"}):
            dask_ = ["--engine", "dask", "--scheduler", address]
            assert main(["batch", "run", str(source), "--out", str(tmp_path / "run"), *dask_]) == 3
    finally:
        for process in (scheduler, *running):
            process.kill()
            process.wait()
    said = capfd.readouterr().err
    assert "reviewer: the Dask scheduler is gone" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_co05_co09_limits_and_key_of_a_cluster(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = proposals(tmp_path / "in", 12)
    monkeypatch.setenv("REVIEWER_PRICE", "1,2")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve(by_hand) as provider:
        command = ["batch", "run", str(source), "--out", str(tmp_path / "run"), "--model", "m",
                   "--base-url", provider.url, "--concurrency", "6",
                   "--engine", "dask", "--scheduler", workers.scheduler]  # fmt: skip
        assert main([*command, "--max-calls", "7"]) == 6
        assert 1 <= provider.calls <= 7
        assert main([*command, "--max-calls", "100"]) == 0
        assert provider.calls == 2 * 12  # each a second time, for the slip that is in the answers
        assert {header.get("authorization", "") for header in provider.headers} <= {"", f"Bearer {KEY}"}


def test_co09_the_key_is_in_nothing_that_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    job = Job(rubric=load_rubric("fsdl"), model=ModelSettings(name="openai:gpt-5-mini"))
    sent = [cluster._plugin(job), Item(content="x", name="a.md", data=b"text"), cluster._priced, cluster._reviewed]
    assert KEY.encode() not in b"".join(map(pickle.dumps, sent))


def price(dollars: float = 0.5, calls: int = 1) -> Estimate:
    return Estimate(host="h", model="m", calls=calls, input_tokens=100, most_output_tokens=50, most_cost=dollars)


def test_cs01_the_purse_hands_out_no_more_than_there_is() -> None:
    purse = Purse(ModelSettings(name="m", base_url="http://127.0.0.1:1", max_cost=2.0, price=(1, 1)))
    assert purse.take("a", price()) == ""  # twice 0.50: the question, and once more
    assert purse.take("b", price()) == ""
    assert "the limit of $2 is reached" in purse.take("c", price())
    assert purse.share("a")["max_cost"] == 1.0
    purse.settle("a", (0.25, 150, 1))
    assert "the limit" in purse.take("c", price(0.5))
    assert purse.take("c", price(0.3)) == ""
    purse.settle("b", None)  # nobody knows what it took
    assert "the limit" in purse.take("d", price(0.3))
    purse.again("c")  # its worker was lost, and another calls
    purse.settle("c", (0.0, 0, 0))
    assert "the limit" in purse.take("d", price(0.3))


def test_co05_the_purse_keeps_all_workers_to_one_pace() -> None:
    now = 0.0
    settings = ModelSettings(name="m", base_url="http://127.0.0.1:1", requests_per_minute=60, tokens_per_minute=60_000)
    purse = Purse(settings, lambda: now)
    assert purse.limited
    waits = []
    for n in range(3):
        waits.append(purse.wait())
        assert purse.take(str(n), price()) == ""
    assert waits == [0.0, 1.0, 2.0]
    purse.settle("0", (0.0, 0, 3))  # took three calls where one was foreseen
    assert purse.wait() == 5.0
    now = 5.0
    assert purse.wait() == 0.0
