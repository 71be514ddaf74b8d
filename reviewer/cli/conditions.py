"""The conditions that a user sets: `--fail-under` and `--fail-on`, for exit code 1."""

from collections.abc import Iterable, Iterator, Mapping
from math import floor
from typing import TYPE_CHECKING

from reviewer.errors import SettingsError, meant

if TYPE_CHECKING:  # at start-up nothing here may import pydantic
    from reviewer.domain import Review, Rubric

SEVERITIES = ("blocker", "major", "minor")  # from the gravest
STOP = "stop"


def parse_thresholds(text: str) -> dict[str, float]:
    """Read "impact=50,feasibility=40". Raises ValueError."""
    thresholds: dict[str, float] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        axis, _, figure = part.partition("=")
        try:
            thresholds[axis.strip()] = float(figure)
        except ValueError:
            raise ValueError(f"'{part}' is not AXIS=NUMBER; write for example impact=50,feasibility=40") from None
    return thresholds


def check_conditions(fail_under: Mapping[str, float], fail_on: Iterable[str], rubric: "Rubric") -> None:
    """Refuse a condition that this rubric can never meet, before anything is read or sent."""
    axes = [axis.id for axis in rubric.axes]
    for axis, figure in fail_under.items():
        if axis not in axes:
            raise SettingsError(f"--fail-under: rubric '{rubric.id}' has no axis '{axis}'; {meant(axis, axes)}")
        if not 0 <= figure <= 100:
            raise SettingsError(f"--fail-under: {axis}={figure:g} is outside 0-100")
    known = [*SEVERITIES, *([STOP] if rubric.verdict else []), *(gate.id for gate in rubric.gates)]
    for condition in fail_on:
        if condition not in known:
            raise SettingsError(f"--fail-on: no condition '{condition}'; {meant(condition, known)}")


def unmet(review: "Review", fail_under: Mapping[str, float], fail_on: Iterable[str]) -> Iterator[str]:
    """Say which conditions a review fails, waivers passed by; one that has no figures fails none."""
    card = review.scorecard
    if card is None:
        return
    for axis, figure in fail_under.items():
        if (point := card.axes[axis].point) < figure:
            shown = round(point) if round(point) < figure else floor(100 * point) / 100  # "50 is under 50" is none
            yield f"{axis} {shown:g} is under {figure:g}"
    gates = {gate.id: gate.state for gate in card.gates}
    held = {waived.finding for waived in review.waived if waived.state == "holds"}
    counted = [finding for finding in review.findings if finding.id not in held]
    for condition in fail_on:
        if condition in SEVERITIES:
            grave = SEVERITIES[: SEVERITIES.index(condition) + 1]
            if count := sum(finding.severity in grave for finding in counted):
                yield f"{count} finding{'s' * (count > 1)} of severity {' or '.join(grave)}"
        elif condition == STOP:
            if card.verdict == STOP:
                yield "the verdict is stop"
        elif gates.get(condition) != "closed" and f"gate.{condition}" not in held:
            yield f"gate '{condition}' is {gates.get(condition, 'not there')}"
