"""Which findings a scorecard deserves. Severity is the rubric's, never a model's."""

import hashlib
from collections.abc import Iterator, Mapping

from reviewer.domain import Evidence, Fact, Finding, Rubric, Scorecard, Severity

_RANK: Mapping[Severity, int] = {"blocker": 0, "major": 1, "minor": 2}
QUOTES = 2  # shown with a finding


def find(scorecard: Scorecard, facts: Mapping[str, Fact], rubric: Rubric, language: str) -> tuple[Finding, ...]:
    """All findings, the gravest first, then by what the criterion weighs. One finding for one matter."""
    found: dict[str, Finding] = {}
    weight = {mark.criterion: mark.weight for mark in scorecard.marks}
    for finding in (
        *_gates(scorecard, rubric, language),
        *_rules(scorecard, facts, rubric, language),
        *_values(scorecard, facts, rubric, language),
    ):
        earlier = found.setdefault(finding.criterion, finding)
        # A rule says more than the bare value that it is about; the graver severity of the two holds.
        if _RANK[finding.severity] < _RANK[earlier.severity]:
            found[finding.criterion] = earlier.model_copy(update={"severity": finding.severity})
    order = [c.id for c in rubric.criteria]
    return tuple(
        sorted(
            found.values(),
            key=lambda f: (_RANK[f.severity], -weight[f.criterion], order.index(f.criterion), f.id),
        )
    )


def _gates(scorecard: Scorecard, rubric: Rubric, language: str) -> Iterator[Finding]:
    words = rubric.words(language)
    for gate, result in zip(rubric.gates, scorecard.gates, strict=True):
        if result.state == "failed":
            text = words.gates[gate.id]
            read = (gate.fails or gate.closed).criteria
            yield _finding(
                f"gate.{gate.id}",
                read[0],
                gate.severity,
                text.message,
                "",
                text.advice,
                gate.source,
                (),
                rubric,
            )


def _rules(scorecard: Scorecard, facts: Mapping[str, Fact], rubric: Rubric, language: str) -> Iterator[Finding]:
    words = rubric.words(language)
    for rule in rubric.rules:
        if rule.id not in scorecard.rules or rule.severity is None or rule.criterion is None:
            continue
        text, about = words.rules[rule.id], words.criteria[rule.criterion]
        quotes = tuple(e for c in rule.table.criteria for e in facts[c].evidence[:1])
        yield _finding(
            f"rule.{rule.id}",
            rule.criterion,
            rule.severity,
            text.message,
            about.why,
            text.advice or about.advice,
            rule.source,
            quotes,
            rubric,
        )


def _values(scorecard: Scorecard, facts: Mapping[str, Fact], rubric: Rubric, language: str) -> Iterator[Finding]:
    words = rubric.words(language)
    for mark in scorecard.marks:
        criterion, text, fact = (
            rubric.by_id[mark.criterion],
            words.criteria[mark.criterion],
            facts[mark.criterion],
        )
        for value in (mark.value,) if isinstance(mark.value, str) else mark.value:
            severity = criterion.by_id[value].severity
            if severity is None:
                continue
            missing = value == criterion.unknown
            yield _finding(
                f"{'missing' if missing else 'weak'}.{criterion.id}",
                criterion.id,
                severity,
                text.missing if missing else text.weak[value],
                text.why,
                text.advice,
                criterion.source,
                () if missing else fact.evidence[:QUOTES],
                rubric,
            )


def _finding(
    finding_id: str,
    criterion: str,
    severity: Severity,
    message: str,
    why: str,
    advice: str,
    source: str,
    evidence: tuple[Evidence, ...],
    rubric: Rubric,
) -> Finding:
    return Finding(
        id=finding_id,
        criterion=criterion,
        severity=severity,
        message=message,
        why=why,
        advice=advice,
        source=source,
        evidence=evidence,
        fingerprint=fingerprint(finding_id, rubric.id),
    )


def fingerprint(finding_id: str, rubric_id: str) -> str:
    """What tells a finding again after an edit: a document has one of an id at most, so rubric and id are enough."""
    return hashlib.sha256(f"{rubric_id}\n{finding_id}".encode()).hexdigest()[:16]


def finding_ids(rubric: Rubric) -> dict[str, str]:
    """Every finding that the rubric can give: id -> fingerprint."""
    ids = [
        *(f"gate.{gate.id}" for gate in rubric.gates),
        *(f"rule.{rule.id}" for rule in rubric.rules if rule.severity is not None),
        *(
            f"{'missing' if value.id == criterion.unknown else 'weak'}.{criterion.id}"
            for criterion in rubric.criteria
            for value in criterion.values
            if value.severity is not None
        ),
    ]
    return {finding_id: fingerprint(finding_id, rubric.id) for finding_id in ids}
