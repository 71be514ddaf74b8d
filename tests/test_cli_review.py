"""`reviewer review`, from the arguments to standard output, standard error and the exit code."""

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from reviewer import pipeline
from reviewer.__main__ import main
from reviewer.cli.conditions import unmet
from reviewer.cli.options import FORMATS
from reviewer.cli.settings import Settings
from reviewer.domain import AxisScore, Review
from reviewer.domain.resources import resource
from reviewer.errors import BudgetError, CredentialError, UnreachableError

CHURN = str(resource("examples") / "churn.md")
VAGUE = str(resource("examples") / "smart-campus.md")
KOREAN = str(resource("examples") / "pension-letters.ko.md")


class Run:
    """What a run of the command leaves."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code, self.raw, self.out, self.err = code, out, out.decode(), err.decode()

    @property
    def records(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Reviewer = Callable[..., Run]


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reviewer:
    monkeypatch.chdir(tmp_path)  # no settings of this repository

    def call(*arguments: str, stdin: bytes | None = None) -> Run:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(arguments)
        return Run(code, *capfdbinary.readouterr())

    return call


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (CHURN, "is a file, not a command. To review it: reviewer review "),
        ("missing.md", "'missing.md' is no command, and no such file is here. To review a file: reviewer review FILE"),
        ("reviw", "'reviw' is no command; did you mean 'review'?"),
        ("xyzzy", "'xyzzy' is no command; it knows: review, serve"),
    ],
)
def test_a_file_where_a_command_should_be(name: str, said: str, run: Reviewer) -> None:
    done = run(name)
    assert done.code == 2
    assert said in done.err


def test_standard_input_keeps_its_name_among_several(run: Reviewer) -> None:
    done = run("review", "-", KOREAN, "--format", "json", stdin=Path(CHURN).read_bytes())
    assert [record["document"]["name"] for record in done.records] == ["standard input", KOREAN]


def test_formats_are_the_pipelines() -> None:
    assert set(FORMATS) == set(pipeline.FORMATS)
    assert set(Settings.model_json_schema()["properties"]["format"]["enum"]) == set(FORMATS)


@pytest.mark.parametrize(
    "form", [pytest.param(form, marks=[] if form == "markdown" else [pytest.mark.slow]) for form in FORMATS]
)
def test_each_format(form: str, run: Reviewer) -> None:
    done = run("review", CHURN, "--format", form)
    assert done.code == 0
    assert done.err == ""
    assert "\x1b" not in done.out
    rubric = pipeline.load_rubric("fsdl")
    review = pipeline.review(Path(CHURN), rubric=rubric)
    assert done.out == pipeline.render(review, rubric, form)


def test_terminal_is_the_default_and_80_columns_wide(run: Reviewer) -> None:
    from reviewer.cli.rubric import columns

    for path in (CHURN, KOREAN):
        done = run("review", path)
        assert done.out == run("review", path, "--format", "terminal").out
        assert max(map(columns, done.out.splitlines())) <= 80


@pytest.mark.parametrize("arguments", [(), ("-",), ("review",), ("review", "-"), ("--format", "terminal")], ids=str)
def test_standard_input(arguments: tuple[str, ...], run: Reviewer) -> None:
    data = Path(CHURN).read_bytes()
    done = run(*arguments, stdin=data)
    assert done.code == 0
    assert done.out.startswith("standard input")


def test_korean_in_korean_out(run: Reviewer) -> None:
    korean = run(stdin=Path(KOREAN).read_bytes())
    assert "판정" in korean.out
    assert "판정" not in run("--lang", "en", stdin=Path(KOREAN).read_bytes()).out
    assert "판정" in run("review", CHURN, "--lang", "ko").out


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", 2, "standard input is empty; paste the proposal's whole text"),
        (b" \n\t\n", 2, "standard input is empty"),
        (b"Use AI.", 4, "too short to be a proposal: 2 words"),
    ],
)
def test_nothing_to_review(data: bytes, code: int, said: str, run: Reviewer) -> None:
    done = run(stdin=data)
    assert done.code == code
    assert said in done.err
    assert "Impact" not in done.out


def test_several_documents_are_json_lines(run: Reviewer) -> None:
    done = run("review", CHURN, VAGUE, KOREAN, "--format", "json")
    assert done.code == 0
    assert [record["document"]["name"] for record in done.records] == [CHURN, VAGUE, KOREAN]
    assert {record["status"] for record in done.records} == {"reviewed"}


def test_several_documents_as_text(run: Reviewer) -> None:
    one, two = (run("review", path, "--format", "markdown").out for path in (CHURN, VAGUE))
    assert run("review", CHURN, VAGUE, "--format", "markdown").out == f"{one}\n{two}"


def test_one_of_several_that_cannot_be_read(run: Reviewer, tmp_path: Path) -> None:
    (tmp_path / "short.md").write_text("Use AI.")
    (tmp_path / "empty.md").write_text("")
    done = run("review", "short.md", CHURN, "empty.md", "--format", "json", "--fail-under", "impact=100")
    assert done.code == 4  # not 1: a gap is not a low score
    assert [(record["status"], record["scorecard"] is None) for record in done.records] == [
        ("incomplete", True),
        ("reviewed", False),
        ("failed", True),
    ]
    assert "reviewer: incomplete: short.md: too short" in done.err
    assert "reviewer: failed: empty.md: is empty" in done.err
    assert "reviewer: to go on: reviewer review short.md" in done.err


def test_no_text(run: Reviewer) -> None:
    [record] = run("review", CHURN, "--format", "json", "--no-text").records
    assert record["document"]["text"] == ""
    assert record["document"]["sha256"]
    text = Path(CHURN).read_text("utf-8")
    assert any(fact["evidence"] for fact in record["facts"])
    assert all(e["quote"] == text[e["start"] : e["end"]] for fact in record["facts"] for e in fact["evidence"])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--fail-under", "impact=1,feasibility=1"), 0, ""),
        (("--fail-under", "impact=100"), 1, "is under 100"),
        (("--fail-on", "blocker"), 1, "of severity blocker"),
        (("--fail-on", "major"), 1, "of severity blocker or major"),
        (("--fail-on", "need"), 1, "gate 'need' is open"),
        (("--fail-under", "impcat=50"), 2, "no axis 'impcat'; did you mean 'impact'?"),
        (("--fail-under", "impact=500"), 2, "outside 0-100"),
        (("--fail-under", "impact"), 2, "not AXIS=NUMBER"),
        (("--fail-on", "blockers"), 2, "no condition 'blockers'; did you mean 'blocker'?"),
        (("--fail-on", "xyz"), 2, "it knows: blocker, major, minor, stop, "),
        (("--format", "pdf"), 2, "'pdf' is not one of"),
        (("--verbosee",), 2, "No such option"),
        (("--rubric", "nope"), 2, "it knows: course-proposal, fsdl"),
        (("--rubric", "fdsl"), 2, "did you mean 'fsdl'?"),
        (("--timeout", "-1"), 2, "--timeout cannot be -1.0: must be greater than 0"),
        (("--offline", "--model", "m"), 2, "exclude each other"),
        (("--base-url", "http://localhost:1/v1"), 2, "name a model"),
        (("-o", "no/such/folder/out.md"), 5, "cannot write"),
        (("-o", "."), 5, "is a folder"),
        (("-o", "/dev/full"), 5, "cannot write: No space left"),
    ],
    ids=str,
)
def test_exit_codes(arguments: tuple[str, ...], code: int, said: str, run: Reviewer) -> None:
    if "/dev/full" in arguments and not Path("/dev/full").exists():
        pytest.skip("Linux alone has /dev/full")
    done = run("review", VAGUE, *arguments)
    assert done.code == code, done.err
    assert said in done.err
    assert "Traceback" not in done.err
    assert ("Impact" in done.out) == (code in (0, 1))


@pytest.mark.parametrize(
    "words", [("review", "a.md"), ("review", "b.md", "a.md"), ("score", "a.md"), ("diff", "a.md", "b.md")]
)
def test_what_is_read_is_never_written_over(
    words: tuple[str, ...], run: Reviewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    record = run("review", CHURN, "--format", "json").out
    text = record if words[0] == "score" else Path(CHURN).read_text("utf-8")
    Path("b.md").write_text(text, "utf-8")
    Path("a.md").write_text(text, "utf-8")
    Path("link.md").symlink_to("a.md")
    for output in ("a.md", "./a.md", "link.md"):
        done = run(*words, "-o", output)
        assert (done.code, done.out) == (2, "")
        assert "would be written over; name another file" in done.err
        assert Path("a.md").read_text("utf-8") == text
    assert run(*words, "-o", "").code == 2


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("no-such-file.md", "no such file; check the path"),
        (CHURN.replace("churn", "chrun"), "no such file; did you mean 'churn.md'?"),
        (".", "is a folder; name files: reviewer review ./*.md"),
        ("", "a file's name is empty"),
    ],
)
def test_files_are_looked_at_before_any_is_read(path: str, said: str, run: Reviewer) -> None:
    done = run("review", CHURN, path)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_file_in_the_place_of_a_command(run: Reviewer) -> None:
    done = run(CHURN)
    assert done.code == 2
    assert f"To review it: reviewer review {CHURN}" in done.err


def test_output_file_is_whole_private_and_replaced(run: Reviewer, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    target.chmod(0o644)
    link = tmp_path / "link.json"
    link.symlink_to(target)
    done = run("review", CHURN, "--format", "json", "-o", "link.json")
    assert (done.code, done.out) == (0, "")
    assert json.loads(target.read_text("utf-8"))["status"] == "reviewed"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.glob("*.json*")) == ["link.json", "out.json"]
    assert not list(tmp_path.glob(".*"))


def test_an_old_result_survives_a_run_that_writes_nothing(run: Reviewer, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("old")
    assert run("review", "no-such-file.md", "-o", "out.json").code == 2
    assert (tmp_path / "out.json").read_text() == "old"
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CredentialError("no key"), 3),
        (UnreachableError("no connection"), 3),
        (BudgetError("the budget is reached"), 6),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_finished_is_kept_and_the_way_on_is_told(
    error: BaseException, code: int, run: Reviewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pipeline.review(Path(CHURN))

    async def broken(*_: object, **__: object) -> AsyncIterator[Review]:
        yield first
        raise error

    monkeypatch.setattr(pipeline, "review_many", broken)
    done = run("review", CHURN, VAGUE, "--format", "json", "-o", "out file.jsonl")
    assert done.code == code
    assert str(error) in done.err
    assert f"reviewer: to go on: reviewer review {CHURN} {VAGUE} --format json -o 'out file.jsonl'" in done.err
    [line] = (tmp_path / "out file.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["document"]["name"] == CHURN


@pytest.mark.parametrize(
    ("arguments", "error", "code"),
    [((VAGUE,), BudgetError("spent"), 6), ((), UnreachableError("gone"), 3), ((VAGUE,), KeyboardInterrupt(), 130)],
    ids=str,
)
def test_one_document_that_fails(
    arguments: tuple[str, ...], error: BaseException, code: int, run: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Review:
        raise error

    monkeypatch.setattr(pipeline, "review", broken)
    done = run("review", *arguments, stdin=b"some text")
    assert (done.code, done.out) == (code, "")
    again = "" if arguments else " with the same input"
    assert f"reviewer: to go on{again}: reviewer review" in done.err


def test_a_bug_shows_as_one(run: Reviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Review:
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "review", broken)
    with pytest.raises(ZeroDivisionError):
        run("review", CHURN)


def test_settings_reach_the_pipeline(run: Reviewer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "reviewer.toml").write_text("lang = 'ko'\nformat = 'markdown'\nfail-on = ['blocker']\n")
    done = run("review", VAGUE)
    assert done.code == 1
    assert done.out == run("review", VAGUE, "--lang", "ko", "--format", "markdown").out
    (tmp_path / "reviewer.toml").write_text("model = 'openai:gpt-5-mini'\n")
    done = run("review", VAGUE)
    assert (done.code, done.out) == (2, "")
    assert "may not set 'model'" in done.err


@pytest.mark.slow
def test_a_reader_who_has_seen_enough() -> None:
    """A closed pipe ends the output quietly, and what was found out still counts."""
    command = f"{sys.executable} -m reviewer review {CHURN} --fail-under impact=100 | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["<&-", ">&-", ">/dev/full"])
def test_streams_that_are_not_there(closed: str) -> None:
    if "full" in closed and not Path("/dev/full").exists():
        pytest.skip("Linux alone has /dev/full")
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"{sys.executable} -m reviewer review - {closed} < {CHURN}"
            if "<" not in closed
            else f"{sys.executable} -m reviewer {closed}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (2 if "<" in closed else 5), done.stderr
    assert done.stderr.startswith("reviewer: ")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["rubric", "--help"]], ids=" ".join)
def test_help_on_a_full_disk(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "reviewer", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 5
    assert done.stderr == "reviewer: standard output: cannot write: No space left on device; free space\n"


@pytest.mark.slow
def test_process_substitution() -> None:
    command = f"{sys.executable} -m reviewer review <(cat {CHURN})"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("/dev/fd/")


@pytest.mark.slow
def test_output_is_utf8_wherever_it_is_piped() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-m", "reviewer", "review", KOREAN], env=environment, capture_output=True)
    assert done.returncode == 0
    assert "판정" in done.stdout.decode("utf-8")


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("review",),
        ("score",),
        ("rubric",),
        ("rubric", "show"),
        ("rubric", "check"),
        ("rubric", "list"),
        ("schema",),
        ("completion",),
    ],
    ids=str,
)
def test_help_teaches_by_example(command: tuple[str, ...], run: Reviewer) -> None:
    done = run(*command, "--help")
    assert done.code == 0
    assert "Examples:\n" in done.out
    assert "reviewer" in done.out.split("Examples:")[1]
    assert max(map(len, done.out.splitlines())) <= 100


@pytest.mark.parametrize(("point", "said"), [(41.6, "42"), (49.6, "49.6"), (49.999, "49.99")])
def test_no_axis_is_told_to_be_under_itself(point: float, said: str) -> None:
    done = pipeline.review(Path(CHURN), rubric="fsdl")
    assert done.scorecard is not None
    axes = {"impact": AxisScore(point=point, low=0, high=100)}
    done = done.model_copy(update={"scorecard": done.scorecard.model_copy(update={"axes": axes})})
    assert [*unmet(done, {"impact": 50}, ())] == [f"impact {said} is under 50"]
