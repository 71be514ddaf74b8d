"""What a run of many takes: documents a second, memory, cores, and how long a big run needs to start and to resume.

    python benchmarks/batch.py [--sizes 100,1000,10000] [--length N] [--rows 100000]

Documents are made from the examples, each a little different. Memory is what the run's own process and the largest of
its workers had at most; cores are the run's computing time by the wall, and beside it what the machine had idle.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from reviewer.batch.job import Item, Job
from reviewer.batch.run import Plan, begun, work
from reviewer.batch.sources import Rules, content_of
from reviewer.batch.store import Result, Store, open_store
from reviewer.pipeline import load_rubric

EXAMPLES = [path.read_text("utf-8") for path in sorted((Path(__file__).parents[1] / "examples").glob("*.md"))]
TICKS = 100.0


def table(path: Path, count: int, length: int | None = None) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            text = EXAMPLES[n % len(EXAMPLES)][:length]
            file.write(
                json.dumps({"id": f"p{n}", "text": f"{text}\n\nThis is draft {n}.\n"}, ensure_ascii=False) + "\n"
            )
    return path


def family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield from family(child)


def look(pid: int, computing: dict[int, float], memory: dict[int, int]) -> None:
    for one in list(family(pid)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            peak = Path(f"/proc/{one}/status").read_text().partition("VmHWM:")[2].split()
        except OSError:
            continue
        computing[one] = (int(fields[11]) + int(fields[12])) / TICKS
        if peak:
            memory[one] = int(peak[0])


def idle() -> tuple[float, float]:
    times = [int(part) for part in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return times[3] + times[4], sum(times)


def measured(arguments: list[str]) -> dict[str, float]:
    """Run the command and watch it."""
    computing: dict[int, float] = {}
    memory: dict[int, int] = {}
    was, began = idle(), time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "reviewer", *arguments], stderr=subprocess.DEVNULL)
    while process.poll() is None:
        look(process.pid, computing, memory)
        time.sleep(0.1)
    wall, now = time.perf_counter() - began, idle()
    own = memory.pop(process.pid)
    return {
        "wall": wall,
        "computing": sum(computing.values()),
        "idle": (now[0] - was[0]) / max(1.0, now[1] - was[1]),
        "own_mb": own / 1024,
        "worker_mb": max(memory.values(), default=0) / 1024,
    }


def sizes(folder: Path, counts: list[int], length: int | None) -> None:
    cores = len(Path("/proc/cpuinfo").read_text().split("processor\t")) - 1
    print(f"\n{cores} cores")
    print("documents  wall s  docs/s  ms CPU/doc  cores used  machine idle  own MB  worker MB  store kB/doc")
    for count in counts:
        source, run = table(folder / f"{count}.jsonl", count, length), folder / f"run{count}"
        found = measured(["batch", "run", str(source), "--id-column", "id", "--out", str(run)])
        with open_store(run) as store:
            done = store.counts().get("reviewed", 0)
        print(
            f"{count:>9,} {found['wall']:>7.1f} {done / found['wall']:>7.1f} {1000 * found['computing'] / count:>11.1f}"
            f" {found['computing'] / found['wall']:>11.2f} {found['idle']:>12.0%} {found['own_mb']:>8.0f}"
            f" {found['worker_mb']:>10.0f} {(run / 'store.db').stat().st_size / 1000 / count:>13.1f}",
            flush=True,
        )


def big(folder: Path, count: int) -> None:
    """Start, and resume, a run of very many, half of them done; reviewing itself is left out."""
    source = table(folder / "big.jsonl", count, 1500)
    plan = Plan(sources=(str(source),), rules=Rules(id_column="id"), job=Job(rubric=load_rubric("fsdl")))
    packed = Result.pack(json.dumps(EXAMPLES))[:6600]
    for what in ("start", "resume"):
        began, computed = time.perf_counter(), time.process_time()
        with begun(folder / "big", plan) as store:
            listed = time.perf_counter() - began
            done = store.counts().get("reviewed", 0)
            first: list[float] = []

            def one(items: Iterator[Item], began: float = began, first: list[float] = first) -> Iterator[Result]:
                for item in items:
                    first.append(time.perf_counter() - began)
                    yield Result(content=item.content, name=item.name, state="reviewed", packed=packed)

            work(store, plan, one, stopped=lambda first=first: bool(first), tell=lambda *_: None)  # type: ignore[misc]
            print(
                f"{what} of {count:,} rows ({source.stat().st_size / 1e6:.0f} MB), {done:,} done: "
                f"listed in {listed:.1f} s, first document handed out after {first[0]:.1f} s "
                f"({time.process_time() - computed:.1f} s computing); store {store.path.stat().st_size / 1e6:.0f} MB",
                flush=True,
            )
            if what == "start":
                fill(store, plan, count // 2, packed)


def fill(store: Store, plan: Plan, count: int, packed: bytes) -> None:
    with store._transaction():
        for entry in islice(plan.entries(), count):
            content = content_of(entry.read(), entry.listed.name)
            store._db.execute("UPDATE documents SET content = ? WHERE id = ?", (content, entry.id))
            store._put(Result(content=content, name=entry.listed.name, state="reviewed", packed=packed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--length", type=int, help="cut the documents, to see memory without waiting for reviews")
    parser.add_argument("--rows", type=int, default=100_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if chosen.rows:
            big(Path(name), chosen.rows)
        sizes(Path(name), [int(size) for size in chosen.sizes.split(",") if size], chosen.length)
