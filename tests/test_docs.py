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
    shown: tuple[str, ...] = ()  # what a page shows of the output; "..." stands for what it leaves out


def commands() -> Iterator[Command]:
    for page in PAGES:
        for block in _BLOCK.finditer(page.read_text("utf-8")):
            if block["mark"]:
                continue  # set-up commands are run by .ci/run
            told = _typed(block["body"]) if block["kind"] == "console" else _pasted(block["body"])
            for line, shown in told:
                code = re.search(r"# exits (\d+)", line)
                yield Command(page.name, line, int(code[1]) if code else 0, shown)


def _pasted(body: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in body.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line, ()


def _typed(body: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A session: "$ " before a command, ">" before its further lines, then what it prints."""
    for part in re.split(r"(?m)^\$ ", body)[1:]:
        line, *rest = part.splitlines()
        more = [one for one in rest if one.startswith(">")]
        shown = tuple(one.rstrip() for one in rest[len(more) :] if one.strip() not in ("", "..."))
        yield "\n".join([line, *(one[1:].removeprefix(" ") for one in more)]), shown


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
@pytest.mark.parametrize("command", list(commands()), ids=lambda c: f"{c.page}: {c.line.splitlines()[0][:60]}")
def test_command(command: Command, desk: Path) -> None:
    done = _run(command.line, desk)
    assert done.returncode == command.code, done.stderr
    assert "Traceback" not in done.stderr
    printed = iter(line.rstrip() for line in (done.stdout + done.stderr).splitlines())
    for line in command.shown:
        assert any(line in other for other in printed), f"not printed (or not in this order): {line}"


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
