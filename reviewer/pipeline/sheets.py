"""Tables for spreadsheets: written so that no cell is run as a formula, and read back as they were."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

from reviewer.errors import InputError

# What makes a spreadsheet run a cell: a formula's first sign, also behind white space or in full width. One of a
# country that separates by semicolons begins a cell after each, whatever is quoted.
_RUNS = r"\s*[=+\-@＝＋－＠]"
_DANGEROUS = re.compile(rf"^(?='*(?:[\t\r\n]|{_RUNS}))|(?<=[;\t])(?='*{_RUNS})")
_DEFUSED = re.compile(rf"^'(?='*(?:[\t\r\n]|{_RUNS}))|(?<=[;\t])'(?='*{_RUNS})")
_DELIMITERS = ",;\t"  # a spreadsheet of another country saves with semicolons
_LONGEST = 10_000_000  # characters of one cell


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet runs: an apostrophe before what it would take for a formula."""
    return _DANGEROUS.sub("'", text)


def uncell(text: str) -> str:
    """What `cell` was given."""
    return _DEFUSED.sub("", text)


def sheet_writer(file: TextIO, columns: Sequence[str]) -> Callable[[Mapping[str, str]], None]:
    """Begin a table, and say how to add a row. The file is a "utf-8-sig" (spreadsheets want the mark), newline ""."""
    writer = csv.DictWriter(file, columns, restval="")

    def write(row: Mapping[str, str]) -> None:
        writer.writerow({column: cell(text) for column, text in row.items()})

    write({column: column for column in columns})
    return write


def read_sheet(path: Path, needed: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each row of a CSV with "file:line", cells as they were before `cell`; what a row lacks is empty.

    What stands in a column without a heading goes by the column's number.

    Raises InputError where it is not UTF-8, no table, or has no column of the `needed` name.
    """
    csv.field_size_limit(_LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            rows = csv.reader(file, delimiter=max(_DELIMITERS, key=head.count))
            columns = [uncell(column) for column in next(rows, [])]
            if needed and needed not in columns:
                raise InputError(f"{path}:1: no column '{needed}'; the columns are {', '.join(columns)}")
            names = _named(columns)
            for row in filter(None, rows):
                if len(row) > len(columns):
                    columns += [""] * (len(row) - len(columns))
                    names = _named(columns)
                cells = zip_longest(columns, names, map(uncell, row), fillvalue="")
                yield f"{path}:{rows.line_num}", {name: text for column, name, text in cells if column or text}
    except UnicodeDecodeError as error:
        raise InputError(f'{path}: is not UTF-8; save it from the spreadsheet as "CSV UTF-8"') from error
    except csv.Error as error:
        raise InputError(f"{path}:{rows.line_num}: not a CSV: {error}; save it from the spreadsheet again") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def _named(headings: Sequence[str]) -> list[str]:
    """A name for each column: of two with one name, the second would hide the first."""
    names: list[str] = []
    for at, heading in enumerate(headings, 1):
        name, times = heading or f"column {at}", 1
        while name in names:
            times += 1
            name = f"{heading or f'column {at}'} ({times})"
        names.append(name)
    return names
