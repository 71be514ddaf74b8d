"""SARIF 2.1.0, as code scanning services read it: one run, one result for each finding."""

import json
import re
from typing import Any
from urllib.parse import quote

from reviewer.domain import Document, Evidence, Finding, Review, Rubric
from reviewer.render.clean import folded, shortened
from reviewer.render.places import LINED, belongs
from reviewer.render.record import escape as escape_json
from reviewer.render.report import SEVERITIES, criterion, sourced, told, waiver_text
from reviewer.render.words import Say, say

_LEVELS = {"blocker": "error", "major": "warning", "minor": "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LINKS = re.compile(r"[\\\[\]]")
MAX_RESULTS = 5000  # what code scanning shows of an upload


def escape(text: str) -> str:
    """Message text in which no link begins and no placeholder stands."""
    return _LINKS.sub(r"\\\g<0>", folded(text)).replace("{", "{{").replace("}", "}}")


def sarif(review: Review, rubric: Rubric) -> str:
    """The findings as a SARIF log."""
    tell, words = say(review.language), rubric.words(review.language)
    reviewed = review.status == "reviewed" and review.scorecard is not None
    findings = sorted(review.findings, key=lambda f: SEVERITIES.index(f.severity)) if reviewed else []
    ids = list(dict.fromkeys(finding.id for finding in findings))
    by_id = {finding.id: finding for finding in reversed(findings)}
    rules = []
    for rule in ids:
        finding = by_id[rule]
        text = criterion(words, finding.criterion)
        help_text = " ".join(part for part in (sourced(finding, tell), finding.advice) if part) or finding.message
        rules.append(
            {
                "id": rule,
                "name": finding.criterion,
                "shortDescription": {"text": escape(text.name)},
                "fullDescription": {"text": escape(text.question)},
                "help": {"text": escape(help_text)},
                "defaultConfiguration": {"level": _LEVELS[finding.severity]},
                "properties": {"tags": ["proposal"]},
            }
        )
    notes = [_note(notice.message, "note") for notice in review.notices]
    if len(findings) > MAX_RESULTS:
        notes.append(_note(tell("more", count=len(findings) - MAX_RESULTS), "note"))
    if not reviewed:
        notes.insert(0, _note(f"{tell(f'status.{review.status}')}. {review.reason}", "error"))
    uri = _uri(review.document.name)
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "reviewer", "version": review.tool_version, "rules": rules}},
        # What stands before the last slash tells uploads apart: one category for each document.
        "automationDetails": {"id": f"reviewer/{quote(review.rubric.id)}/{uri}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": reviewed, "toolExecutionNotifications": notes}],
        "artifacts": [{"location": {"uri": uri}, "hashes": {"sha-256": review.document.sha256}}],
        "results": [_result(f, ids.index(f.id), uri, review, tell) for f in findings[:MAX_RESULTS]],
    }
    if reviewed and review.scorecard:
        axes = {name: score.model_dump() for name, score in review.scorecard.axes.items()}
        run["properties"] = {"verdict": review.scorecard.verdict, "axes": axes}
    if not review.document.sha256:
        del run["artifacts"][0]["hashes"]
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return escape_json(json.dumps(log, ensure_ascii=False, allow_nan=False, indent=1)) + "\n"


def _result(finding: Finding, rule: int, uri: str, review: Review, tell: Say) -> dict[str, Any]:
    document = review.document
    locations = [_location(item, uri, document) for item in finding.evidence[:1]]
    if not locations:
        section = belongs(finding, document)
        start = section.start if section else 0
        region = {"startLine": document.line(start) if document.text else 1}
        locations = [{"physicalLocation": {"artifactLocation": {"uri": uri}}}]
        if document.format in LINED:
            locations[0]["physicalLocation"]["region"] = region
    result = {
        "ruleId": finding.id,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": escape(told(finding, review, tell))},
        "locations": locations,
        "partialFingerprints": {"reviewer/v1": finding.fingerprint},
    }
    if passed := [one for one in review.waived if one.fingerprint == finding.fingerprint]:
        result["suppressions"] = [
            {
                "kind": "external" if one.who else "inSource",
                "status": "accepted" if one.state == "holds" else "rejected",
                "justification": escape(waiver_text(one, tell)),
            }
            for one in passed
        ]
    if related := [_location(item, uri, document) for item in finding.evidence[1:]]:
        result["relatedLocations"] = related
    return result


def _location(evidence: Evidence, uri: str, document: Document) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    location: dict[str, Any] = {"physicalLocation": physical}
    # A line of the text drawn from a PDF or a spreadsheet is no line of the file.
    if document.format in LINED:
        region: dict[str, Any] = {"startLine": evidence.line, "snippet": {"text": shortened(evidence.quote)}}
        if document.text:
            region |= {
                "startColumn": _column(document, evidence.start),
                "endLine": document.line(evidence.end),
                "endColumn": _column(document, evidence.end),
            }
        physical["region"] = region
    if evidence.place:
        location["logicalLocations"] = [{"fullyQualifiedName": shortened(folded(evidence.place), 200)}]
    return location


def _column(document: Document, offset: int) -> int:
    return offset - (document.text.rfind("\n", 0, offset) + 1) + 1


def _uri(name: str) -> str:
    path = quote(name.replace("\\", "/").encode("utf-8", "replace"), safe="/")
    return f"file://{path}" if path.startswith("/") else path


def _note(text: str, level: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": escape(text)}}
