"""The offline engine: finds what a proposal says by cues, without a model.

All knowledge is in the rubric's `cues`; this file only knows sentences, headings, clauses and weights. A
sentence's weight for a value is the sum of the cues it holds, of the headings it stands under and of the
line that leads in to it. Some classes of the cue book are read by the engine itself, where they are given:

    negation      before a cue in its clause it takes the cue away ("no baseline")
    absence       anywhere in the clause ("a baseline is not available", "베이스라인이 없다")
    no_negation   words that look like a negation and are none ("not only")
    clause        where a clause ends
    unsettled     a sentence that settles nothing ("TBD", "n/a")
    aside         headings under which nothing is claimed ("Non-goals")
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reviewer.domain import Claim, Criterion, CriterionCues, CueBook, Document, Predicate, Rubric, Sentence
from reviewer.domain.record import Answer
from reviewer.rubric.book import Book, cue_book, flat
from reviewer.rubric.predicates import passes
from reviewer.rubric.unreal import real

MOST_QUOTES = 1
_LEAD_IN = 0.5  # of the weight that "We measure:", or a table's head, lends to each item below it
_WEAK_KINDS = {"heading": 0.5, "code": 0.3, "html": 0.5}  # a heading names a topic and says little about it
_FEW_WORDS = 4
_TELLING = 0.7  # a sentence of less shows little of a judgement on the whole
_LEAST = 0.2  # what weighs less says nothing
_NO_CUES = CriterionCues()
_OPENING = (15, 0.15)  # sentences, or share of all sentences if more, over which `opening` fades


class Hit(NamedTuple):
    """A sentence that speaks for a value."""

    sentence: Sentence
    weight: float


def extract_offline(
    document: Document, rubric: Rubric, *, most: int | None = None, judging: bool = True
) -> tuple[Claim, ...]:
    """What the document (or its first `most` sentences) says about each criterion, as far as cues can tell.

    Without `judging`, only about those that are stated.
    """
    hits = find(document, rubric, most)
    found: dict[str, Claim] = {}
    answers: dict[str, Answer] = {criterion.id: criterion.unknown for criterion in rubric.criteria}
    stated = [criterion for criterion in rubric.criteria if criterion.kind == "stated"]
    assessed = [criterion for criterion in rubric.criteria if criterion.kind == "assessed"]
    for criterion in (*stated, *(assessed if judging else ())):
        cues = rubric.cues.criteria.get(criterion.id, _NO_CUES)
        mine = hits.get(criterion.id, {})
        whole = criterion.kind == "assessed" or cues.whole
        claim = (
            _on_the_whole(criterion, cues, mine, document, answers)
            if whole
            else _by_sentences(criterion, cues, mine, document)
        )
        if claim:
            found[criterion.id] = claim
            answers[criterion.id] = claim.value
    return tuple(found[c.id] for c in rubric.criteria if c.id in found)


def find(document: Document, rubric: Rubric, most: int | None = None) -> Mapping[str, Mapping[str, list[Hit]]]:
    """Every sentence (of the first `most`) that a cue speaks for: criterion -> value -> hits, heaviest first."""
    book = cue_book(rubric.cues, document.language)
    headings = _headings(document, book)
    hits: dict[str, dict[str, list[Hit]]] = defaultdict(lambda: defaultdict(list))
    lead: frozenset[str] = frozenset()
    section, before = -2, ""
    fades = max(_OPENING[0], _OPENING[1] * len(document.heard))
    for rank, sentence in enumerate(document.heard[:most]):
        text = flat(document.text[sentence.start : sentence.end])
        if sentence.section != section or sentence.kind not in ("list_item", "table_row"):
            lead, section = frozenset(), sentence.section
        text = real(text)
        tokens = book.tokens(text)
        under = headings.get(sentence.section, {})
        if "@unsettled" in tokens or under.get("@aside"):
            continue
        weights = book.weigh(text, tokens)
        if lead:
            for key, weight in book.weigh(text, tokens | lead).items():
                weights[key] += _LEAD_IN * (weight - weights[key])
        factor = _factor(sentence, text, bool(lead) or document.language != "en")
        if text.rstrip("*_ ").endswith((":", "：")) or (sentence.kind == "table_row" and before != "table_row"):
            lead = tokens - {"@negation", "@absence"}
        before = sentence.kind
        early = max(0.0, 1 - rank / fades)
        for (criterion, value), weight in _lifted(weights, under, early, rubric, sentence).items():
            if weight * factor < _LEAST:
                continue
            settled = _settle(rubric.by_id[criterion], value, text, tokens, rubric.cues)
            if settled is not None:
                hits[criterion][settled].append(Hit(sentence, weight * factor))
    for values in hits.values():
        for found in values.values():
            found.sort(key=lambda hit: (-hit.weight, hit.sentence.start))
    return hits


def _factor(sentence: Sentence, text: str, terse: bool) -> float:
    """How much of its weight a sentence keeps; `terse` ones may be short and still say something."""
    factor = _WEAK_KINDS.get(sentence.kind, 1.0)
    if not terse and sentence.kind != "table_row" and len(text.split()) < _FEW_WORDS:
        factor *= 0.5
    return factor * 0.5 if text.endswith("?") else factor


def _lifted(
    weights: Mapping[tuple[str, str], float],
    under: Mapping[str, float],
    early: float,
    rubric: Rubric,
    sentence: Sentence,
) -> dict[tuple[str, str], float]:
    """The weights with what the headings above and an early place add."""
    if sentence.kind == "heading":
        return dict(weights)
    lifted = {
        key: weight + under.get(key[0], 0.0) + early * rubric.cues.criteria[key[0]].opening
        for key, weight in weights.items()
    }
    spoken = {criterion for criterion, _ in weights}
    for criterion, weight in under.items():
        value = rubric.cues.criteria[criterion].under if criterion in rubric.cues.criteria else None
        if value is not None and criterion not in spoken:
            lifted[criterion, value] = weight
    return lifted


def _settle(criterion: Criterion, value: str, quote: str, tokens: frozenset[str], cues: CueBook) -> str | None:
    """The value that the quote proves: its own, or the first that it falls to with proof."""
    at: str | None = value
    while at is not None and (at != criterion.unknown or criterion.kind == "assessed"):
        predicate = criterion.by_id[at].predicate
        if predicate is None or _holds(predicate, quote, tokens, cues):
            return at
        at = criterion.by_id[at].falls_to
    return None


def _holds(predicate: Predicate, quote: str, tokens: frozenset[str], cues: CueBook) -> bool:
    """What `passes` says, with the classes of words that were looked up already."""
    if predicate.kind == "any_of":
        return any(_holds(part, quote, tokens, cues) for part in predicate.any_of)
    if predicate.kind == "cue":
        return f"@{predicate.cue}" in tokens
    return passes(predicate, quote, cues)


def _by_sentences(
    criterion: Criterion, cues: CriterionCues, hits: Mapping[str, list[Hit]], document: Document
) -> Claim | None:
    """The value that the heaviest sentences speak for; in a tie, the more favourable one."""
    best, most, quoted = None, 0.0, []
    taken: set[int] = set()
    for value in criterion.values:
        # A sentence that says the more says the less, too: it does not speak for a less favourable value as well.
        strong = [hit for hit in hits.get(value.id, []) if hit.sentence.start not in taken]
        if not strong or strong[0].weight < cues.threshold:
            continue
        taken |= {hit.sentence.start for hit in strong if hit.weight >= cues.threshold}
        # The first sentence decides; the next ones break what would else be ties between lone words.
        total = sum(hit.weight / 2**rank for rank, hit in enumerate(strong[:3]))
        if total > most:
            best, most, quoted = value.id, total, strong
    if best is None:
        return None
    return Claim(criterion=criterion.id, value=best, quotes=_quotes(quoted, cues.threshold, document))


def _on_the_whole(
    criterion: Criterion,
    cues: CriterionCues,
    hits: Mapping[str, list[Hit]],
    document: Document,
    answers: Mapping[str, Answer],
) -> Claim | None:
    """The value that the whole document and the facts found so far speak for, else the default."""
    totals = {value.id: 0.0 for value in criterion.values}
    for value in totals:
        weights = [hit.weight for hit in hits.get(value, [])]
        # Saying it ten times is not ten times as true.
        totals[value] += max(weights, default=0.0) * (1 + math.log2(max(len(weights), 1)))
        if criterion.kind == "stated" and not weights:
            continue  # without a sentence nothing is stated
        for given, weight in cues.given.get(value, {}).items():
            other, _, wanted = given.partition("=")
            answer = answers.get(other, "")
            totals[value] += weight * (wanted in answer if isinstance(answer, tuple) else wanted == answer)
    strong = [value for value, total in totals.items() if total >= cues.threshold]
    if criterion.multiple and strong:
        chosen: tuple[str, ...] = tuple(strong)
    elif strong:
        chosen = (max(strong, key=lambda value: totals[value]),)
    elif cues.default is not None:
        chosen = (cues.default,)
    else:
        return None
    least = 0.0 if criterion.kind == "stated" else _TELLING
    quotes = tuple(q for value in chosen for q in _quotes(hits.get(value, []), least, document))[:MOST_QUOTES]
    return Claim(criterion=criterion.id, value=chosen if criterion.multiple else chosen[0], quotes=quotes)


def _quotes(hits: Iterable[Hit], least: float, document: Document) -> tuple[str, ...]:
    quotes = (document.text[h.sentence.start : h.sentence.end] for h in hits if h.weight >= least)
    return tuple(dict.fromkeys(quotes))[:MOST_QUOTES]


def _headings(document: Document, book: Book) -> dict[int, Mapping[str, float]]:
    """What each section's headings, its own and those above it, add to which criterion."""
    lifts: dict[int, Mapping[str, float]] = {}
    above: list[tuple[int, Mapping[str, float]]] = []
    for index, section in enumerate(document.sections):
        while above and above[-1][0] >= section.level:
            above.pop()
        own = book.lifts(section.heading)
        inherited: Mapping[str, float] = above[-1][1] if above else {}
        lifts[index] = {key: max(own.get(key, 0.0), inherited.get(key, 0.0)) for key in {**own, **inherited}}
        above.append((section.level, lifts[index]))
    return lifts
