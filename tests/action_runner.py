"""Runs a composite action's steps as GitHub's runner does: expressions, inputs, bash, the files that steps write."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILES = ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")
# What a job has beside what we set: the machine's programs, and how it reaches a package index.
INHERITED = re.compile(r"PATH|HOME|LANG|LC_.*|TMPDIR|PIP_.*|SSL_.*|.*_CA_.*|.*_proxy|.*_PROXY")
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
TOKEN = re.compile(
    r"\s*(?:('(?:[^']|'')*')|(&&|\|\||==|!=|!|\(|\))|([a-z_]+)\(\)|([a-z_]+(?:\.[\w-]+)+)|(\S))", re.IGNORECASE
)
PYTHON = {"&&": "and", "||": "or", "!": "not"}


@dataclass
class Step:
    """What became of one step."""

    name: str
    uses: str = ""
    with_: dict[str, str] = field(default_factory=dict)
    ran: bool = False
    code: int = 0
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Run:
    """What a whole run left."""

    steps: dict[str, Step]
    outputs: dict[str, str]
    summary: str

    @property
    def code(self) -> int:
        """Of the first step that failed."""
        return next((step.code for step in self.steps.values() if step.code), 0)

    @property
    def log(self) -> str:
        return "".join(f"== {step.name}{'' if step.ran else ' (not run)'}\n{step.log}" for step in self.steps.values())


def load(path: Path) -> dict[str, Any]:
    """An action or a workflow, read as YAML 1.2: `on` is a word."""
    return YAML(typ="safe").load(path.read_text("utf-8"))


def evaluate(source: str, contexts: Mapping[str, Any], *, failed: bool = False) -> Any:
    """One expression of the small part of the language that action.yml uses; anything else is an error."""
    values: list[Any] = []
    words = []
    for text, operator, function, path, other in TOKEN.findall(source.strip()):
        if other:
            raise ValueError(f"{source!r}: this runner does not know {other!r}")
        if operator:
            words.append(PYTHON.get(operator, operator))
            continue
        if text:
            value: Any = text[1:-1].replace("''", "'")
        elif function:
            value = {"always": True, "cancelled": False, "success": not failed, "failure": failed}[function]
        else:
            value = contexts
            for name in path.split("."):
                value = value.get(name, "") if isinstance(value, Mapping) else ""
        values.append(value)
        words.append(f"v[{len(values) - 1}]")
    return eval(" ".join(words), {"__builtins__": {}}, {"v": values})


def fill(text: object, contexts: Mapping[str, Any]) -> str:
    """A value with its expressions put in."""
    if isinstance(text, bool):
        return str(text).lower()
    return EXPRESSION.sub(lambda match: str(evaluate(match[1], contexts)), str(text))


def run_action(
    action: Path,
    *,
    workspace: Path,
    temporary: Path,
    steps_folder: Path,
    github: Mapping[str, Any],
    inputs: Mapping[str, str],
    env: Mapping[str, str],
    uses: Mapping[str, Mapping[str, str]],
) -> Run:
    """Every step in order; `uses` are the outputs of the actions that are not run here, by the step's id."""
    declared = load(action)
    assert inputs.keys() <= declared["inputs"].keys()
    contexts: dict[str, Any] = {"github": github, "runner": {"os": "Linux", "temp": str(temporary)}, "steps": {}}
    contexts["inputs"] = {
        name: inputs.get(name, fill(about.get("default", ""), contexts)) for name, about in declared["inputs"].items()
    }
    job = {name: value for name, value in os.environ.items() if INHERITED.fullmatch(name)}
    job |= {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(action.parent),
        "GITHUB_WORKSPACE": str(workspace),
        "RUNNER_OS": "Linux",
        "RUNNER_ARCH": "X64",
        "RUNNER_TEMP": str(temporary),
        **env,
    }
    run = Run({}, {}, "")
    for number, about in enumerate(declared["runs"]["steps"]):
        step = Step(about["name"], about.get("uses", ""))
        run.steps[about.get("id", about["name"])] = step
        condition = str(about.get("if", "success()"))
        condition = match[1] if (match := EXPRESSION.fullmatch(condition)) else condition
        if not re.search(r"\b(success|failure|always|cancelled)\(\)", condition):
            condition = f"success() && ({condition})"
        step.ran = bool(evaluate(condition, contexts, failed=bool(run.code)))
        if not step.ran:
            continue
        if step.uses:
            step.with_ = {name: fill(value, contexts) for name, value in about.get("with", {}).items()}
            step.outputs = dict(uses.get(about.get("id", ""), {}))
        else:
            own = {name: fill(value, contexts) for name, value in about.get("env", {}).items()}
            _bash(step, about, job, own, steps_folder / f"step-{number}", workspace)
            run.summary += step.outputs.pop("STEP_SUMMARY")
        contexts["steps"][about.get("id", "")] = {"outputs": step.outputs}
    run.outputs = {name: fill(about["value"], contexts) for name, about in declared["outputs"].items()}
    return run


def _bash(
    step: Step, about: Mapping[str, Any], job: dict[str, str], own: Mapping[str, str], folder: Path, workspace: Path
) -> None:
    assert about["shell"] == "bash"
    folder.mkdir(parents=True)
    files = {f"GITHUB_{name}": folder / name.lower() for name in FILES}
    for path in files.values():
        path.touch()
    script = folder / "script.sh"
    script.write_text(about["run"], "utf-8")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=about.get("working-directory", workspace),
        env={**job, **own, **{name: str(path) for name, path in files.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    step.code, step.log = done.returncode, done.stdout.decode()
    step.outputs = _pairs(files["GITHUB_OUTPUT"].read_text("utf-8"))
    step.outputs["STEP_SUMMARY"] = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
    job |= _pairs(files["GITHUB_ENV"].read_text("utf-8"))
    job["PATH"] = os.pathsep.join((*files["GITHUB_PATH"].read_text("utf-8").split(), job["PATH"]))


def _pairs(text: str) -> dict[str, str]:
    """`name=value`, or `name<<WORD`, lines, `WORD`."""
    pairs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, equals, value = line.partition("=")
        if "<<" in name or not equals:
            name, _, end = line.partition("<<")
            assert end, f"GITHUB_OUTPUT: not a pair: {line!r}"
            value = "\n".join(iter(lambda: next(lines), end))
        pairs[name] = value
    return pairs
