"""SARIF: the properties that code scanning services need, and none that they refuse."""

import json
import re
from typing import Any

import pytest
import render_attacks as attacks
import render_builder as build

from reviewer.domain import Review
from reviewer.render import render
from reviewer.render.sarif import MAX_RESULTS


def log(review: Review) -> dict[str, Any]:
    """The log's one run."""
    parsed = json.loads(render(review, build.rubric(), "sarif"))
    assert parsed["version"] == "2.1.0"
    [run] = parsed["runs"]
    assert isinstance(run, dict)
    return run


def texts(value: Any) -> list[str]:
    """Every message in a log."""
    if isinstance(value, dict):
        return [t for key, v in value.items() for t in ([v] if key == "text" and isinstance(v, str) else texts(v))]
    return [t for v in value for t in texts(v)] if isinstance(value, list) else []


@pytest.mark.parametrize("payload", ["", *attacks.EACH])
def test_structure(payload: str) -> None:
    review = attacks.poisoned(build.review(), payload) if payload else build.review()
    run = log(review)
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(review.findings)
    for result, finding in zip(run["results"], review.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.id
        assert result["level"] == {"blocker": "error", "major": "warning", "minor": "note"}[finding.severity]
        assert result["partialFingerprints"] == {"reviewer/v1": finding.fingerprint}
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert re.fullmatch(r"(?:file://)?[\w.~%/-]+", place["artifactLocation"]["uri"])
            assert place["region"]["startLine"] >= 1
    assert all(texts(run)), "a message may not be empty"
    if payload == "":
        assert run["automationDetails"]["id"] == "reviewer/small/support-mail.md/"


def test_messages_hold_no_links_and_no_placeholders() -> None:
    review = attacks.poisoned(build.review(), "[click](https://evil.example) {0}")
    run = log(review)
    for result in run["results"]:
        assert not re.search(r"(?<!\\)\[", result["message"]["text"])
        assert "{{0}}" in result["message"]["text"]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("docs/a b.md", "docs/a%20b.md"),
        ("/home/x/제안.md", "file:///home/x/%EC%A0%9C%EC%95%88.md"),
        ("docs\\a.md", "docs/a.md"),
        ("a?b#c.md", "a%3Fb%23c.md"),
    ],
)
def test_names_become_addresses(name: str, uri: str) -> None:
    review = build.review()
    named = review.model_copy(update={"document": review.document.model_copy(update={"name": name})})
    assert log(named)["artifacts"][0]["location"]["uri"] == uri


def test_regions_count_code_points_from_one() -> None:
    review = build.review()
    [result] = [r for r in log(review)["results"] if r["ruleId"] == "weak.data_security"]
    region = result["locations"][0]["physicalLocation"]["region"]
    line = review.document.text.split("\n")[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == region["snippet"]["text"]


def test_lines_of_a_pdf_are_no_lines_of_the_file() -> None:
    review = build.review()
    drawn = review.model_copy(update={"document": review.document.model_copy(update={"format": "pdf"})})
    for result in log(drawn)["results"]:
        assert "region" not in result["locations"][0]["physicalLocation"]


def test_what_is_missing_points_at_its_section() -> None:
    [result] = [r for r in log(build.review())["results"] if r["ruleId"] == "missing.labels"]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert build.ENGLISH.split("\n")[line - 1] == "## Data"


@pytest.mark.parametrize("status", ["incomplete", "skipped", "failed"])
def test_a_failure_is_no_clean_bill(status: str) -> None:
    run = log(build.review(status=status, reason="It could not be read."))
    assert run["results"] == []
    assert "properties" not in run
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "It could not be read." in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_results_are_capped_by_severity_and_the_rest_is_counted() -> None:
    minor, blocker = build.review().findings[3], build.review().findings[0]
    run = log(build.review(findings=(minor,) * MAX_RESULTS + (blocker,)))
    assert len(run["results"]) == MAX_RESULTS
    assert run["results"][0]["level"] == "error"
    assert any("and 1 more" in text for text in texts(run["invocations"]))
