"""`reviewer diff`: which two texts are meant, what it exits with, and that a repository runs nothing of its own."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from reviewer.__main__ import main
from reviewer.domain.resources import resource

NEW = (resource("examples") / "churn.md").read_text("utf-8")
# Without its test set, and without what it says about harms.
OLD = "\n\n".join(p for p in NEW.split("\n\n") if not p.startswith(("We measure precision", "Small firms")))
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(("diff", *arguments))
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return call


def git(*arguments: str) -> None:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    identity = ("-c", "user.name=A Person", "-c", "user.email=person@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(run: Call, tmp_path: Path) -> Path:
    """Two commits of docs/plan.md, called draft.md in the first; a later edit is not committed."""
    git("init", "-q", "-b", "main")
    (tmp_path / "docs").mkdir()
    Path("docs/draft.md").write_text(OLD, "utf-8")
    git("add", ".")
    git("commit", "-qm", "first")
    git("mv", "docs/draft.md", "docs/plan.md")
    git("commit", "-qm", "renamed")
    Path("docs/plan.md").write_text(NEW, "utf-8")
    return tmp_path


def title(out: str) -> str:
    return out.split("  ", 1)[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["docs/plan.md"], "HEAD:docs/plan.md → docs/plan.md", id="one file: against its last commit"),
        pytest.param(["HEAD~1", "docs/plan.md"], "HEAD~1:docs/draft.md → docs/plan.md", id="renamed since"),
        pytest.param(["HEAD~1", "HEAD:docs/plan.md"], "HEAD~1:docs/draft.md → HEAD:docs/plan.md", id="renamed between"),
        pytest.param(
            ["HEAD~1:docs/draft.md", "HEAD:docs/plan.md"],
            "HEAD~1:docs/draft.md → HEAD:docs/plan.md",
            id="two revisions",
        ),
        pytest.param(["main:docs/plan.md", ":docs/plan.md"], "main:docs/plan.md → :docs/plan.md", id="what is staged"),
    ],
)
def test_which_texts_are_meant(arguments: list[str], expected: str, repository: Path, run: Call) -> None:
    code, out, err = run(*arguments)
    assert (code, title(out), err) == (0, expected, "")
    fixed = expected.endswith("→ docs/plan.md")
    assert ("Fixed (" in out) == fixed
    assert ("We measure precision and recall" in out) == fixed


def test_in_a_folder_of_the_repository(repository: Path, run: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "docs")
    assert title(run("plan.md")[1]) == "HEAD:docs/plan.md → plan.md"
    assert run("HEAD:plan.md", "plan.md")[0] == 0  # from here, where the top has no such file


def test_names_that_look_like_options(repository: Path, run: Call) -> None:
    git("mv", "--", "docs/plan.md", "-plan.md")
    assert title(run("--", "-plan.md")[1]) == "HEAD:docs/plan.md → -plan.md"
    git("commit", "-qm", "odd")
    assert title(run("--", "HEAD", "-plan.md")[1]) == "HEAD:-plan.md → -plan.md"
    assert run("--", "--output=x", "-plan.md")[0] == 2
    assert not Path("x").exists()


@pytest.mark.slow
def test_a_repository_runs_nothing(repository: Path, run: Call) -> None:
    """Filters, text conversions, external diffs and fsmonitor of somebody else's repository."""
    touch = f"touch {repository}/ran"
    for key in ("diff.x.command", "diff.x.textconv", "filter.x.clean", "filter.x.smudge", "core.fsmonitor"):
        git("config", key, touch)
    git("config", "core.hooksPath", "hooks")
    Path(".gitattributes").write_text("*.md diff=x filter=x\n")
    assert run("docs/plan.md")[0] == 0
    assert run("HEAD~1", "docs/plan.md")[0] == 0
    assert run("HEAD~1", "HEAD:docs/plan.md")[0] == 0
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope.md"], "nope.md: no such file"),
        (["nope.md", "docs/plan.md"], "nope.md: no such file, nor a revision; name a file, a record"),
        (["HEAD", "nope.md"], "nope.md: no such file"),
        (["docs", "docs/plan.md"], "docs: is a folder"),
        (["HEAD", "HEAD~1"], "names no file"),
        (["HEAD:docs", "docs/plan.md"], "no file but a tree"),
        (["HEAD:nope.md", "docs/plan.md"], "HEAD has no file 'nope.md'; if it was called otherwise then"),
        (["nope:docs/plan.md", "docs/plan.md"], "no revision 'nope'"),
        (["HEAD:", "docs/plan.md"], "names no file of a revision"),
        (["docs/plan.md", "--fail-on", "blocker"], "--fail-on: no condition 'blocker'; it knows: new, regressed"),
        (["large.md"], "pointer to a file in Git LFS"),
        (["two.jsonl", "docs/plan.md"], "holds several records"),
        (["broken.json", "docs/plan.md"], "not a record"),
        (["docs/plan.md", "--rubric", "nope"], "nope"),
    ],
)
def test_what_cannot_be_meant(arguments: list[str], said: str, repository: Path, run: Call) -> None:
    Path("large.md").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    git("add", "large.md")
    git("commit", "-qm", "large")
    Path("two.jsonl").write_text('{"schema_version": "1"}\n{"schema_version": "1"}\n')
    Path("broken.json").write_text('{"schema_version": "1"}')
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("old", ["HEAD~1", "HEAD~1:docs/plan.md"])
def test_a_clone_of_the_last_commit_says_how_to_get_the_rest(
    old: str, repository: Path, run: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("clone", "-q", "--depth", "1", repository.as_uri(), "clone")
    monkeypatch.chdir("clone")
    code, _, err = run(old, "docs/plan.md")
    assert code == 2
    assert "git fetch --unshallow" in err


def test_before_the_first_commit(run: Call) -> None:
    git("init", "-q")
    Path("plan.md").write_text(NEW, "utf-8")
    code, _, err = run("plan.md")
    assert code == 2
    assert "nothing is committed yet; name two files" in err


def test_without_a_repository(run: Call) -> None:
    Path("plan.md").write_text(NEW, "utf-8")
    code, _, err = run("plan.md")
    assert code == 2
    assert "not a git repository" in err
    assert "name two files" in err


def test_without_git(run: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("plan.md").write_text(NEW, "utf-8")
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in run("plan.md")[2]
    assert run("plan.md", "plan.md")[0] == 0


@pytest.fixture
def files(run: Call) -> None:
    Path("old.md").write_text(OLD, "utf-8")
    Path("new.md").write_text(NEW, "utf-8")
    Path("recipe.md").write_text("# Pancakes\n\n" + "Mix flour, milk and two eggs; bake in butter.\n" * 12)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["old.md", "new.md", "--fail-on", "new,regressed"], 0, ""),
        (["new.md", "old.md", "--fail-on", "new"], 0, ""),
        (["new.md", "old.md", "--fail-on", "regressed"], 1, "regressed finding"),
        (["new.md", "recipe.md", "--fail-on", "regressed"], 4, "recipe.md: not compared: skipped"),
        (["new.md", "old.md", "-o", "nowhere/x.md"], 5, "cannot write"),
    ],
)
def test_exit_codes(arguments: list[str], code: int, said: str, run: Call) -> None:
    found = run(*arguments)
    assert found[0] == code, found
    assert said in found[2]


@pytest.mark.usefixtures("files")
def test_records_stand_for_their_texts(run: Call) -> None:
    assert main(("review", "old.md", "--format", "json", "-o", "old.json")) == 0
    from_record, from_text = run("old.json", "new.md"), run("old.md", "new.md")
    assert from_record == from_text
    # As other programs write it again; what cannot be read as a record is no proposal either.
    written = json.loads(Path("old.json").read_text("utf-8"))
    Path("sorted.json").write_text(json.dumps(written, sort_keys=True), "utf-8-sig")
    assert run("sorted.json", "new.md") == from_text
    Path("wide.json").write_text(json.dumps(written, sort_keys=True), "utf-16")
    assert run("wide.json", "new.md")[0] == 2


@pytest.mark.usefixtures("files")
@pytest.mark.slow
def test_formats_and_languages(run: Call) -> None:
    assert run("old.md", "new.md", "--format", "markdown")[1].startswith("## old.md → new.md")
    assert "해결된 지적" in run("old.md", "new.md", "--lang", "ko")[1]
    assert run("old.md", "new.md", "--format", "html", "-o", "d.html")[:2] == (0, "")
    assert "<html" in Path("d.html").read_text("utf-8")
    assert Path("d.html").stat().st_mode & 0o777 == 0o600
    plain = json.loads(run("old.md", "new.md", "--format", "json")[1])
    assert {c["state"] for c in plain["findings"]} == {"fixed"}


@pytest.mark.usefixtures("files")
def test_a_model_is_told_of_and_its_fault_ends_it(
    run: Call, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = {"error": {"message": "wrong key"}}
    httpserver.expect_request("/v1/chat/completions").respond_with_json(refusal, status=401)
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
    url = httpserver.url_for("/v1")
    code, out, err = run("old.md", "new.md", "--model", "some-model", "--base-url", url)
    assert (code, out) == (3, "")
    assert f"reviewer: sending old.md to {httpserver.host}:{httpserver.port} (model some-model)\n" in err
    assert "not-a-key" not in err
    # A record is not sent anywhere, and neither is a text when no model is named.
    assert main(("review", "old.md", "--format", "json", "-o", "old.json")) == 0
    assert run("old.json", "old.json", "--model", "some-model", "--base-url", url)[0] == 0
    assert len(httpserver.log) == 1
