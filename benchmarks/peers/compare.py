"""This project beside its peers, on the same documents, in alternated rounds of one run.

    python benchmarks/peers/compare.py --provider "python fake_openai.py --port 8099 --latency fixed:1.0" \\
        --documents 200 --concurrency 64 --rounds 5

`--provider` is a command that serves an OpenAI-compatible API and prints its address first; with GET /stats it counts
requests and tokens, and POST /reset sets its faults (see benchmarks/README.md). Figures are medians; ratios are of
the same round, so that a noisy neighbour troubles both.
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
from pathlib import Path

HERE = Path(__file__).parent
FLOOR = "aiohttp"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", nargs="*", default=["aiohttp", "openai", "langchain", "reviewer"])
    parser.add_argument("--provider", required=True, help="the command that serves")
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--words", type=int, default=1700)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--faults", default="{}", help="what POST /reset is sent, as in '{\"p429\": 0.3}'")
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PATH", help="another environment")
    parser.add_argument("--json", type=Path, help="write every figure of every round to this file")
    options = parser.parse_args()
    pythons = dict(pair.split("=", 1) for pair in options.python)
    with tempfile.TemporaryDirectory() as folder, Provider(options.provider) as provider:
        work = Path(folder)
        prepare(work, options.documents, options.words)
        rounds = []
        for number in range(options.rounds):
            order = random.sample(options.peers, len(options.peers))
            figures = {}
            for peer in order:
                provider.reset(json.loads(options.faults))
                shutil.rmtree(work / "run", ignore_errors=True)
                python = pythons.get(peer, sys.executable)
                arguments = [python, HERE / "clients.py", peer, work, provider.url, str(options.concurrency)]
                done = subprocess.run(arguments, capture_output=True, text=True, check=False)
                if done.returncode:
                    sys.exit(f"{peer}: {done.stderr[-2000:]}")
                figures[peer] = json.loads(done.stdout.splitlines()[-1]) | provider.stats()
                print(f"round {number + 1}: {peer} {figures[peer]['wall']:.2f} s", file=sys.stderr)
            rounds.append(figures)
    if options.json:
        options.json.write_text(json.dumps(rounds, indent=1))
    print(table(rounds, options))


class Provider:
    """A server that is started, counted and set."""

    def __init__(self, command: str) -> None:
        self.process = subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def __enter__(self) -> "Provider":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def _call(self, path: str, body: bytes | None = None) -> dict:
        with urllib.request.urlopen(self.url.removesuffix("/v1") + path, body, timeout=60) as answer:
            return json.loads(answer.read())

    def reset(self, faults: dict) -> None:
        self._call("/reset", json.dumps(faults).encode())

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
    (work / "prompt.json").write_text(json.dumps(prompt), "utf-8")
    (work / "documents").mkdir()
    users = []
    for number in range(documents):
        text = proposal(number, words)
        (work / "documents" / f"{number:05}.md").write_text(text, "utf-8")
        users.append(f"<document {number:016x}>\n{text}\n</document>{number:016x}\n")
    (work / "users.json").write_text(json.dumps(users), "utf-8")


def table(rounds: list[dict], options: argparse.Namespace) -> str:
    """Markdown: medians over the rounds, and the median of each round's ratio to the floor."""
    lines = [
        (
            f"{options.documents} documents of about {options.words} words, {options.concurrency} at once, "
            f"median of {options.rounds} rounds, faults {options.faults}"
        ),
        "",
        "| peer | wall s | to aiohttp | CPU ms/document | peak MB | requests/document | tokens/document | lost |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for peer in options.peers:

        def median(figure: str, peer: str = peer) -> float:
            return statistics.median(one[peer][figure] for one in rounds)

        ratio = (
            f"{statistics.median(one[peer]['wall'] / one[FLOOR]['wall'] for one in rounds):.2f}"
            if FLOOR in rounds[0]
            else "-"
        )
        n = options.documents
        lines.append(
            f"| {peer} | {median('wall'):.2f} | {ratio} | {1000 * median('cpu') / n:.1f} | {median('megabytes'):.0f} "
            f"| {median('requests') / n:.2f} | {median('tokens') / n:.0f} | {n - median('answered'):.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
