"""For an instructor: a sheet of marks over all students, and feedback for each that speaks of nobody else."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO
from urllib.parse import quote

from markupsafe import Markup

from reviewer.batch.report.decisions import read_kept, sheet, unreviewed
from reviewer.batch.report.drawing import drawn
from reviewer.batch.report.entries import Left, asked, common_folder, file_name, left, shown
from reviewer.batch.report.files import drop_stale, safe_name, whole_file
from reviewer.batch.report.page import HTML
from reviewer.batch.report.read import Written, record_of
from reviewer.batch.report.words import WORDS
from reviewer.batch.rows import Row
from reviewer.domain import Rubric, Scorecard
from reviewer.pipeline import feedback, read_record, say, web, whole

OWN = ("mark", "comment")
_BEFORE, _AFTER = ("document", "id", "state"), ("unsaid", "feedback", "not_reviewed")


@dataclass(frozen=True, slots=True)
class Marked:
    """One student's marks, in the order of `marked(rubric)`; None is what was not said."""

    name: str
    file: str  # in feedback/
    marks: tuple[float | None, ...]
    axes: tuple[float, ...]


def write_course(
    rows: Iterable[Row],
    run_folder: Path,
    rubric: Rubric,
    language: Literal["en", "ko"] | None,
    formats: Iterable[str],
) -> Written:
    """Write marks.html, marks.csv and feedback/ in one pass. Marks and comments of the instructor's own are kept."""
    names = marked(rubric)
    own = [*_BEFORE, *(f"{axis.id}_point" for axis in rubric.axes), *map(_column, names), *_AFTER]
    kept = read_kept(run_folder / "marks.csv", own, OWN)
    students: list[Marked] = []
    pages = "html" in formats
    others: list[Left] = []
    spoken: list[str] = []

    def reviewed(write: Callable[[Mapping[str, str]], None]) -> Iterator[tuple[Path, Row]]:
        for row in rows:
            read = record_of(row, rubric, language)
            if isinstance(read, str):
                others.append(left(row, read))
                write(unreviewed(row, read) | kept.of(row))
            else:
                review, card = read
                student = _marked(row, card, rubric)
                students.append(student)
                spoken.append(review.language)
                told = {"document": row.name, "id": row.id, "state": row.state, **_cells(student, rubric)}
                write(told | kept.of(row))
                yield run_folder / "feedback" / student.file, row
        for other in kept.others():
            write(other)

    files = [run_folder / name for name in ("marks.html", "marks.csv") if name.partition(".")[2] in formats]
    with sheet(run_folder / "marks.csv", own, kept, wanted="csv" in formats) as write:
        drawn(reviewed(write), rubric, _for_student if pages else None)
    if pages:
        with whole_file(files[0]) as file:
            _write_page(students, others, rubric, language or max(spoken, key=spoken.count, default="en"), file)
        files.append(run_folder / "feedback")
        drop_stale(run_folder / "feedback", (student.file for student in students))
    return Written(reviewed=len(students), unreviewed=len(others), files=tuple(files))


def marked(rubric: Rubric) -> list[str]:
    """The criteria that count."""
    return [c.id for c in rubric.criteria if c.weight > 0]


def _for_student(record: bytes, name: str, rubric: Rubric) -> str:
    """Feedback under the file's bare name: where the instructor keeps it is not the student's concern."""
    review = read_record(record, name)
    bare = review.document.model_copy(update={"name": file_name(review.document.name)})
    return feedback(review.model_copy(update={"document": bare}), rubric)


def _marked(row: Row, card: Scorecard, rubric: Rubric) -> Marked:
    found = {mark.criterion: mark for mark in card.marks}
    unknown = {c.id: (c.unknown, (c.unknown,)) for c in rubric.criteria}
    return Marked(
        name=shown(row.name),
        file=safe_name(row, ".md"),
        marks=tuple(
            100 * found[name].points if name in found and found[name].value not in unknown[name] else None
            for name in marked(rubric)
        ),
        axes=tuple(card.axes[axis.id].point for axis in rubric.axes),
    )


def _cells(student: Marked, rubric: Rubric) -> dict[str, str]:
    named = dict(zip(marked(rubric), student.marks, strict=True))
    said = set(asked(rubric))
    return {
        **{f"{axis.id}_point": whole(point) for axis, point in zip(rubric.axes, student.axes, strict=True)},
        **{_column(name): whole(mark) for name, mark in named.items() if mark is not None},
        "unsaid": " ".join(name for name, mark in named.items() if mark is None and name in said),
        "feedback": f"feedback/{student.file}",
    }


def _column(criterion: str) -> str:
    return f"{criterion}_points" if criterion in (*_BEFORE, *_AFTER, *OWN) else criterion


def _write_page(students: list[Marked], others: list[Left], rubric: Rubric, language: str, file: TextIO) -> None:
    tell, words = say(language, WORDS), rubric.words(language)
    style, script = web.style() + (HTML / "marks.css").read_text("utf-8"), ""
    names = marked(rubric)
    folder = common_folder([*(s.name for s in students), *(one.name for one in others)])
    file.writelines(
        web.templates(HTML)
        .get_template("marks.html.j2")
        .generate(
            language=language,
            tell=tell,
            title=words.title,
            style=Markup(style),  # noqa: S704 - our own file
            policy=web.policy(style, script),
            axes=[words.axes.get(axis.id, axis.id) for axis in rubric.axes],
            sections=list(_sections(rubric, language)),
            names=[words.criteria[name].name if name in words.criteria else name for name in names],
            students=sorted(students, key=lambda student: student.name.casefold()),
            said=[
                whole(100 * sum(s.marks[at] is not None for s in students) / len(students)) if students else ""
                for at in range(len(names))
            ],
            href=lambda student: "feedback/" + quote(student.file),
            left=others,
            short=lambda name: name.removeprefix(folder),
        )
    )


def _sections(rubric: Rubric, language: str) -> Iterable[dict[str, Any]]:
    """The sections that count, each as wide as its criteria."""
    words = rubric.words(language)
    counted = [c.section for c in rubric.criteria if c.weight > 0]
    for section in dict.fromkeys(counted):
        yield {"name": words.sections.get(section, section), "wide": counted.count(section)}
