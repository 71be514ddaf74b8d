"""How long commands take to start, as whole processes in alternated rounds: medians, and ratios of the same round.

python benchmarks/startup.py [--llm PATH]     PATH: the `llm` command of another environment, to compare with
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "peers"))
from documents import proposal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llm", help="the llm command, if it is installed")
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
    reviewer = str(Path(sys.executable).with_name("reviewer"))
    with tempfile.TemporaryDirectory() as folder:
        long, short = Path(folder) / "long.md", Path(folder) / "short.md"
        long.write_text(proposal(1, 3_000), "utf-8")
        short.write_text(proposal(1, 200), "utf-8")
        record = Path(folder) / "record.json"
        subprocess.run([reviewer, "review", long, "--format", "json", "-o", record], check=True)
        commands = {
            "python -c 'import argparse'": [sys.executable, "-c", "import argparse"],
            "reviewer --version": [reviewer, "--version"],
            "reviewer --help": [reviewer, "--help"],
            "reviewer score RECORD": [reviewer, "score", record],
            "reviewer review, 200 words": [reviewer, "review", short],
            "reviewer review, 3,000 words": [reviewer, "review", long],
        }
        if options.llm:
            commands["llm --help"] = [options.llm, "--help"]
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                begun = time.perf_counter()
                subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
                seconds[name].append(time.perf_counter() - begun)
    floor = next(iter(seconds.values()))
    print("| command | ms | to import argparse |\n|---|---|---|")
    for name, times in seconds.items():
        ratio = statistics.median(one / least for one, least in zip(times, floor, strict=True))
        print(f"| {name} | {1000 * statistics.median(times):.0f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
