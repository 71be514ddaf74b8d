"""Every command in the README and the docs is run as a reader would paste it, in a folder with files of these names."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *ROOT.glob("S*.md"), *(ROOT / "docs").glob("*.md")])
# What a block needs that a test has not is said before it, invisible for a reader: <!-- not run: needs a key -->
_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>not run|command)?: ?(?P<why>[^>]*) -->\n)?```(?P<kind>sh|console)\n(?P<body>.*?)```", re.DOTALL
)


class Command(NamedTuple):
    page: str
    line: str
    code: int  # what it says it exits with: "# exits 1", else 0


def commands() -> Iterator[Command]:
    for page in PAGES:
        for block in _BLOCK.finditer(page.read_text("utf-8")):
            if block["mark"]:
                continue  # set-up commands are run by .ci/run
            body = block["body"].replace("\\\n", " ")
            lines = body.splitlines()
            if block["kind"] == "console":
                lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
            for line in lines:
                told = re.search(r"# exits (\d+)", line)
                if line.strip() and not line.startswith("#"):
                    yield Command(page.name, line, int(told[1]) if told else 0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the pages assume it, a git repository with two commits."""
    desk = tmp_path_factory.mktemp("desk")
    examples = ROOT / "examples"
    shutil.copytree(examples, desk / "examples")
    shutil.copytree(ROOT / "rubrics", desk / "rubrics")
    for name, source in {
        "proposal.md": "churn",
        "a.md": "churn",
        "b.md": "smart-campus",
        "new.md": "smart-campus",
    }.items():
        shutil.copy(examples / f"{source}.md", desk / name)
    for folder in ("docs/proposals", "submissions", "proposals"):
        shutil.copytree(examples, desk / folder, ignore=shutil.ignore_patterns("github"))
    smallest = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/writing-a-rubric.md").read_text("utf-8"), re.DOTALL)
    (desk / "my-rubric.yaml").write_text(next(code for code in smallest if code.startswith("id: small")), "utf-8")
    _decisions(desk)
    old = (desk / "proposal.md").read_text("utf-8")
    for text in (old, old + "\nWe also keep a list of wrong calls and read it every month.\n"):
        (desk / "proposal.md").write_text(text, "utf-8")
        if not (desk / ".git").exists():
            _run("git init -q -b main && git config user.name t && git config user.email t@example.org", desk)
        _run("git add -A && git commit -qm step", desk)
    return desk


def _decisions(desk: Path) -> None:
    """What docs/evaluate.md says that people fill in."""
    rows = ["document,decision,reason,outcome,impact,feasibility,clarity"]
    (desk / "labels").mkdir()
    for number, path in enumerate(sorted((ROOT / "examples").glob("*.md"))):
        decision = ("go", "revise", "stop")[number % 3]
        rows.append(f"{path.name},{decision},,,{number % 5 + 1},{5 - number % 5},3")
        label = {"id": path.stem, "labels": {"labels": {"value": "available", "quotes": []}}}
        (desk / "labels" / f"{path.stem}.json").write_text(json.dumps(label), "utf-8")
    (desk / "decisions.csv").write_text("\n".join(rows) + "\n", "utf-8")


def _run(line: str, desk: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: os.environ[name] for name in ("HOME", "REVIEWER_CACHE_DIR", "LANG") if name in os.environ},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    return subprocess.run(
        ["bash", "-c", line],
        cwd=desk,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", list(commands()), ids=lambda c: f"{c.page}: {c.line[:60]}")
def test_command(command: Command, desk: Path) -> None:
    done = _run(command.line, desk)
    assert done.returncode == command.code, done.stderr
    assert "Traceback" not in done.stderr


def test_there_are_commands() -> None:
    assert len(list(commands())) > 15


def test_reference_pages_are_what_they_are_made_from() -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec
    assert spec.loader
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    made = generate.pages()
    kept = {path.name: path.read_text("utf-8") for path in (ROOT / "docs/reference").glob("*.md")}
    assert kept == made, "run: python docs/generate.py"


def test_json_in_the_docs_is_json() -> None:
    for page in PAGES:
        for code in re.findall(r"```json\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            json.loads(code)
