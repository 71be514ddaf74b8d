"""What to write next: the counterfactuals as sentences."""

from collections.abc import Mapping

from reviewer.domain import Counterfactual, Rubric, Scorecard
from reviewer.domain.rubric import Texts

STEPS = 5

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "state": "State {names}: {effects}",
        "and": " and ",
        "verdict": "verdict {before} → {after}",
        "go": "go",
        "revise": "revise",
        "stop": "stop",
        "closes": "nothing gained in points, but a gate needs it",
        "little": "less than a point",
    },
    "ko": {
        "state": "{names} 항목을 적으세요: {effects}",
        "and": " 및 ",
        "verdict": "판정 {before} → {after}",
        "go": "진행",
        "revise": "보완",
        "stop": "중단",
        "closes": "점수는 그대로이지만 관문을 여는 데 필요합니다",
        "little": "1점 미만",
    },
}


def next_steps(scorecard: Scorecard, rubric: Rubric, language: str) -> tuple[str, ...]:
    """At most five lines, the one that lifts the verdict first."""
    words, texts = _WORDS.get(language, _WORDS["en"]), rubric.words(language)
    return tuple(_step(one, scorecard, words, texts) for one in scorecard.counterfactuals[:STEPS])


def _step(one: Counterfactual, scorecard: Scorecard, words: Mapping[str, str], texts: Texts) -> str:
    names = [texts.criteria[change.criterion].name for change in one.changes]
    listed = ", ".join(names[:-1]) + (words["and"] if names[:-1] else "") + names[-1]
    effects = [
        f"{texts.axes.get(axis, axis)} {before} → {after}"
        for axis, shift in one.axes.items()
        # Halves go up, as the figures beside these lines do: 46.5 is 47.
        for before, after in [(int(shift.before + 0.5), int(shift.after + 0.5))]
        if before != after
    ]
    if one.verdict != scorecard.verdict and one.verdict and scorecard.verdict:
        effects.append(words["verdict"].format(before=words[scorecard.verdict], after=words[one.verdict]))
    needed = {name for gate in scorecard.gates if gate.state == "open" for name in gate.closes}
    small = "closes" if needed & {change.criterion for change in one.changes} else "little"
    return words["state"].format(names=listed, effects=", ".join(effects) or words[small])
