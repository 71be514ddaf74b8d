"""docs/limits.md: each fault has a test that exists, or a limit in words."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from reviewer.pipeline import load_rubric, review

HERE = Path(__file__).parent
ROW = re.compile(r"^\| ([A-Z]{2}\d\d) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall((HERE.parent / "docs/limits.md").read_text("utf-8"))
AREAS = {"EX": 11, "GR": 11, "IN": 12, "FI": 16, "RU": 14, "RE": 12, "AR": 9, "BS": 11, "CO": 9}


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((HERE / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("fault", "what", "where"), ROWS, ids=[row[0] for row in ROWS])
def test_every_fault_has_a_test_or_a_limit(fault: str, what: str, where: str) -> None:
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", where)
    assert named or where.startswith("limit: ")
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []


def test_no_fault_is_left_out_or_told_twice() -> None:
    ids = [row[0] for row in ROWS]
    assert len(set(ids)) == len(ids)
    assert {area: sum(one.startswith(area) for one in ids) for area in AREAS} == AREAS


def test_an_empty_form_states_nothing() -> None:  # EX05
    form = "# Proposal: [title]\n\n" + "".join(
        f"## {heading}\n\n<!-- {hint} -->\n\n{words}\n\n"
        for heading, hint, words in (
            ("Problem", "We lose 4,000 letters a month, e.g. because clerks are slow.", "[Describe the problem here]"),
            ("Data", "12,000 labelled rows", "TODO: add the numbers for last year."),
            ("Metric", "AUC 0.8", "In this section, describe how success is measured."),
            ("Team", "two engineers", "Owner: [Your name]"),
            ("Plan", "1 March 2027", "To be determined."),
        )
    )
    done = review(form + "_What metric will you use?_ (max. 200 words) Lorem ipsum dolor sit amet.\n" * 4, force=True)
    rubric = load_rubric("fsdl")
    stated = [fact for fact in done.facts if rubric.by_id[fact.criterion].kind == "stated"]
    assert [(f.criterion, f.value) for f in stated if f.status != "not_stated"] == []
