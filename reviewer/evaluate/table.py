"""An evaluation as text."""

from reviewer.evaluate.agreement import CriterionAgreement, Evaluation, Interval
from reviewer.evaluate.compare import Moved


def table(found: Evaluation, changes: tuple[Moved, ...] = ()) -> str:
    """All figures, for people, in plain text of 80 columns."""
    lines = [
        f"{found.documents} documents, rubric {found.rubric}, {found.method}",
        "",
        f"{'criterion':<24} {'n':>3} {'agree':>6} {'kappa':>6} {'95 %':>15} {'wtd':>6} {'ev.P':>5} {'ev.R':>5}",
    ]
    for kind in ("stated", "assessed"):
        lines.append(f"-- {kind}")
        lines += [_row(one) for one in found.criteria if one.kind == kind]
    lines += [
        "",
        f"macro kappa, stated       {_figure(found.macro_kappa_stated)}",
        f"macro kappa, assessed     {_figure(found.macro_kappa_assessed)}",
        f"stated or silent          {_figure(found.stated_or_silent)}",
        f"evidence precision        {_figure(found.evidence_precision)}",
        f"evidence recall           {_figure(found.evidence_recall)}",
    ]
    for scale, interval in found.spearman.items():
        against = "completeness, clarity" if scale == "clarity" else scale
        lines.append(f"{'Spearman, ' + against:<33} {_figure(interval.value)} {_range(interval)}")
    lines += [
        f"decision kappa            {_figure(found.decision_kappa.value)} {_range(found.decision_kappa)}",
        f"gaps raised               {_figure(found.gaps_raised)}",
        f"false findings a document {_figure(found.false_findings)}",
    ]
    if found.disagreements:
        lines += ["", "Where verdict and decision differ", *(f"  {one}" for one in found.disagreements)]
    if changes:
        lines += ["", "What moved (* beyond noise)"]
        lines += [
            f"{'*' if m.beyond_noise else ' '} {m.criterion:<24} {m.before:.2f} -> {m.after:.2f}"
            for m in changes
            if m.before != m.after
        ]
    return "\n".join(lines) + "\n"


def _row(one: CriterionAgreement) -> str:
    return (
        f"{one.criterion:<24} {one.n:>3} {one.agreement:>6.2f} {_figure(one.kappa.value):>6} "
        f"{_range(one.kappa):>15} {_figure(one.weighted_kappa):>6} "
        f"{_figure(one.evidence_precision):>5} {_figure(one.evidence_recall):>5}"
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _range(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return ""
    return f"[{interval.low:.2f}, {interval.high:.2f}]"
