"""Sheets: no cell runs, every cell comes back, and what people wrote outlives the next report."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest
import render_attacks as attacks
import render_builder as build
import report_archive as made
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.__main__ import main
from reviewer.batch.report import write_report
from reviewer.batch.rows import Row
from reviewer.domain.resources import resource
from reviewer.errors import InputError, OutputError
from reviewer.evaluate import measure_decisions, read_labels
from reviewer.pipeline import load_rubric, read_sheet, review, sheet_writer, whole
from reviewer.pipeline.sheets import cell, uncell

RUBRIC = build.rubric()
HARMLESS = "'tis", "a=1", "'", "", "2026-01-01", "''quoted", "3 = 3", "a; b", '"=1+1', ",=1+1", "|=1+1"


@pytest.mark.parametrize(
    "text",
    [
        *attacks.SHEET,
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1",
        "'=1",
        "''=1",
        "-",
        "@",
        "a;=1",
        "a; +1;-1",
        "a\t=1",
        "a;'=1",
        *HARMLESS,
    ],
)
def test_a_cell_comes_back(text: str) -> None:
    assert uncell(cell(text)) == text
    assert (cell(text) == text) == (text in HARMLESS)


def write(file: TextIO, columns: list[str], rows: list[dict[str, str]]) -> None:
    add = sheet_writer(file, columns)
    for row in rows:
        add(row)


@given(st.lists(st.dictionaries(st.sampled_from(["document", "b", "=c"]), st.text(), min_size=3), max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_sheet_comes_back(rows: list[dict[str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            write(file, ["document", "b", "=c"], rows)
        assert [row for _, row in read_sheet(path)] == rows
        with path.open(encoding="utf-8-sig", newline="") as file:
            for found in csv.reader(file):
                for text in found:
                    assert not text.lstrip(" \xa0\u3000").startswith(
                        ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
                    )


def decided(path: Path, **cells: str) -> None:
    """Fill in the first row, as a spreadsheet would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0].update(cells)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def rows_of(path: Path) -> list[dict[str, str]]:
    return [dict(row) for _, row in read_sheet(path)]


@pytest.mark.parametrize(
    ("sheet", "voice", "cells"),
    [
        ("results.csv", "gate", {"decision": "go", "reason": "=because", "outcome": "two\nlines"}),
        ("marks.csv", "instructor", {"mark": "17", "comment": "'tis good; more, please"}),
    ],
)
def test_what_people_wrote_is_kept(sheet: str, voice: str, cells: dict[str, str], tmp_path: Path) -> None:
    write_report(made.small(), tmp_path, RUBRIC, voice=voice)
    decided(tmp_path / sheet, **cells, **{"my column": "mine"})
    for _ in range(2):
        write_report(made.small(), tmp_path, RUBRIC, voice=voice)
        [first, *others] = rows_of(tmp_path / sheet)
        assert {key: first[key] for key in cells} | {"my column": first["my column"]} == cells | {"my column": "mine"}
        assert len(others) == len(made.small()) - 1
        assert not any(row[key] for row in others for key in cells)


def test_a_decision_stays_with_its_document(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write_report(made.small(), tmp_path, RUBRIC)
    decided(path, decision="stop")
    [first, *others] = made.small()
    write_report([*others, first.model_copy(update={"name": "renamed.md"})], tmp_path, RUBRIC)
    assert [row["document"] for row in rows_of(path) if row["decision"]] == ["renamed.md"]
    for _ in range(2):  # gone from the run, and not from the sheet
        write_report(others, tmp_path, RUBRIC)
        [last] = [row for row in rows_of(path) if row["decision"]]
        assert (last["document"], last["state"], last["decision"]) == ("renamed.md", "absent", "stop")
    write_report([*others, first], tmp_path, RUBRIC)
    assert [(row["document"], row["state"]) for row in rows_of(path) if row["decision"]] == [(first.name, "reviewed")]


def test_a_sheet_without_ids_is_read_by_name(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("document,decision\ndesk/support-mail.md,go\n", "utf-8")
    write_report(made.small(), tmp_path, RUBRIC)
    [row] = [row for row in rows_of(path) if row["decision"]]
    assert (row["document"], row["state"]) == ("desk/support-mail.md", "reviewed")


def test_notes_without_a_heading_of_their_own_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    head, first, *more = ["document,decision,,Note,Note", "desk/support-mail.md,go,,one,two,three", ",,beside,,", ""]
    path.write_text("\n".join([head, first, *more]), "utf-8")
    for _ in range(2):
        write_report(made.small(), tmp_path, RUBRIC)
        [row] = [row for row in rows_of(path) if row["decision"]]
        assert [row[name] for name in ("column 3", "Note", "Note (2)", "column 6")] == ["", "one", "two", "three"]
        assert [row["state"] for row in rows_of(path) if row["column 3"] == "beside"] == ["absent"]


@pytest.mark.parametrize(("sheet", "voice"), [("results.csv", "gate"), ("marks.csv", "instructor")])
def test_what_is_written_while_a_report_is_made_is_not_written_over(sheet: str, voice: Any, tmp_path: Path) -> None:
    write_report(made.small(), tmp_path, RUBRIC, voice=voice)

    def meanwhile() -> Iterator[Row]:
        yield from made.small()
        decided(tmp_path / sheet, mine="mine")

    with pytest.raises(OutputError, match=f"{sheet}: somebody, or another report, wrote into it meanwhile"):
        write_report(meanwhile(), tmp_path, RUBRIC, voice=voice)
    assert rows_of(tmp_path / sheet)[0]["mine"] == "mine"
    write_report(made.small(), tmp_path, RUBRIC, voice=voice)
    assert rows_of(tmp_path / sheet)[0]["mine"] == "mine"


def test_two_rows_about_one_document_are_not_made_one(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write_report(made.small(), tmp_path, RUBRIC)
    decided(path, decision="go")
    first, *_ = rows_of(path)
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow({**first, "decision": "stop"}.values())
    before = path.read_bytes()
    with pytest.raises(InputError, match=rf"results.csv:\d+: a second row about {first['document']}; write both"):
        write_report(made.small(), tmp_path, RUBRIC)
    assert path.read_bytes() == before


def test_two_documents_of_one_name_keep_their_own(tmp_path: Path) -> None:
    rows = [made.row(made.reviewed("a.md"), n) for n in range(2)]
    write_report(rows, tmp_path, RUBRIC)
    decided(tmp_path / "results.csv", decision="go")
    write_report(rows[::-1], tmp_path, RUBRIC)
    assert [row["decision"] for row in rows_of(tmp_path / "results.csv")] == ["", "go"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("document,decision\n한국어,go\n".encode("cp949"), "not UTF-8"),
        ("document\n".encode("utf-16"), "not UTF-8"),
        (b"decision,reason\ngo,one\nstop,two\n", "no column 'id' and none 'document'"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_not_written_over(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        write_report(made.small(), tmp_path, RUBRIC)
    assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "delimiter", [pytest.param(",", marks=pytest.mark.slow), ";", pytest.param("\t", marks=pytest.mark.slow)]
)
def test_sheets_of_every_country(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text(f"document,verdict,decision\nx.md,go,{'stop'}\n".replace(",", delimiter), "utf-8")
    assert measure_decisions(path).agreement == 0
    assert read_labels(path, RUBRIC)[0].decision == "stop"


# What evaluate makes of it


def results(tmp_path: Path, *decisions: tuple[str, str]) -> Path:
    write_report(made.small(), tmp_path, RUBRIC)
    rows = rows_of(tmp_path / "results.csv")
    for row, (decision, outcome) in zip(rows, decisions, strict=False):
        row.update(decision=decision, outcome=outcome)
    with (tmp_path / "results.csv").open("w", encoding="utf-8-sig", newline="") as file:
        write(file, list(rows[0]), rows)
    return tmp_path / "results.csv"


def test_decisions_and_outcomes_are_measured(tmp_path: Path) -> None:
    path = results(tmp_path, ("go", "launched"), ("go", "Launched "), ("stop", ""), ("", "paused"), ("revise", ""))
    found = measure_decisions(path)
    assert (found.documents, found.decided, found.agreement) == (len(made.small()), 4, 0.75)
    assert found.decisions == {"go": {"revise": 1, "go": 1}, "revise": {"revise": 1}, "stop": {"stop": 1}}
    assert found.outcomes == {"launched": {"revise": 1, "go": 1}, "paused": {"go": 1}}
    assert found.disagreements == ("desk/support-mail.md: revise, you decided go",)


def test_the_command_reads_it_back(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = results(tmp_path, ("go", "launched"), ("go", ""))
    assert main(["evaluate", str(path)]) == 0
    assert "agreement 0.50" in capfd.readouterr().out
    assert main(["evaluate", str(path), "--format", "json"]) == 0
    assert json.loads(capfd.readouterr().out)["decided"] == 2
    write_report([], tmp_path / "empty", RUBRIC)
    assert main(["evaluate", str(results(tmp_path / "new"))]) == 2
    assert "no decision and no outcome yet" in capfd.readouterr().err
    path.write_text("document,verdict,decision\na.md,,go\n", "utf-8")  # of a rubric that gives marks
    assert main(["evaluate", str(path)]) == 2
    assert "nothing that was decided has a verdict beside it" in capfd.readouterr().err


def test_a_strange_decision_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"results.csv:2: decision 'perhaps'"):
        measure_decisions(results(tmp_path, ("perhaps", "")))


# The instructor's feedback


@pytest.mark.parametrize("language", ["en", "ko"])
def test_feedback_praises_first_and_judges_nobody(language: str, tmp_path: Path) -> None:
    write_report(made.small(language), tmp_path, RUBRIC, language, "instructor")
    files = {path: path.read_text("utf-8") for path in (tmp_path / "feedback").iterdir()}
    assert len(files) == len(made.SMALL)
    for path, text in files.items():
        headings = [line for line in text.splitlines() if line.startswith("### ")]
        assert headings[0] == {"en": "### What is done well", "ko": "### 잘된 점"}[language]
        assert headings[1] == {"en": "### What to write next", "ko": "### 다음에 쓸 내용"}[language]
        # No verdict, no figure of ours, no other student.
        for word in ("Verdict", "Stop", "Revise", "판정", "중단", "71", "58.3", "/100"):
            assert word not in text, path
        assert sum(Path(name).stem[:8] in text for name in made.SMALL) == 1


def test_the_tools_mark_and_the_instructors_own_stand_side_by_side(tmp_path: Path) -> None:
    """The rubric for courses calls its one axis "mark", as the instructor does."""
    rubric = load_rubric("course-proposal")
    done = review(resource("examples") / "churn.md", rubric=rubric, force=True)
    assert done.scorecard
    rows = [Row(id="a", name="kim/proposal.md", state="reviewed", record=done.model_dump_json().encode())]
    for _ in range(2):
        write_report(rows, tmp_path, rubric, voice="instructor")
        head = (tmp_path / "marks.csv").read_text("utf-8-sig").splitlines()[0].split(",")
        assert len(set(head)) == len(head)
        [row] = rows_of(tmp_path / "marks.csv")
        assert row["mark_point"] == whole(done.scorecard.axes["mark"].point) != ""
        decided(tmp_path / "marks.csv", mark="17")
    assert row["mark"] == "17"
    assert [path.name[:13] for path in (tmp_path / "feedback").iterdir()] == ["kim-proposal-"]


def test_who_was_not_reviewed_is_listed_for_the_instructor(tmp_path: Path) -> None:
    done = write_report(made.small(), tmp_path, RUBRIC, voice="instructor")
    html = (tmp_path / "marks.html").read_text("utf-8")
    assert (done.reviewed, done.unreviewed) == (len(made.SMALL), len(made.LEFT))
    assert "4 pages are pictures of text" in html
    assert "&lt;b&gt;old&lt;/b&gt;.doc" in html
    unread = {row["document"]: row for row in rows_of(tmp_path / "marks.csv")}["shop/scan.pdf"]
    assert (unread["state"], unread["impact_point"]) == ("incomplete", "")


@pytest.mark.parametrize(
    ("voice", "formats", "written"),
    [
        ("gate", ["csv"], {"results.csv"}),
        ("gate", ["html"], {"index.html", "reports"}),
        ("instructor", ["csv"], {"marks.csv"}),
        ("instructor", ["html"], {"marks.html", "feedback"}),
    ],
)
def test_only_what_was_asked_for(voice: str, formats: list[str], written: set[str], tmp_path: Path) -> None:
    done = write_report(made.small(), tmp_path, RUBRIC, voice=voice, formats=formats)
    assert {path.name for path in tmp_path.iterdir()} == written
    assert {path.name for path in done.files} <= written


# The command


@pytest.mark.slow
def test_an_error_half_way_is_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """BS09: what cannot be written is 5, with no trace of what was open meanwhile."""
    docs, run = resource("examples") / "churn.md", tmp_path / "run"
    # Its processes speak to each other through sockets, which pytest forbids in this one.
    asked = [sys.executable, "-m", "reviewer", "batch", "run", str(docs), "--out", str(run)]
    subprocess.run(asked, check=True, capture_output=True)
    assert main(["batch", "report", str(run)]) == 0
    assert (run / "index.html").is_file()
    for name in (run / "reports").iterdir():
        name.unlink()
    (run / "reports").rmdir()
    (run / "reports").write_text("in the way")
    capfd.readouterr()
    assert main(["batch", "report", str(run)]) == 5
    said = capfd.readouterr().err
    assert said.startswith("reviewer: ")
    assert said.count("\n") == 1
