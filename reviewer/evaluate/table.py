"""An evaluation as text."""

from reviewer.evaluate.agreement import CriterionAgreement, Evaluation, Interval
from reviewer.evaluate.compare import Moved


def table(found: Evaluation, changes: tuple[Moved, ...] = ()) -> str:
    """Every figure that there is, for people, in plain text of 80 columns."""
    lines = [f"{found.documents} document{'s' * (found.documents != 1)}, rubric {found.rubric}, {found.method}", ""]
    if found.criteria:
        heads = f"{'wtd':>6} {'ev.P':>5} {'ev.R':>5}"
        lines.append(f"{'criterion':<24} {'n':>3} {'agree':>6} {'kappa':>6} {'95 %':>15} {heads}")
    for kind in ("stated", "assessed"):
        if rows := [_row(one) for one in found.criteria if one.kind == kind]:
            lines += [f"-- {kind}", *rows, ""]
    overall = [
        ("macro kappa, stated", found.macro_kappa_stated),
        ("macro kappa, assessed", found.macro_kappa_assessed),
        ("stated or silent", found.stated_or_silent),
        ("evidence precision", found.evidence_precision),
        ("evidence recall", found.evidence_recall),
        *((f"Spearman, {_AGAINST.get(scale, scale)}", interval) for scale, interval in found.spearman.items()),
        ("decision kappa", found.decision_kappa),
        ("gaps raised", found.gaps_raised),
        ("false findings a document", found.false_findings),
    ]
    lines += filter(None, (_overall(name, figure) for name, figure in overall))
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


_AGAINST = {"clarity": "completeness, clarity"}


def _overall(name: str, figure: float | Interval | None) -> str:
    value, spread = (figure.value, _range(figure)) if isinstance(figure, Interval) else (figure, "")
    return "" if value is None else f"{name:<33} {_figure(value)} {spread}".rstrip()


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
