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
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from reviewer.domain import Claim, Criterion, CriterionCues, Cue, CueBook, Document, Predicate, Rubric, Sentence
from reviewer.domain.record import Answer
from reviewer.rubric.predicates import passes

MOST_QUOTES = 1
_LEAD_IN = 0.5  # of the weight that "We measure:", or a table's head, lends to each item below it
_WEAK_KINDS = {"heading": 0.5, "code": 0.3, "html": 0.5}  # a heading names a topic and says little about it
_FEW_WORDS = 4
_TELLING = 0.7  # a sentence of less shows little of a judgement on the whole
_LEAST = 0.2  # what weighs less says nothing
_GAPS = ("{0,", "{1,", "*", r"\w+", r"\S+")
_OPENING = (15, 0.15)  # sentences, or share of all sentences if more, over which `opening` fades


class _Rule(NamedTuple):
    """A cue, taken apart."""

    criterion: str
    value: str
    weight: float
    first: str
    needs: tuple[str, ...]
    bans: tuple[str, ...]
    pattern: str


class Hit(NamedTuple):
    """A sentence that speaks for a value, with the cues that made it so."""

    sentence: Sentence
    weight: float
    why: tuple[str, ...]


def extract_offline(document: Document, rubric: Rubric, *, most: int | None = None) -> tuple[Claim, ...]:
    """What the document (or its first `most` sentences) says about each criterion, as far as cues can tell."""
    hits = find(document, rubric, most)
    found: dict[str, Claim] = {}
    answers: dict[str, Answer] = {criterion.id: criterion.unknown for criterion in rubric.criteria}
    for criterion in sorted(rubric.criteria, key=lambda c: c.kind == "assessed"):
        cues = rubric.cues.criteria.get(criterion.id, CriterionCues())
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
    book = _book(_Identity(rubric.cues), document.language)
    headings = _headings(document, book)
    skipped = sorted((r.start, r.end) for r in document.regions)
    hits: dict[str, dict[str, list[Hit]]] = defaultdict(lambda: defaultdict(list))
    lead: frozenset[str] = frozenset()
    section, before = -2, ""
    fades = max(_OPENING[0], _OPENING[1] * len(document.sentences))
    for rank, sentence in enumerate(document.sentences[:most]):
        if any(start < sentence.end and sentence.start < end for start, end in skipped):
            continue
        text = document.text[sentence.start : sentence.end].replace("\r\n", " ").replace("\n", " ")
        if sentence.section != section or sentence.kind not in ("list_item", "table_row"):
            lead, section = frozenset(), sentence.section
        tokens = book.tokens(text)
        under = headings.get(sentence.section, {})
        if "@unsettled" in tokens or under.get("@aside"):
            continue
        weights, why = book.weigh(text, tokens)
        if lead:
            for key, weight in book.weigh(text, tokens | lead)[0].items():
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
                hits[criterion][settled].append(Hit(sentence, weight * factor, tuple(why.get((criterion, value), ()))))
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


def _headings(document: Document, book: "_Book") -> dict[int, dict[str, float]]:
    """What each section's headings, its own and those above it, add to which criterion."""
    lifts: dict[int, dict[str, float]] = {}
    above: list[tuple[int, dict[str, float]]] = []
    for index, section in enumerate(document.sections):
        while above and above[-1][0] >= section.level:
            above.pop()
        own = book.lifts(section.heading)
        inherited = above[-1][1] if above else {}
        lifts[index] = {key: max(own.get(key, 0.0), inherited.get(key, 0.0)) for key in own | inherited}
        above.append((section.level, lifts[index]))
    return lifts


class _Identity:
    """A cue book as a key: books hold mappings, and so have no hash of their own."""

    def __init__(self, cues: CueBook) -> None:
        self.cues = cues

    def __hash__(self) -> int:
        return id(self.cues)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.cues is self.cues


@lru_cache(maxsize=8)
def _book(key: _Identity, language: str) -> "_Book":
    return _Book(key.cues, language)


class _Book:
    """All cues for documents of one language, compiled so that a sentence is read once for all patterns.

    Documents in another language use English terms too, so English cues always count.
    """

    def __init__(self, cues: CueBook, language: str) -> None:
        languages = tuple(dict.fromkeys((language, "en")))
        self.tokens_of: dict[str, set[str]] = defaultdict(set)  # pattern -> itself and its classes
        self.rules: dict[str, list[_Rule]] = defaultdict(list)  # first part -> rules
        self.classes: dict[str, tuple[str, ...]] = {}
        for name, by_language in cues.classes.items():
            self.classes[name] = tuple(p for code in languages for p in by_language.get(code, ()))
            for pattern in self.classes[name]:
                self.tokens_of[pattern].add(f"@{name}")
        lifts: list[tuple[str, str, float]] = []
        for criterion, wanted in cues.criteria.items():
            for value, cues_of in wanted.values.items():
                for cue in _spoken(cues_of, languages):
                    rule = _rule(criterion, value, cue)
                    self.rules[rule.first].append(rule)
                    for part in (rule.first, *rule.needs, *rule.bans):
                        if not part.startswith("@"):
                            self.tokens_of[part].add(part)
            lifts += [(c.pattern, criterion, c.weight) for c in _spoken(wanted.headings, languages)]
        lifts += [(pattern, "@aside", 1.0) for pattern in self.classes.get("aside", ())]
        self.sets = _sets(self.tokens_of)
        self.heading_lifts = lifts
        self.heading_set = _compile([pattern for pattern, _, _ in lifts])
        # Half of all time. Who edits a text has most of its sentences read again unchanged.
        self.tokens = lru_cache(maxsize=4096)(self._tokens)

    def _tokens(self, text: str) -> frozenset[str]:
        """The patterns and classes that the text holds."""
        encoded = text.encode()  # once, and not for every set
        return frozenset(
            token
            for compiled, patterns in self.sets
            for at in compiled.Match(encoded) or ()
            for token in self.tokens_of[patterns[at]]
        )

    def lifts(self, heading: str) -> dict[str, float]:
        """What a heading adds to which criterion."""
        found: dict[str, float] = {}
        for at in self.heading_set.Match(heading) or ():
            _, criterion, weight = self.heading_lifts[at]
            found[criterion] = max(weight, found.get(criterion, 0.0))
        return found

    def weigh(
        self, text: str, tokens: frozenset[str]
    ) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], list[str]]]:
        """The weight of the text's own cues for each criterion and value, and which cues these are."""
        weights: dict[tuple[str, str], float] = defaultdict(float)
        why: dict[tuple[str, str], list[str]] = defaultdict(list)
        denied = self._denied(text) if tokens & {"@negation", "@absence"} else ()
        for token in tokens:
            for rule in self.rules.get(token, ()):
                if not tokens.issuperset(rule.needs) or not tokens.isdisjoint(rule.bans):
                    continue
                if denied and self._is_denied(rule, text, denied):
                    continue
                weights[rule.criterion, rule.value] += rule.weight
                why[rule.criterion, rule.value].append(rule.pattern)
        return weights, why

    def _denied(self, text: str) -> tuple[tuple[int, int, int, int], ...]:
        """The spans that a negation reaches, each with the span of the negation itself."""
        harmless = self._spans("no_negation", text)
        ends = sorted({0, len(text), *(end for _, end in self._spans("clause", text))})
        reach = []
        for name in ("negation", "absence"):
            for start, end in self._spans(name, text):
                if any(a <= start < b for a, b in harmless):
                    continue
                low = max(e for e in ends if e <= start)
                high = min((e for e in ends if e >= end), default=len(text))
                reach.append((start if name == "negation" else low, high, start, end))
        return tuple(reach)

    def _is_denied(self, rule: _Rule, text: str, denied: tuple[tuple[int, int, int, int], ...]) -> bool:
        parts = [self._find(part, text) for part in (rule.first, *rule.needs)]
        # A cue that holds the negation itself ("cannot scale") means it.
        meant = [span for spans in parts for span in spans]
        reach = [
            (low, high)
            for low, high, start, end in denied
            if not any(left <= start and end <= right for left, right in meant)
        ]
        return bool(parts[0]) and all(any(low <= start < high for low, high in reach) for start, _ in parts[0])

    def _find(self, part: str, text: str) -> list[tuple[int, int]]:
        return self._spans(part[1:], text) if part.startswith("@") else _find(part, text)

    def _spans(self, name: str, text: str) -> list[tuple[int, int]]:
        return [span for pattern in self.classes.get(name, ()) for span in _find(pattern, text)]


def _spoken(cues: Mapping[str, tuple[Cue, ...]], languages: tuple[str, ...]) -> list[Cue]:
    return [cue for code in languages for cue in cues.get(code, ())]


def _rule(criterion: str, value: str, cue: Cue) -> _Rule:
    parts = [part.strip() for part in cue.pattern.split(" & ")]
    needs = [part for part in parts if not part.startswith("!")]
    bans = tuple(part[1:] for part in parts if part.startswith("!"))
    return _Rule(criterion, value, cue.weight, needs[0], tuple(needs[1:]), bans, cue.pattern)


def _options() -> Any:
    import re2  # here, because scoring a stored record needs no pattern

    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.max_mem = 128 << 20  # one automaton for all patterns; the default falls back to a slow one
    return options


def _sets(patterns: Iterable[str]) -> list[tuple[Any, list[str]]]:
    """All patterns in few automata. Those with gaps multiply each other's states, so they stand in small sets."""
    gaps: list[str] = []
    plain: list[str] = []
    for pattern in patterns:
        (gaps if any(gap in pattern for gap in _GAPS) else plain).append(pattern)
    chunks = [group[at : at + size] for group, size in ((plain, 100), (gaps, 16)) for at in range(0, len(group), size)]
    return [(_compile(chunk), chunk) for chunk in chunks]


def _compile(patterns: Sequence[str]) -> Any:
    import re2

    compiled = re2.Set.SearchSet(_options())
    for pattern in patterns or [r"\z\A."]:  # RE2 refuses an empty set; this never matches
        compiled.Add(pattern)
    compiled.Compile()
    return compiled


@lru_cache(maxsize=4096)
def _single(pattern: str) -> Any:
    import re2

    return re2.compile(pattern, _options())


def _find(pattern: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _single(pattern).finditer(text)]
