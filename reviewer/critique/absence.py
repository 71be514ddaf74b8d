"""Proof of absence: where something was looked for, in which words, and the nearest thing that was there.

It answers "but I did say that": the sentence that comes nearest is shown, with why it does not count.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import islice, zip_longest
from typing import NamedTuple

from reviewer.domain import Criterion, Document, Evidence, Fact, Predicate, Rubric, Search
from reviewer.rubric.book import Book, cue_book, flat
from reviewer.rubric.predicates import passes
from reviewer.rubric.reasons import REGIONS, in_language, kind_name, lacks
from reviewer.rubric.unreal import unreal

SECTIONS = 4
WORDS = 6
_NEAR = 0.6  # what a sentence's cues and headings weigh that would do for an answer, were it not for something
_FEW_WORDS = 4  # fewer name a thing and say nothing about it
_LONGEST = 600
_KINDS = {"heading": "only a heading", "code": "in a block of code"}


class _Near(NamedTuple):
    """A stretch of the text that has to do with a criterion."""

    weight: float
    start: int
    end: int
    value: str
    why: str  # already known: a region's; empty where the sentence must be looked at


class Absence:
    """A document in which things were looked for; it is read once, for all of them."""

    def __init__(self, document: Document, rubric: Rubric, language: str) -> None:
        self._document = document
        self._rubric = rubric
        self._language = language

    def search(self, fact: Fact) -> Search:
        """The sections where it is usually said (none: the whole text was read), and what came nearest."""
        usual = (s.heading for s in self._document.sections if fact.criterion in self._book.lifts(s.heading))
        nearest, why_not = self._refused(fact) or self._nearest(self._rubric.by_id[fact.criterion])
        return Search(
            sections=tuple(islice(usual, SECTIONS)),
            looked_for=self._words(self._rubric.by_id[fact.criterion]),
            nearest=nearest,
            why_not=in_language(why_not, self._language),
        )

    def _refused(self, fact: Fact) -> tuple[Evidence, str] | None:
        """What the extractor pointed at and the checks refused."""
        for rejection in fact.rejected:
            quote = rejection.nearest or rejection.quote
            start = self._document.text.find(quote) if quote else -1
            if start >= 0:
                why = f"quoted otherwise: “{_short(rejection.quote)}”" if rejection.nearest else rejection.why
                return self._shown(start, start + len(quote)), why
        return None

    def _nearest(self, criterion: Criterion) -> tuple[Evidence | None, str]:
        near = self._near.get(criterion.id)
        if near is None:
            return None, ""
        return self._shown(near.start, near.end), near.why or self._why(criterion, near)

    def _shown(self, start: int, end: int) -> Evidence:
        document = self._document
        section, block = document.section_at(start), document.block_at(start)
        parts = (section.heading if section else "", block.place if block else "")
        place = " · ".join(part for part in parts if part)
        return Evidence(quote=document.text[start:end], start=start, end=end, line=document.line(start), place=place)

    @cached_property
    def _book(self) -> Book:
        return cue_book(self._rubric.cues, self._document.language)

    @cached_property
    def _near(self) -> Mapping[str, _Near]:
        """The nearest stretch for each criterion; of two alike the first."""
        nearest: dict[str, _Near] = {}
        for start, end, section, why in self._stretches():
            lifts = self._book.lifts(section)
            block = self._document.block_at(start)
            heading = block is not None and block.kind == "heading"
            for (criterion, value), cues in self._weights(self._document.text[start:end]).items():
                if heading and criterion in lifts:
                    continue  # it is among the sections already
                weight = cues + lifts.get(criterion, 0.0)
                found = nearest.get(criterion)
                # What a reader sees comes first: "it stands in a comment" is no answer where a sentence is near.
                if weight >= _NEAR and (found is None or (not why, weight) > (not found.why, found.weight)):
                    nearest[criterion] = _Near(weight, start, end, value, why)
        return nearest

    def _stretches(self) -> Iterator[tuple[int, int, str, str]]:
        """What may be near, with the heading above it, and why it does not count where that is known."""
        document = self._document
        for sentence in document.heard:
            section = document.sections[sentence.section].heading if sentence.section >= 0 else ""
            yield sentence.start, min(sentence.end, sentence.start + _LONGEST), section, ""
        for region in document.regions:
            # A waiver is read behind its keyword, whose "reviewer" is no word of the author's.
            start = document.text.index(":ignore", region.start) + 7 if region.kind == "waiver" else region.start
            yield start, min(region.end, start + _LONGEST), "", REGIONS[region.kind]

    def _weights(self, text: str) -> dict[tuple[str, str], float]:
        """What a text's cues weigh, denied or not."""
        weights: dict[tuple[str, str], float] = {}
        if self._document.language == "en" and len(text.split()) < _FEW_WORDS:
            return weights
        tokens = self._book.tokens(flat(text))
        for token in sorted(tokens):  # as the engine adds them up
            for rule in self._book.rules.get(token, ()):
                if tokens.issuperset(rule.needs) and tokens.isdisjoint(rule.bans):
                    key = rule.criterion, rule.value
                    weights[key] = weights.get(key, 0.0) + rule.weight
        return weights

    def _why(self, criterion: Criterion, near: _Near) -> str:
        """What is wrong with the nearest sentence."""
        text = self._document.text[near.start : near.end]
        for start, end, how in unreal(text):
            return f"{how}: “{_short(text[start:end])}”"
        if word := self._book.denial(flat(text), criterion.id, near.value):
            return f"denied: “{_short(word)}”"
        block = self._document.block_at(near.start)
        if block and block.kind in _KINDS:
            return _KINDS[block.kind]
        if text.rstrip("*_ ").endswith(("?", "？")):
            return "a question"
        if "@unsettled" in self._book.tokens(flat(text)):
            return "settles nothing yet"
        section = self._document.section_at(near.start)
        if section and "@aside" in self._book.lifts(section.heading):
            return "under a heading that claims nothing"
        return self._unproven(criterion, near.value, text) or "has words of an answer, but was not taken as one"

    def _unproven(self, criterion: Criterion, value: str, text: str) -> str:
        at: str | None = value
        last = None
        while at is not None and at != criterion.unknown:
            predicate = criterion.by_id[at].predicate
            if predicate is None or passes(predicate, text, self._rubric.cues):
                return ""
            last, at = predicate, criterion.by_id[at].falls_to
        return lacks(last) if last is not None else ""

    def _words(self, criterion: Criterion) -> tuple[str, ...]:
        """The words that were looked for: some of each class that a crediting answer must hold one of."""
        asked = [part for value in criterion.values if value.predicate for part in _parts(value.predicate)]
        listed = []
        for predicate in dict.fromkeys(asked):
            if predicate.kind == "cue":
                listed.append(self._class(predicate.cue))
            else:
                listed.append((in_language(kind_name(predicate), self._language),))
        # By turns, so that no class fills the line alone.
        turns = (word for turn in zip_longest(*listed) for word in turn if word)
        return tuple(islice(dict.fromkeys(turns), WORDS))

    def _class(self, name: str) -> tuple[str, ...]:
        by_language = self._rubric.cues.classes.get(name, {})
        found = by_language.get(self._document.language) or by_language.get("en", ())
        return spelled(found[0])[:WORDS] if found else ()


def _short(text: str) -> str:
    return " ".join(text.split())[:80]


def _parts(predicate: Predicate) -> tuple[Predicate, ...]:
    """What a predicate asks for, without its any-of."""
    return tuple(p for part in predicate.any_of for p in _parts(part)) or (predicate,)


_ENDING = re.compile(r"\\w[*+]")
_GROUP = re.compile(r"\((?:\?:)?[^()]*\)\?")
_SET = re.compile(r"\[[^\]]*\]\?")


@lru_cache(maxsize=1024)  # a rubric has fewer classes, and every document asks for most of them
def spelled(pattern: str) -> tuple[str, ...]:
    """The plain words among the ways of a pattern, for people to read; "…" is any ending."""
    bare = _SET.sub(" ", _GROUP.sub("", pattern.replace(r"\b", "").removeprefix("(?:").removeprefix("(")))
    words: list[str] = []
    for way in bare.removesuffix(")").split("|"):
        word = _ENDING.sub("…", way).replace("?", "")
        # "tag, tags, tagged" says no more than "tag".
        if re.fullmatch(r"[\w -]+…?", word) and not any(word.startswith(known.rstrip("…")) for known in words):
            words.append(word)
    return tuple(words)
