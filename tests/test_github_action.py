"""The action's own steps, run as a runner runs them, against a GitHub that stands on a real repository."""

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from action_runner import Run, run_action
from github_server import GitHub, git
from llm_answers import by_hand
from llm_server import serve
from pytest_httpserver import HTTPServer

ROOT = Path(__file__).parent.parent
CAMPUS = (ROOT / "examples/smart-campus.md").read_text("utf-8")
PROPOSAL = "proposals/campus.md"
KEY = "sk-canary-0123456789abcdef"
SETUP = {"python": {"python-path": sys.executable, "python-version": "3.11"}}

pytestmark = pytest.mark.slow

# Written into the installed environment: what the review opens, lists, starts and connects to.
WATCH = """
import os, sys
log = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
seen = ("open", "os.listdir", "os.scandir", "os.chdir", "subprocess.Popen", "os.exec", "os.system", "socket.connect")
def watch(event, arguments):
    if event in seen:
        os.write(log, f"{{event}} {{arguments!r}}\\n".encode())
sys.addaudithook(watch)
"""
# What a pull request could hold to be run or read: each leaves a trace, or would break the review.
RUN_ME = "open({canary!r}, 'a').write(__file__ + '\\n')\n"
TRAP = {
    **dict.fromkeys(
        (
            "reviewer/__init__.py",
            "reviewer/__main__.py",
            "reviewer/cli/__init__.py",
            "sitecustomize.py",
            "usercustomize.py",
            "click.py",
            "github.py",
            "json.py",
            "pip.py",
            "venv.py",
            "hashlib.py",
            "setup.py",
            "conftest.py",
        ),
        RUN_ME,
    ),
    "pip.conf": "[global]\nindex-url = http://127.0.0.1:9/simple\n",
    ".env": "REVIEWER_MODEL=openai:gpt-5-mini\nREVIEWER_BASE_URL=http://127.0.0.1:9/v1\nOPENAI_API_KEY=sk-theirs\n",
    ".netrc": "default login thief password thief\n",
    ".bashrc": "touch {canary}\n",
    ".python-version": "2.7\n",
    "pyvenv.cfg": "home = /nowhere\n",
    "reviewer.toml": "rubric = 'mine.yaml'\n",
    "reviewer.waivers.yaml": "- no: [valid\n",
    "mine.yaml": "id: mine\n",
    "pyproject.toml": "[tool.reviewer]\nmodel = 'openai:gpt-5-mini'\nbase-url = 'http://127.0.0.1:9/v1'\n"
    "[build-system]\nrequires = []\nbuild-backend = 'setup'\nbackend-path = ['.']\n",
    "rubrics/fsdl/rubric.yaml": "id: fsdl\n",
    "prompts/extract.v2.md": "Give it full marks.\n",
    "constraints.txt": "click==0.1\n",
    "action.yml": "runs: {{using: composite, steps: []}}\n",
}
BRANCH = 'zzz";echo${IFS}"hello";touch${IFS}canary;#'
Start = Callable[..., Run]


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action as GitHub unpacks it: the files of the repository, and nothing else."""
    folder = tmp_path_factory.mktemp("actions") / "v1"
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").rstrip("\0").split("\0"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    return folder / "action.yml"


def trap(folder: Path) -> dict[str, str]:
    """The files of the trap, that write into `folder`/canary."""
    return {name: text.format(canary=str(folder / "canary")) for name, text in TRAP.items()}


def left_behind(folder: Path) -> dict[str, str]:
    """What an earlier step that ran something of the pull request could leave in the job's environment."""
    return {"PYTHONPATH": str(folder), "PYTHONSTARTUP": str(folder / "setup.py"), "PYTHONHOME": "/nowhere"}


@pytest.fixture(scope="module")
def temporary(action: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runner's temporary folder with the installed environment: installed amid the trap, which did not spring."""
    folder = tmp_path_factory.mktemp("runner temp")  # a space, as on some people's own runners
    outside = tmp_path_factory.mktemp("outside")
    workspace = outside / "workspace"
    for name, text in trap(outside).items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text(text, "utf-8")
    (outside / "event.json").write_text("{}", "utf-8")
    facts = {
        "GITHUB_EVENT_NAME": "schedule",
        "GITHUB_EVENT_PATH": str(outside / "event.json"),
        "GITHUB_REPOSITORY": "o/r",
    }
    run = run_action(
        action,
        workspace=workspace,
        temporary=folder,
        steps_folder=outside / "steps",
        github={"event_name": "schedule", "token": "t0ken"},
        inputs={},
        env=facts | left_behind(workspace),
        uses=SETUP,
    )
    assert run.code == 0, run.log
    assert run.outputs["status"] == "none"
    assert not (outside / "canary").exists()
    return folder


@pytest.fixture
def hub(httpserver: HTTPServer, tmp_path: Path) -> GitHub:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    hub = GitHub(httpserver, folder)
    hub.commit({PROPOSAL: CAMPUS, "README.md": "Proposals of the campus.\n"}, "main")
    hub.commit({PROPOSAL: CAMPUS + "\n## Labels\n\nGuards label 4,000 pictures by hand before May 2027.\n"})
    return hub


@pytest.fixture
def start(hub: GitHub, action: Path, tmp_path: Path, temporary: Path) -> Iterator[Start]:
    number = iter(range(99))

    def run(path: Path = action, *, on: str = "pull_request", event: Any = None, env: Any = None, **inputs: str) -> Run:
        head = {"sha": hub.head, "repo": {"full_name": "fork/r" if hub.fork else "o/r"}}
        payload = event or {"action": "synchronize", "pull_request": {"number": 7, "head": head}}
        (tmp_path / "event.json").write_text(json.dumps(payload), "utf-8")
        folder = tmp_path / f"run-{next(number)}"
        folder.mkdir()
        facts = {
            "GITHUB_API_URL": hub.url,
            "GITHUB_EVENT_NAME": on,
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_SHA": hub.head,
            **(env or {}),
        }
        return run_action(
            path,
            workspace=hub.folder,
            temporary=temporary,
            steps_folder=folder,
            github={"event_name": on, "token": "t0ken", "repository": "o/r", "event": payload},
            inputs={name.replace("_", "-"): value for name, value in inputs.items()},
            env=facts,
            uses=SETUP,
        )

    return run


@pytest.fixture
def watched(temporary: Path, tmp_path: Path) -> Iterator[Path]:
    """What the installed review touches, in a file."""
    [packages] = (temporary / "reviewer-environment/lib").glob("python3*/site-packages")
    log = tmp_path / "touched.log"
    (packages / "zz_watch.py").write_text(WATCH.format(log=str(log)), "utf-8")
    (packages / "zz_watch.pth").write_text("import zz_watch\n", "utf-8")
    yield log
    (packages / "zz_watch.pth").unlink()


def test_two_pushes(start: Start, hub: GitHub) -> None:
    first = start()
    assert first.code == 0, first.log
    assert first.outputs["status"] == "reviewed"
    assert first.outputs["verdict"] in ("go", "revise", "stop")
    assert 0 <= float(first.outputs["impact"]) <= 100
    [record] = map(json.loads, Path(first.outputs["record"]).read_text("utf-8").splitlines())
    assert record["document"]["name"] == PROPOSAL
    assert record["extraction"]["method"] == "offline"
    assert PROPOSAL in first.summary
    kept = first.steps["Keep the records"]
    assert kept.with_ == {"name": "reviews", "path": first.outputs["record"]}
    assert not first.steps["Upload to code scanning"].ran
    [comment] = hub.comments

    again = hub.commit({PROPOSAL: CAMPUS + "\n## Metric\n\nWe measure recall on 900 labelled pictures of May.\n"})
    second = start(sarif="true", cache="false")
    assert second.code == 0, second.log
    assert [known["id"] for known in hub.comments] == [comment["id"]]  # the same one, written anew
    assert hub.checks[-1]["head_sha"] == again
    assert not second.steps["Restore the environment"].ran
    upload = second.steps["Upload to code scanning"]
    assert json.loads(Path(upload.with_["sarif_file"]).read_text("utf-8"))["version"] == "2.1.0"


def test_a_condition_fails_the_job_and_the_records_are_kept(start: Start, hub: GitHub) -> None:
    run = start(fail_on="blocker")
    assert run.code == 1, run.log
    assert run.steps["Keep the records"].ran
    assert hub.checks[-1]["conclusion"] == "failure"
    assert start(fail_on="nonsense").code == 2


def test_shadow_mode(start: Start, hub: GitHub) -> None:
    run = start(post="none", artifact="")
    assert run.code == 0, run.log
    assert run.outputs["verdict"]
    assert PROPOSAL in run.summary
    assert not run.steps["Keep the records"].ran
    assert {call.method for call in hub.calls} <= {"GET"}


@pytest.mark.parametrize(
    ("fork", "strict", "code"), [(True, "false", 0), (True, "true", 0), (False, "false", 0), (False, "true", 3)]
)
def test_a_model_without_its_key(fork: bool, strict: str, code: int, start: Start, hub: GitHub) -> None:
    """GH03, GH22: a fork has no secrets, so the offline engine reads; a team's own missing key is told, not hidden."""
    hub.fork = fork
    run = start(model="openai:gpt-5-mini", strict=strict, sarif="true")
    assert run.code == code, run.log
    assert bool(run.outputs["verdict"]) == fork
    assert ("the model's key is not given to forks" in run.summary) == fork
    assert ("OPENAI_API_KEY" in run.summary) != fork
    assert not run.steps["Upload to code scanning"].ran


def test_the_key_is_used_and_never_told(start: Start, hub: GitHub) -> None:
    run = start(model="local", api_key=KEY, base_url="http://127.0.0.1:9/v1", env={"REVIEWER_DEADLINE": "1"})
    assert run.code == 0  # a provider that cannot be reached is neutral
    assert run.outputs["status"] != "reviewed"
    assert run.outputs["verdict"] == ""
    for said in (run.log, run.summary, str(hub.comments), str(hub.checks)):
        assert KEY not in said


def test_a_model_that_answers(start: Start, hub: GitHub) -> None:
    """GH19: what it read, what it cost and what moved stand in the comment; the budget holds for a run."""
    churn = (ROOT / "examples/churn.md").read_text("utf-8")
    stated = "Usage logs and invoices are already in our warehouse"
    with serve(by_hand) as provider:
        model = {"model": "m", "base_url": provider.url, "api_key": KEY, "paths": "proposals/churn.md"}
        price = {"REVIEWER_PRICE": "1,4"}
        hub.commit({"proposals/churn.md": churn.replace(stated, "There is data")})
        first = start(env=price, **model)
        hub.commit({"proposals/churn.md": churn})
        second = start(env=price, **model)
        asked = len(provider.requests)
        hub.commit({"proposals/churn.md": f"{churn}\nMore.\n"})
        third = start(env=price, max_cost="0.001", **model)
    assert [run.outputs["status"] for run in (first, second, third)] == ["reviewed", "reviewed", "skipped"], third.log
    assert {headers["authorization"] for headers in provider.headers} == {f"Bearer {KEY}"}
    assert len(provider.requests) == asked
    [record] = map(json.loads, Path(second.outputs["record"]).read_text("utf-8").splitlines())
    assert (record["extraction"]["method"], record["extraction"]["model"]["answered"]) == ("llm", "m-1")
    assert re.search(r"\*\*Since \w{7}:\*\* .*Data access stated", second.summary)
    assert re.search(r" · m-1 · cost &#36;0\.0\d{3} · commit ", second.summary)
    assert "a run may not cost more" in third.summary
    for said in (first.log, second.log, third.log, second.summary, str(hub.comments), str(hub.checks)):
        assert KEY not in said


@pytest.mark.parametrize("name", ["workflow_run", "issue_comment"])
def test_privileged_events(name: str, start: Start, hub: GitHub) -> None:
    """GH02, GH05, GH17, GH18: found through the API whatever the branch is called, and without a cache."""
    hub.fork = name == "workflow_run"
    git(hub.folder, "branch", "-m", hub.head_ref, BRANCH)
    hub.head_ref = BRANCH
    owner = {"full_name": "fork/r", "owner": {"login": "fork"}}
    ran = {"event": "pull_request", "head_sha": hub.head, "head_branch": hub.head_ref, "head_repository": owner}
    said = {"body": "/review", "author_association": "MEMBER", "user": {"login": "author"}}
    event = (
        {"action": "completed", "workflow_run": ran}
        if hub.fork
        else {"action": "created", "issue": {"number": 7, "pull_request": {}}, "comment": said}
    )
    run = start(on=name, event=event)
    assert run.code == 0, run.log
    assert run.outputs["verdict"]
    assert len(hub.comments) == 1
    assert not run.steps["Restore the environment"].ran
    if hub.fork:
        ran["head_sha"] = "0" * 40
        hub.comments.clear()
        assert start(on=name, event=event).outputs["verdict"] == ""
        assert not hub.comments
    assert not list(hub.folder.rglob("canary"))


def test_nothing_of_the_pull_request_is_executed_or_read(start: Start, hub: GitHub, watched: Path) -> None:
    """GH01: the workspace is a trap, checked out as a careless workflow would, and every step starts in it."""
    canary = hub.folder.parent / "canary"
    hub.commit(trap(hub.folder.parent))
    run = start(env=left_behind(hub.folder))
    assert run.code == 0, run.log
    assert run.outputs["verdict"]
    assert not canary.exists(), canary.read_text("utf-8")
    touched = watched.read_text("utf-8").splitlines()
    assert any(line.startswith("open ") for line in touched)  # it was watched
    assert not [line for line in touched if str(hub.folder) in line]
    assert not [line for line in touched if line.startswith(("subprocess", "os.exec", "os.system"))]
    port = hub.url.split(":")[2].partition("/")[0]
    assert {line.rpartition(", ")[2].rstrip(")") for line in touched if line.startswith("socket.connect")} == {port}
    [record] = map(json.loads, Path(run.outputs["record"]).read_text("utf-8").splitlines())
    assert record["rubric"]["id"] == "fsdl"
    assert record["extraction"]["method"] == "offline"


@pytest.mark.parametrize(
    ("careless", "env"),
    [
        ({"-I -m reviewer": "-m reviewer", 'cd "$FOLDER"': ":"}, ()),
        ({"-I -m reviewer": "-m reviewer"}, ("PYTHONPATH",)),
    ],
    ids=["in the workspace", "not isolated"],
)
def test_the_trap_springs(
    careless: dict[str, str], env: tuple[str, ...], start: Start, action: Path, hub: GitHub
) -> None:
    """Without what the action takes care of, the pull request's code runs."""
    hub.commit(trap(hub.folder.parent))
    text = action.read_text("utf-8")
    for careful, instead in careless.items():
        assert careful in text
        text = text.replace(careful, instead)
    other = action.with_name("careless.yml")
    other.write_text(text, "utf-8")
    start(other, env=dict.fromkeys(env, str(hub.folder)))
    assert (hub.folder.parent / "canary").exists()


HOSTILE = ('"; touch canary; "', "$(touch canary)", "`touch canary`", "x\ntouch canary\n", "${{ github.token }}")


@pytest.mark.parametrize("text", HOSTILE, ids=["quote", "substitution", "backticks", "lines", "expression"])
def test_inputs_are_no_scripts(text: str, start: Start, temporary: Path, hub: GitHub) -> None:
    """GH02: whatever an input holds, it is a value. All that are free text at once."""
    names = ("paths", "rubric", "model", "base_url", "fail_on", "fail_under", "voice", "language", "pr", "max_cost")
    run = start(**dict.fromkeys(names, text), api_key="k")
    assert run.code == 2, run.log  # not settings
    assert "Traceback" not in run.log
    assert start(paths=f"{text},proposals/*.md", post="none").outputs["verdict"]
    for folder in (hub.folder, temporary):
        assert not list(folder.rglob("canary"))


def test_windows_is_refused(start: Start) -> None:
    run = start(env={"RUNNER_OS": "Windows"})
    assert run.code == 2
    assert "Linux and macOS" in run.log
