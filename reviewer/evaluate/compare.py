"""Two evaluations of the same labels: what moved beyond noise."""

from reviewer.domain.base import Frozen
from reviewer.evaluate.agreement import Evaluation


class Moved(Frozen):
    """A criterion's kappa in two runs; `beyond_noise` when neither lies in the other's interval."""

    criterion: str
    before: float
    after: float
    beyond_noise: bool


def moved(before: Evaluation, after: Evaluation) -> tuple[Moved, ...]:
    """Every criterion that both runs measured, the largest change first."""
    old = {one.criterion: one.kappa for one in before.criteria}
    changes = []
    for one in after.criteria:
        a, b = old.get(one.criterion), one.kappa
        if a is None or a.value is None or b.value is None:
            continue
        outside = (
            a.low is not None
            and a.high is not None
            and b.low is not None
            and b.high is not None
            and not a.low <= b.value <= a.high
            and not b.low <= a.value <= b.high
        )
        changes.append(Moved(criterion=one.criterion, before=a.value, after=b.value, beyond_noise=outside))
    return tuple(sorted(changes, key=lambda m: -abs(m.after - m.before)))
