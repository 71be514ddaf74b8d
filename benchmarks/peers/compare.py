"""This project beside its peers, on the same documents, in alternated rounds of one run.

    python benchmarks/peers/compare.py --provider "python fake_openai.py --port 8099 --latency fixed:1.0" \\
        --documents 200 --concurrency 16 64 256 --rounds 5

`--provider` is a command that serves an OpenAI-compatible API and prints its address first; with GET /stats it counts
requests and tokens, and POST /reset sets its faults (see benchmarks/README.md). Several numbers of documents, at once,
or several faults: each combination is measured in each round. Figures are medians; ratios are of the same round, so
that a noisy neighbour troubles both.
"""

import argparse
import json
import random
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
FLOOR = "aiohttp"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", nargs="*", default=["aiohttp", "openai", "langchain", "reviewer"])
    parser.add_argument("--provider", required=True, help="the command that serves")
    parser.add_argument("--documents", type=int, nargs="+", default=[200])
    parser.add_argument("--words", type=int, default=1700)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[64])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--faults", nargs="+", default=["{}"], help="what POST /reset is sent, as in '{\"p429\": 0.3}'")
    parser.add_argument("--once", nargs="+", default=[], metavar="PEER", help="slow ones, measured in one round only")
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PATH", help="another environment")
    parser.add_argument("--json", type=Path, help="write every figure of every round to this file")
    options = parser.parse_args()
    pythons = dict(pair.split("=", 1) for pair in options.python)
    cases = list(product(options.documents, options.concurrency, options.faults))
    rounds: list[dict] = []
    with tempfile.TemporaryDirectory() as folder, Provider(options.provider) as provider:
        for documents in options.documents:
            prepare(Path(folder, str(documents)), documents, options.words)
        for number in range(options.rounds):
            peers = [peer for peer in options.peers if not number or peer not in options.once]
            rounds.append({})
            for case in cases:
                for peer in random.sample(peers, len(peers)):
                    python = pythons.get(peer, sys.executable)
                    figures = measured(peer, python, Path(folder, str(case[0])), case, provider)
                    rounds[-1].setdefault(peer, {})[case] = figures
                    print(f"round {number + 1}: {case} {peer} {figures['wall']:.2f} s", file=sys.stderr)
    if options.json:
        told = [{p: {str(case): f for case, f in cases.items()} for p, cases in one.items()} for one in rounds]
        options.json.write_text(json.dumps(told, indent=1))
    print(f"documents of about {options.words} words, median of {options.rounds} rounds\n")
    print(table(rounds, options.peers, cases))


def measured(peer: str, python: str, work: Path, case: tuple[int, int, str], provider: "Provider") -> dict:
    """One peer, in a process of its own."""
    documents, concurrency, faults = case
    provider.reset(json.loads(faults))
    shutil.rmtree(work / "run", ignore_errors=True)
    arguments = [python, HERE / "clients.py", peer, work, provider.url, str(concurrency)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        # Some raise at the first document that fails, and all that is finished goes with it.
        print(f"{peer}: {done.stderr[-300:]}", file=sys.stderr)
        return dict.fromkeys(("wall", "cpu", "megabytes"), float("nan")) | {"lost": documents} | provider.stats()
    figures = json.loads(done.stdout.splitlines()[-1])
    return figures | {"lost": documents - figures["answered"]} | provider.stats()


class Provider:
    """A server that is started, counted and set."""

    def __init__(self, command: str) -> None:
        self.process = subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.set: set[str] = set()  # what stays as it was sent last, until it is sent again

    def __enter__(self) -> "Provider":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def _call(self, path: str, body: bytes | None = None) -> dict:
        with urllib.request.urlopen(self.url.removesuffix("/v1") + path, body, timeout=60) as answer:
            return json.loads(answer.read())

    def reset(self, faults: dict) -> None:
        self.set |= faults.keys()
        self._call("/reset", json.dumps(dict.fromkeys(self.set, 0) | faults).encode())

    def stats(self) -> dict:
        stats = self._call("/stats")
        return {"requests": stats["requests"], "tokens": stats["prompt_tokens"] + stats["schema_tokens"]}


def prepare(work: Path, documents: int, words: int) -> None:
    """The same documents, prompt and schema for all peers."""
    from documents import proposal

    from reviewer.extract.llm import EXTRACT, instructions, schema_for
    from reviewer.rubric import load_rubric

    rubric = load_rubric("fsdl")
    prompt = {"system": instructions(rubric, rubric.criteria, EXTRACT), "schema": schema_for(rubric.criteria)}
    work.mkdir()
    (work / "prompt.json").write_text(json.dumps(prompt), "utf-8")
    (work / "documents").mkdir()
    users = []
    for number in range(documents):
        text = proposal(number, words)
        (work / "documents" / f"{number:05}.md").write_text(text, "utf-8")
        users.append(f"<document {number:016x}>\n{text}\n</document>{number:016x}\n")
    (work / "users.json").write_text(json.dumps(users), "utf-8")


def table(rounds: list[dict], peers: list[str], cases: list[tuple[int, int, str]]) -> str:
    """Markdown: medians over the rounds, and the median of each round's ratio to the floor."""
    heads = ("peer", "documents", "at once", "faults", "wall s", "to aiohttp", "CPU ms/document", "peak MB")
    heads += ("requests/document", "tokens/document", "lost")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for case, peer in product(cases, peers):
        documents, concurrency, faults = case
        told = faults.strip("{}").replace('"', "") or "none"
        found = [one for one in rounds if peer in one]

        def median(figure: str, each: int = 1, of: tuple = (peer, case, found)) -> float:
            return statistics.median(one[of[0]][of[1]][figure] for one in of[2]) / each

        ratios = [one[peer][case]["wall"] / one[FLOOR][case]["wall"] for one in found if FLOOR in one]
        lines.append(
            f"| {peer} | {documents} | {concurrency} | {told} | {median('wall'):.2f} "
            f"| {f'{statistics.median(ratios):.2f}' if ratios else '-'} | {1000 * median('cpu', documents):.1f} "
            f"| {median('megabytes'):.0f} | {median('requests', documents):.2f} | {median('tokens', documents):.0f} "
            f"| {median('lost'):.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
