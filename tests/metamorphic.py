"""Changes to a proposal whose effect is known beforehand, and how often the effect is seen."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from reviewer.domain import Review, Rubric
from reviewer.pipeline import review

BOAST = """
## Why us

This is a truly groundbreaking, world-class and revolutionary idea that everybody will love. It is amazing, it is
brilliant, and nothing like it has ever been thought of. The future belongs to it, without any doubt at all.
"""
NEUTRAL = """
## About this text

This text was printed on both sides of the paper. The font is a plain one, and the pages carry their numbers
at the foot. It was read aloud once in the small room on the second floor, with the windows open.
"""
STUFFED = """\
# Project

Baseline: yes. Metric: AUC. Labels: yes. Data: available. Monitoring: yes. Fallback: yes. Ethics: considered.
Budget: yes. Timeline: yes. Deployment: planned. Team: yes. Stakeholders: yes. Success: yes. Human review: every.
Flywheel: designed. Accuracy: high. Compute: enough. Prior work: cited. Benchmark: exists. Security: addressed.
Users: specific. Impact: large.
"""
THIN = """\
# Sorting incoming mail

Two clerks read 900 letters a day by hand and carry each to one of 14 departments; a third of them go to the wrong
one first. We want to predict the department from the scanned text, and show it to the clerk, who decides.

The archive holds 40,000 letters of last year with the department that answered them, so labels come with the data.
Today keyword rules sort 55 % correctly; this is the baseline. We measure accuracy on the letters of December.

If the model is unsure, the letter goes to the clerk without a suggestion. The first version is due in March.
"""
EPSILON = 0.05  # a rounded figure may move in its last digit


class Outcome(NamedTuple):
    """How often a guarantee held."""

    guarantee: str
    held: int
    tried: int

    @property
    def rate(self) -> float:
        return self.held / self.tried if self.tried else 0.0


def measure(texts: dict[str, str], rubric: Rubric) -> list[Outcome]:
    """Every guarantee over every text."""
    base = {name: review(text, rubric=rubric, name=name, force=True) for name, text in texts.items()}
    rows = [
        _count("sections in another order: same values, same score", texts, base, rubric, _reordered, _same),
        _count("headings underlined in place of #: same values, same score", texts, base, rubric, _setext, _same),
        _count("neutral paragraph added: same values, same score", texts, base, rubric, lambda t: t + NEUTRAL, _same),
        _count("the organisation renamed: same values, same score", texts, base, rubric, _renamed, _same),
        _count("written as plain text: the same is stated", texts, base, rubric, _plain, _same_stated),
        _count("figures in bold, terms in italics: same values, same score", texts, base, rubric, _emphasised, _same),
        _count("line ends of Windows: same values, same score", texts, base, rubric, _crlf, _same),
        _count("boasting added: no score rises", texts, base, rubric, lambda t: t + BOAST, _not_higher),
        _removed(texts, base, rubric),
        _negated(texts, base, rubric),
        _stuffed(rubric),
    ]
    return [row for row in rows if row.tried]


def _count(
    guarantee: str,
    texts: dict[str, str],
    base: dict[str, Review],
    rubric: Rubric,
    change: Callable[[str], str],
    holds: Callable[[Review, Review], bool],
) -> Outcome:
    held = sum(holds(base[n], review(change(t), rubric=rubric, name=n, force=True)) for n, t in texts.items())
    return Outcome(guarantee, held, len(texts))


def _values(done: Review) -> dict[str, object]:
    return {fact.criterion: fact.value for fact in done.facts}


def _same(before: Review, after: Review) -> bool:
    assert before.scorecard
    assert after.scorecard
    return _values(before) == _values(after) and before.scorecard.axes == after.scorecard.axes


def _same_stated(before: Review, after: Review) -> bool:
    stated = {fact.criterion for fact in before.facts if fact.status == "verified"}
    return all(_values(after)[criterion] == _values(before)[criterion] for criterion in stated)


def _not_higher(before: Review, after: Review) -> bool:
    assert before.scorecard
    assert after.scorecard
    return all(after.scorecard.axes[a].point <= before.scorecard.axes[a].point + EPSILON for a in before.scorecard.axes)


def _sections(text: str) -> list[str]:
    return re.split(r"(?m)^(?=## )", text)


def _reordered(text: str) -> str:
    head, *rest = _sections(text)
    return head + "\n".join(part.rstrip("\n") + "\n" for part in reversed(rest))


def _setext(text: str) -> str:
    return re.sub(r"(?m)^(#{1,2}) (.+)$", lambda m: m[2] + "\n" + ("=" if m[1] == "#" else "-") * 12, text)


def _renamed(text: str) -> str:
    names = {"Ferrovia Fleet": "Novaro Lines", "Boltworks": "Kettleby", "Oakmere": "Brookfell", "한빛": "새길"}
    return re.sub("|".join(names), lambda m: names[m[0]], text)


def _plain(text: str) -> str:
    """Without marks of Markdown: headings become lines of their own, emphasis and code lose their marks."""
    return re.sub(r"(?m)^#+ (.+)$", r"\1\n", re.sub(r"\*\*|`", "", text))


def _emphasised(text: str) -> str:
    figures = re.sub(r"(?<![\w.,])(\d+(?:[,.]\d+)*)(?![\w%])", r"**\1**", text)
    return re.sub(
        r"\b(precision|recall|labels?|budget|model|data|rules?)\b|(라벨|데이터|예산|모델)", r"*\1\2*", figures
    )


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def _answered(done: Review, rubric: Rubric) -> Iterator[tuple[str, tuple[str, ...]]]:
    for fact in done.facts:
        criterion = rubric.by_id[fact.criterion]
        if criterion.kind == "stated" and fact.status in ("verified", "judged") and fact.evidence:
            yield fact.criterion, tuple(e.quote for e in fact.evidence)


def _removed(texts: dict[str, str], base: dict[str, Review], rubric: Rubric) -> Outcome:
    """Every sentence that answers a criterion is taken out, until none is found any more."""
    held = tried = 0
    for name, text in texts.items():
        for criterion, _ in _answered(base[name], rubric):
            left, done = text, base[name]
            for _ in range(12):
                quotes = dict(_answered(done, rubric)).get(criterion, ())
                if not quotes:
                    break
                for quote in quotes:
                    left = left.replace(quote, "")
                done = review(left, rubric=rubric, name=name, force=True)
            tried += 1
            if done.scorecard is None:
                continue
            severity = rubric.by_id[criterion].by_id[rubric.by_id[criterion].unknown].severity
            opened = severity is None or any(f.criterion == criterion for f in done.findings)
            held += opened and _not_higher(base[name], done)
    return Outcome("every sentence on a criterion removed: its finding opens, no score rises", held, tried)


def _negated(texts: dict[str, str], base: dict[str, Review], rubric: Rubric) -> Outcome:
    """A sentence that alone answers a criterion is denied; English texts only."""
    held = tried = 0
    for name, text in texts.items():
        if base[name].document.language != "en":
            continue
        for criterion, quotes in _answered(base[name], rubric):
            sentence = quotes[0]
            denied = text.replace(sentence, "It is not true that " + sentence[:1].lower() + sentence[1:])
            if denied == text or "\n|" in sentence:
                continue
            after = review(denied, rubric=rubric, name=name, force=True)
            fact = next(f for f in after.facts if f.criterion == criterion)
            tried += 1
            held += not any("It is not true that" in e.quote for e in fact.evidence)
    return Outcome("the sentence denied: it earns nothing", held, tried)


def _stuffed(rubric: Rubric) -> Outcome:
    stuffed, thin = (review(text, rubric=rubric, force=True) for text in (STUFFED, THIN))
    assert stuffed.scorecard
    assert thin.scorecard
    axes = stuffed.scorecard.axes
    held = sum(axes[a].point < thin.scorecard.axes[a].point for a in axes)
    return Outcome("a list of keywords stays below a thin honest proposal, on each axis", held, len(axes))
