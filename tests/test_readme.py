"""What the README and the docs promise is what happens."""

import re
import shlex
from pathlib import Path

import pytest

from reviewer.__main__ import main
from reviewer.pipeline import check_rubric, review

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def command(name: str) -> str:
    [line] = re.findall(rf"<!-- command: {name} -->\n```sh\n(.+)\n```", README)
    return str(line)


def test_first_screen_is_true(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, update: bool
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    *_, words = (shlex.split(part) for part in command("main").split("&&"))
    assert words[0] == ".venv/bin/reviewer"
    assert main(words[1:]) == 0
    # The README shows the beginning, up to the findings.
    shown = capfdbinary.readouterr().out.decode().partition("\nBlockers")[0].rstrip("\n") + "\n..."
    block = re.compile(r"(<!-- output: main -->\n```text\n)(.*?)(\n?```)", re.DOTALL)
    if update:
        whole = block.sub(lambda m: f"{m[1]}{shown}\n```", README)
        (ROOT / "README.md").write_text(whole, "utf-8")
        return
    found = block.search(README)
    assert found
    assert found[2] == shown


def test_set_up_is_two_commands() -> None:
    for name in ("main", "test"):
        line = command(name)
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert "constraints.txt" in line


@pytest.mark.parametrize("page", sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")]), ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_python_in_the_docs_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    [snippet] = [
        code
        for code in re.findall(r"```python\n(.*?)```", (ROOT / "docs/python-api.md").read_text("utf-8"), re.DOTALL)
        if "done = review" in code
    ]
    exec(snippet, {})


def test_reviewer_in_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    [snippet] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(snippet.replace("proposal.md", "examples/churn.md"), {})


def test_the_smallest_rubric_in_the_docs_is_sound(tmp_path: Path) -> None:
    text = (ROOT / "docs/writing-a-rubric.md").read_text("utf-8")
    smallest = next(code for code in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if code.startswith("id: small"))
    path = tmp_path / "small.yaml"
    path.write_text(smallest, "utf-8")
    assert [str(problem) for problem in check_rubric(path)] == []
    [mark] = review("# Plan\n\n" + "Our goal is to halve the time to a reply. " * 8, rubric=path, force=True).facts
    assert (mark.value, mark.status) == ("clear", "verified")
