"""What people decided about an archive, beside the verdicts: read from the sheet that `batch report` writes."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from reviewer.domain.base import Frozen
from reviewer.errors import InputError
from reviewer.evaluate.agreement import Interval, decision_kappa
from reviewer.evaluate.labels import DECISIONS
from reviewer.pipeline import read_sheet

Counts = Mapping[str, Mapping[str, int]]


class Decided(Frozen):
    """How verdicts stand to decisions and to what became of the proposals."""

    documents: int  # rows of the sheet
    decided: int  # of those that have a verdict
    agreement: float | None
    kappa: Interval
    decisions: Counts  # decision -> verdict -> documents
    outcomes: Counts  # outcome, in people's own words -> verdict -> documents
    disagreements: tuple[str, ...]


def has_verdicts(path: Path) -> bool:
    """Whether this is a sheet that `batch report` wrote: then its verdicts need no documents."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    return any("verdict" in row for _, row in read_sheet(path))


def measure_decisions(path: Path) -> Decided:
    """Compare the sheet's verdicts with its decisions and outcomes.

    Raises InputError where a decision is none of go, revise, stop, or where nothing is decided yet.
    """
    pairs: list[tuple[str, str, str]] = []
    outcomes: dict[str, Counter[str]] = {}
    documents = said = 0
    for where, row in read_sheet(path):
        documents += 1
        verdict, decision = row.get("verdict", ""), row.get("decision", "").strip().lower()
        if decision and decision not in DECISIONS:
            raise InputError(f"{where}: decision {decision!r}; one of {', '.join(DECISIONS)}")
        said += bool(decision or row.get("outcome", "").strip())
        if not verdict:
            continue
        if decision:
            pairs.append((row.get("document", ""), decision, verdict))
        if outcome := " ".join(row.get("outcome", "").casefold().split()):
            outcomes.setdefault(outcome, Counter())[verdict] += 1
    if said and not pairs and not outcomes:
        raise InputError(f"{path}: nothing that was decided has a verdict beside it; did the rubric give any?")
    if not said:
        raise InputError(
            f"{path}: no decision and no outcome yet; fill in those columns (a decision is one of "
            f"{', '.join(DECISIONS)}), then run this again"
        )
    decisions: dict[str, Counter[str]] = {}
    for _, decision, verdict in pairs:
        decisions.setdefault(decision, Counter())[verdict] += 1
    return Decided(
        documents=documents,
        decided=len(pairs),
        agreement=sum(d == v for _, d, v in pairs) / len(pairs) if pairs else None,
        kappa=decision_kappa([(d, v) for _, d, v in pairs]),
        decisions={d: dict(decisions[d]) for d in DECISIONS if d in decisions},
        outcomes={name: dict(found) for name, found in sorted(outcomes.items())},
        disagreements=tuple(f"{name}: {v}, you decided {d}" for name, d, v in pairs if d != v),
    )


def decisions_table(found: Decided) -> str:
    """The same for people, in plain text."""
    lines = [f"{found.documents} documents, {found.decided} decided"]
    if found.agreement is not None:
        ends = (found.kappa.low, found.kappa.high)
        known = f" [{ends[0]:.2f}, {ends[1]:.2f}]" if ends[0] is not None and ends[1] is not None else ""
        kappa = "-" if found.kappa.value is None else f"{found.kappa.value:.2f}"
        lines += [f"agreement {found.agreement:.2f}, kappa {kappa}{known}"]
    for title, counts in (("your decision", found.decisions), ("outcome", found.outcomes)):
        if counts:
            lines += ["", f"{title:<24} {'verdict: ' + DECISIONS[0]:>12} {DECISIONS[1]:>8} {DECISIONS[2]:>8}"]
            lines += [
                f"{name[:24]:<24} {row.get('go', 0):>12} {row.get('revise', 0):>8} {row.get('stop', 0):>8}"
                for name, row in counts.items()
            ]
    if found.disagreements:
        lines += [
            "",
            "Where verdict and decision differ",
            *(f"  {' '.join(one.split())}" for one in found.disagreements),
        ]
    return "\n".join(lines) + "\n"
