"""Asking a model: the one re-ask for quotes that are not there, and the vote of several answers."""

from collections import Counter
from typing import NamedTuple

from reviewer.domain import AxisScore, Claim, Criterion, Document, Extraction, Fact, ModelUsed, Rubric, Stability
from reviewer.domain.record import Answer
from reviewer.errors import ProviderError
from reviewer.extract.llm import BUDGET, MOST, Account, extract_llm, reask, together
from reviewer.ground import ground
from reviewer.ground.find import ABSENT
from reviewer.llm import Model
from reviewer.score import score


class Heard(NamedTuple):
    """What a model's answers come to."""

    extraction: Extraction
    facts: tuple[Fact, ...]  # its claims, grounded
    stability: Stability | None = None  # None: one answer says nothing about the next


async def sampled(
    document: Document, rubric: Rubric, model: Model, samples: int, *, budget: int = BUDGET, most: int = MOST
) -> Heard:
    """The claims of one answer, or those that most of several answers agree on; and how far they agreed.

    `budget` and `most` are tokens of text, for one call and for the whole document.
    """
    answers = await together(_asked(document, rubric, model, i, budget, most) for i in range(samples))
    if samples == 1:
        return answers[0]
    facts = [{fact.criterion: fact for fact in one.facts} for one in answers]
    claims, agreement = [], {}
    for criterion in rubric.criteria:
        value, share = _vote(criterion, [found[criterion.id] for found in facts])
        agreement[criterion.id] = share
        claims += _claim_of(criterion.id, value, facts, answers)
    cards = [score(found.values(), rubric) for found in facts]
    whole = answers[0].extraction
    for one in answers[1:]:
        whole = joined(whole, one.extraction)
    stability = Stability(
        samples=samples,
        agreement=agreement,
        axes={
            axis: AxisScore(
                point=_middle([card.axes[axis].point for card in cards]),
                low=min(card.axes[axis].point for card in cards),
                high=max(card.axes[axis].point for card in cards),
            )
            for axis in cards[0].axes
        },
        verdicts=dict(Counter(card.verdict or "" for card in cards)),
        robust=len({card.verdict for card in cards}) == 1,
    )
    return Heard(whole.model_copy(update={"claims": tuple(claims)}), ground(claims, document, rubric), stability)


def _middle(points: list[float]) -> float:
    ordered = sorted(points)
    return ordered[(len(ordered) - 1) // 2]


def _vote(criterion: Criterion, facts: list[Fact]) -> tuple[Answer, float]:
    """The value that most answers proved; in a tie the one that earns least, so that luck never pays."""
    votes = Counter(fact.value for fact in facts)
    value = min(votes, key=lambda v: (-votes[v], criterion.points(v), str(v)))
    return value, round(votes[value] / len(facts), 3)


def _claim_of(criterion: str, value: Answer, facts: list[dict[str, Fact]], answers: list[Heard]) -> list[Claim]:
    """The first answer's claim that was proven to that value."""
    for found, answer in zip(facts, answers, strict=True):
        if found[criterion].value == value:
            return [claim for claim in answer.extraction.claims if claim.criterion == criterion]
    return []


async def _asked(document: Document, rubric: Rubric, model: Model, sample: int, budget: int, most: int) -> Heard:
    account = Account(model)
    first = await extract_llm(document, rubric, account, budget=budget, most=most, sample=sample)
    facts = ground(first.claims, document, rubric)
    rejected = {
        fact.criterion: tuple(r.quote for r in fact.rejected)
        for fact in facts
        # Words that are there and do not show the value would be given again: a second call for each document.
        if fact.status == "unverified" and any(r.why == ABSENT for r in fact.rejected)
    }
    if not rejected:
        return Heard(account.told(first), facts)
    try:
        again = await reask(document, rubric, account, rejected, budget=budget, most=most, sample=sample)
    except ProviderError as error:
        if error.final:
            raise
        # The first answer stands; what it could not prove earns nothing anyway.
        note = "; ".join(filter(None, (first.note, f"not asked again: {error}")))
        return Heard(account.told(first.model_copy(update={"note": note})), facts)
    both = account.told(joined(first, again))
    return Heard(both, ground(both.claims, document, rubric))


def joined(first: Extraction, again: Extraction) -> Extraction:
    """A second answer replaces the first one's claim about the same criterion; usage and cost add up."""
    newer = {claim.criterion: claim for claim in again.claims}
    claims = tuple(newer.pop(claim.criterion, claim) for claim in first.claims)
    known = first.cost is not None and again.cost is not None
    return first.model_copy(
        update={
            "claims": (*claims, *newer.values()),
            "model": _both(first.model, again.model),
            "usage": first.usage + again.usage if first.usage and again.usage else None,
            "cost": first.cost + again.cost if known else None,  # type: ignore[operator]
            "calls": first.calls + again.calls,
            "cached": first.cached and again.cached,
            "note": "; ".join(note for note in (first.note, again.note) if note),
        }
    )


def _both(first: ModelUsed | None, again: ModelUsed | None) -> ModelUsed | None:
    """What was asked first, with everybody who answered: a router may send the second question elsewhere."""
    if first is None or again is None or again.answered in first.answered.split(", "):
        return first
    return first.model_copy(update={"answered": f"{first.answered}, {again.answered}"})
