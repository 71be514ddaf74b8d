"""Claims to facts: every quote is looked up, every value must be proven by one, and what is not falls.

No fuzzy match ever earns credit; digits never bend; a denied, hidden or addressed quote is none.
"""

from collections.abc import Iterable

from reviewer.domain import Claim, Criterion, Document, Evidence, Fact, Number, Rejection, Rubric
from reviewer.domain.record import Answer
from reviewer.ground.find import locate
from reviewer.ground.index import Index, index
from reviewer.rubric.numbers import parse_numbers
from reviewer.rubric.predicates import passes

QUOTES = 3  # evidence that is kept for a criterion


def ground(claims: Iterable[Claim], document: Document, rubric: Rubric) -> tuple[Fact, ...]:
    """One fact for each criterion, in the rubric's order.

    Of several claims about one criterion the first that is not the unknown value counts. Claims about what
    the rubric does not ask are dropped.
    """
    found = index(document)
    by_criterion: dict[str, Claim] = {}
    for claim in claims:
        criterion = rubric.by_id.get(claim.criterion)
        if criterion is None or _is_unknown(claim.value, criterion):
            continue
        by_criterion.setdefault(claim.criterion, claim)
    return tuple(
        _fact(criterion, by_criterion[criterion.id], document, rubric, found)
        if criterion.id in by_criterion
        else Fact(criterion=criterion.id, value=_unknown(criterion), status="not_stated")
        for criterion in rubric.criteria
    )


def _fact(criterion: Criterion, claim: Claim, document: Document, rubric: Rubric, found: Index) -> Fact:
    evidence: list[Evidence] = []
    rejected: list[Rejection] = []
    for quote in dict.fromkeys(claim.quotes):
        located = locate(quote, document, found)
        if isinstance(located, Rejection):
            rejected.append(located)
        elif not any(e in evidence for e in located):
            evidence.extend(located)
    value = _known(claim.value, criterion)
    if value is None:
        why = Rejection(quote="", why=f"{claim.value!r} is no value of {criterion.id}")
        return _nothing(criterion, None, (why, *rejected))
    if criterion.kind == "assessed":
        return Fact(
            criterion=criterion.id,
            value=value,
            status="judged",
            evidence=tuple(evidence[:QUOTES]),
            rejected=tuple(rejected),
        )
    return _stated(criterion, value, evidence, rejected, rubric)


def _stated(
    criterion: Criterion, claimed: Answer, evidence: list[Evidence], rejected: list[Rejection], rubric: Rubric
) -> Fact:
    """The claimed value if a quote proves it, else the nearest one below that a quote does prove."""
    at: str | None = claimed if isinstance(claimed, str) else claimed[0]
    while at is not None and at != criterion.unknown and evidence:
        predicate = criterion.by_id[at].predicate
        proof = evidence if predicate is None else [e for e in evidence if passes(predicate, e.quote, rubric.cues)]
        if proof:
            shown = (*proof, *(e for e in evidence if e not in proof))[:QUOTES]
            return Fact(
                criterion=criterion.id,
                value=at,
                status="judged" if predicate is None else "verified",
                claimed=claimed if at != claimed else None,
                evidence=shown,
                numbers=_numbers(shown),
                rejected=tuple(rejected),
            )
        at = criterion.by_id[at].falls_to
    off = tuple(Rejection(quote=e.quote, why=f"does not show {claimed}") for e in evidence)
    return _nothing(criterion, claimed, (*rejected, *off))


def _nothing(criterion: Criterion, claimed: Answer | None, rejected: tuple[Rejection, ...]) -> Fact:
    return Fact(
        criterion=criterion.id,
        value=_unknown(criterion),
        status="unverified",
        claimed=claimed,
        rejected=rejected,
    )


def _numbers(evidence: Iterable[Evidence]) -> tuple[Number, ...]:
    return tuple(number for one in evidence for number in parse_numbers(one.quote))


def _unknown(criterion: Criterion) -> Answer:
    return (criterion.unknown,) if criterion.multiple else criterion.unknown


def _is_unknown(value: Answer, criterion: Criterion) -> bool:
    return value in (criterion.unknown, (criterion.unknown,), ())


def _known(value: Answer, criterion: Criterion) -> Answer | None:
    """The value as the criterion takes it; None if it is none of its own."""
    given = (value,) if isinstance(value, str) else value
    if not set(given) <= criterion.by_id.keys():
        return None
    if not criterion.multiple:
        return given[0]
    kept = tuple(v.id for v in criterion.values if v.id in given and v.id != criterion.unknown)
    return kept or (criterion.unknown,)
