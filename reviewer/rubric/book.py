"""A rubric's cues, compiled so that a sentence is read once for all of them."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from reviewer.domain import Cue, CueBook
from reviewer.rubric.negation import without_negations
from reviewer.rubric.once import once
from reviewer.rubric.words import Words

_GAPS = ("{0,", "{1,", "*", r"\w+", r"\S+")
_WORD = re.compile(r"\w+", re.ASCII)
_FOLDED = re.compile("[\u017f\u212a]")  # to RE2, an s and a k where case is ignored, but no letters of a word


class _Rule(NamedTuple):
    """A cue, taken apart."""

    criterion: str
    value: str
    weight: float
    first: str
    needs: tuple[str, ...]
    bans: tuple[str, ...]


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# "5*3" and "a * b" hold no emphasis, snake_case is one word, and a title before its year is known by its marks.
_NO_TITLE = r"(?!\s?,?\s?\((?:19|20)\d\d\))"
_EMPHASIS = re.compile(
    rf"(?<![\d*\\])(\*{{1,3}})(?![\s*])([^*\n]{{1,300}}?)(?<![\s\\])\1(?![\d*]){_NO_TITLE}"
    rf"|(?<![\w\\])(_{{1,3}})(?![\s_])([^_\n]{{1,300}}?)(?<![\s\\])\3(?!\w){_NO_TITLE}"
)
_ATTRIBUTES = re.compile(r"""(<[A-Za-z][\w-]*)((?:\s+[\w:@-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=]+))+)\s*/?>""")
_INLINE = re.compile(r"</?(?:b|strong|i|em|u|mark|span)>")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


def flat(text: str) -> str:
    """A sentence as the book reads it: on one line."""
    text = text.replace("\r\n", " ").replace("\n", " ")
    return as_shown(text if text.isascii() else text.replace("\u00a0", " ").replace("\u202f", " "))


def as_shown(text: str) -> str:
    """The text without what Markdown's readers do not see of it, and no region hides: marks of emphasis, the
    backslashes that programs put before every other mark, and what a tag says beside its name. Addresses are kept, for
    they are references.
    """
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(lambda marked: marked[2] or marked[4], text)
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    if "<" in text:
        text = _ATTRIBUTES.sub(lambda tag: f"{tag[1]}> {' '.join(_ADDRESS.findall(tag[2]))}", text)
        text = _INLINE.sub("", text)
    return text


def cue_book(cues: CueBook, language: str) -> "Book":
    """The cues for documents of this language, compiled once."""
    books = _books(cues)
    if language not in books:
        books[language] = Book(cues, language)
    return books[language]


@once
def _books(cues: CueBook) -> dict[str, "Book"]:
    return {}


class Book:
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
        words = Words()
        others: dict[str, set[str]] = defaultdict(set)  # what is left of patterns -> tokens
        for pattern, tokens in self.tokens_of.items():
            if other := words.take(pattern, tokens):
                others[other] |= tokens
        self.sets = _sets(others)
        self.heading_lifts = lifts
        self.heading_set = _compile([pattern for pattern, _, _ in lifts])
        # Most of all time. Who edits a text has most of its sentences read again unchanged.
        self.tokens = lru_cache(maxsize=4096)(self._tokens)
        self.tokens_of_word = lru_cache(maxsize=8192)(words.tokens)
        self._weighed = lru_cache(maxsize=4096)(self._weigh)
        self.lifts = lru_cache(maxsize=4096)(self._lifts)

    def _tokens(self, text: str) -> frozenset[str]:
        """The patterns and classes that the text holds."""
        folded = _FOLDED.search(text)
        found = set[str]() if folded else set[str]().union(*map(self.tokens_of_word, set(_WORD.findall(text))))
        encoded = text.encode()  # once, and not for every set
        for compiled, tokens in self._sets_with_words if folded else self.sets:
            found.update(*(tokens[at] for at in compiled.Match(encoded) or ()))
        return frozenset(found)

    @cached_property
    def _sets_with_words(self) -> list[tuple[Any, list[set[str]]]]:
        return _sets(self.tokens_of)

    def _lifts(self, heading: str) -> Mapping[str, float]:
        """What a heading adds to which criterion."""
        found: dict[str, float] = {}
        for at in self.heading_set.Match(heading) or ():
            _, criterion, weight = self.heading_lifts[at]
            found[criterion] = max(weight, found.get(criterion, 0.0))
        return found

    def weigh(self, text: str, tokens: frozenset[str]) -> dict[tuple[str, str], float]:
        """The weight of the text's own cues for each criterion and value."""
        return self._weighed(text, tokens).copy()

    def _weigh(self, text: str, tokens: frozenset[str]) -> dict[tuple[str, str], float]:
        weights: dict[tuple[str, str], float] = defaultdict(float)
        denied = self._denied(text) if tokens & {"@negation", "@absence"} else ()
        for token in sorted(tokens):  # weights that add up in another order may differ in the last digit
            for rule in self.rules.get(token, ()):
                if not tokens.issuperset(rule.needs) or not tokens.isdisjoint(rule.bans):
                    continue
                if not (denied and self._denier(rule, text, denied)):
                    weights[rule.criterion, rule.value] += rule.weight
        return weights

    def denial(self, text: str, criterion: str, value: str) -> str:
        """The words that take away a cue for this value; empty where none is taken."""
        denied, tokens = self._denied(text), self.tokens(text)
        rules = [r for token in tokens for r in self.rules.get(token, ()) if tokens.issuperset(r.needs)]
        mine = (self._denier(r, text, denied) for r in rules if (r.criterion, r.value) == (criterion, value))
        return next((text[start:end] for start, end in filter(None, mine)), "")

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

    def _denier(self, rule: _Rule, text: str, denied: tuple[tuple[int, int, int, int], ...]) -> tuple[int, int] | None:
        """The span of the negation that takes the cue away, if one does."""
        parts = [(part, self._find(part, text)) for part in (rule.first, *rule.needs)]
        # A cue that needs the negation ("cannot scale") means it; one whose gap merely runs over it does not.
        meant = [
            span
            for part, spans in parts
            for span in spans
            if not self._find(part, without_negations(text[slice(*span)]))
        ]
        reach = [
            (low, high, start, end)
            for low, high, start, end in denied
            if not any(left <= start and end <= right for left, right in meant)
        ]
        for _, spans in parts:
            found = [
                next(((s, e) for low, high, s, e in reach if low <= left < high or left <= s < right), None)
                for left, right in spans
            ]
            if found and all(found):
                return found[0]
        return None

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
    return _Rule(criterion, value, cue.weight, needs[0], tuple(needs[1:]), bans)


def _options() -> Any:
    import re2  # here, because scoring a stored record needs no pattern

    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.max_mem = 128 << 20  # one automaton for all patterns; the default falls back to a slow one
    return options


def _sets(tokens_of: Mapping[str, set[str]]) -> list[tuple[Any, list[set[str]]]]:
    """All patterns in few automata, each with its patterns' tokens.

    Patterns with gaps multiply each other's states, so they stand in small sets.
    """
    gaps: list[str] = []
    plain: list[str] = []
    for pattern in sorted(tokens_of):  # what begins alike shares its states
        without_endings = pattern.replace(r"\w*", "")
        (gaps if any(gap in without_endings for gap in _GAPS) else plain).append(pattern)
    chunks = [group[at : at + size] for group, size in ((plain, 200), (gaps, 32)) for at in range(0, len(group), size)]
    return [(_compile(chunk), [tokens_of[pattern] for pattern in chunk]) for chunk in chunks]


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
