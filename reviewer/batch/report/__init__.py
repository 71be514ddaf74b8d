"""What a head of platform, or an instructor, gets of a run: pages, a sheet for decisions, a file for each student."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from reviewer.batch.report.decisions import columns, read_kept, result, sheet, unreviewed
from reviewer.batch.report.drawing import MANY, drawn
from reviewer.batch.report.entries import entry, left
from reviewer.batch.report.files import drop_stale, whole_file
from reviewer.batch.report.page import Archive, write_page
from reviewer.batch.report.read import Written, record_of
from reviewer.batch.rows import Row
from reviewer.domain import Rubric
from reviewer.pipeline import read_record, render

Voice = Literal["gate", "instructor"]
FORMATS = ("html", "csv")


def write_report(
    rows: Iterable[Row],
    run_folder: Path,
    rubric: Rubric,
    language: Literal["en", "ko"] | None = None,
    voice: Voice = "gate",
    formats: Iterable[str] = FORMATS,
) -> Written:
    """Write the report of a run into its folder, in one pass over its rows.

    "gate": index.html, results.csv and reports/. "instructor": marks.html, marks.csv and feedback/. What people wrote
    into an earlier CSV is kept. `language` None is the one that most reviews speak. Every file takes its old one's
    place only when it is whole.

    Raises InputError where an earlier CSV cannot be read, OutputError where nothing can be written.
    """
    if voice == "instructor":
        from reviewer.batch.report.course import write_course

        return write_course(rows, run_folder, rubric, language, formats)
    archive, pages = Archive(), "html" in formats
    own = columns(rubric)
    kept = read_kept(run_folder / "results.csv", own)

    def reviewed(write: Callable[[Mapping[str, str]], None]) -> Iterator[tuple[Path, Row]]:
        for row in rows:
            read = record_of(row, rubric, language)
            if isinstance(read, str):
                archive.left.append(left(row, read))
                write(unreviewed(row, read) | kept.of(row))
            else:
                review, card = read
                found = entry(row, review, card, rubric)
                archive.add(found, review)
                write(result(row, found, review, rubric) | kept.of(row))
                yield run_folder / "reports" / found.report, row
        for other in kept.others():
            write(other)

    files = [run_folder / name for name in ("index.html", "results.csv") if name.partition(".")[2] in formats]
    with sheet(run_folder / "results.csv", own, kept, wanted="csv" in formats) as write:
        drawn(reviewed(write), rubric, _annotated if pages else None)
    if pages:
        with whole_file(files[0]) as file:
            write_page(archive, rubric, language or archive.language, file)
        drop_stale(run_folder / "reports", (found.report for found in archive.entries))
    return Written(reviewed=len(archive.entries), unreviewed=len(archive.left), files=tuple(files))


def _annotated(record: bytes, name: str, rubric: Rubric) -> str:
    return render(read_record(record, name), rubric, "html")
