"""One quote in one document: where it stands, or why it does not count."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Literal

from reviewer.domain import Document, Evidence, Rejection
from reviewer.ground.clause import denied
from reviewer.ground.index import Index, Places, folded
from reviewer.rubric.numbers import parse_numbers
from reviewer.rubric.reasons import REGIONS

LONGEST = 600  # characters; more is no sentence that anybody could check
SHORTEST = 12
SHORTEST_KOREAN = 6  # a Hangul syllable says as much as two or three letters
MOST_BLOCKS = 4  # a sentence with its list; more is a heap of text
ABSENT = "not in the text"  # the reason that asking again may put right
MOST_PLACES = 40  # of one quote that are looked at before it is given up

_BESIDE = 40  # characters that tell what a figure belongs to
_APART = 3_000  # characters between the halves of a quote with an ellipsis, and these

Match = Literal["exact", "normalised"]
Found = tuple[int, int, Match]

_ELLIPSIS = re.compile(r"\s*(?:\[\.\.\.\]|\(\.\.\.\)|\.\.\.)\s*")
# Marks that an extractor keeps where the index, which sees the lines, has none: "- one - two" quotes a list of two
# items, "[a paper]" the text of a link.
_INNER_MARKS = re.compile(r"(?:(?<=\s)|^)(?:[-*+•>|]|#{1,6}|\[[ xX]\])\s+|\[(?=[^\[\]]+\])|(?<=[\w).])\](?=\W|$)")
_WORDS_BEFORE = re.compile(r"(?:[^\W_][\w.'’-]*[ ]){1,3}$")
_WORDS_AFTER = re.compile(r"(?:[ ][^\W_][\w.'’-]*){1,3}")
# What belongs to a figure: without it, another one would be quoted.
_FIGURE_BEFORE = re.compile(r"(?:\d[.,:/^–-]|\d\s?[~×]\s?|(?:^|[\s(\[|=:~])[-−±])$")
_FIGURE_AFTER = re.compile(
    r"[.,:/^]\d|\s?[~×–-]\s?\d|[백천만억조]"
    r"|\s?(?:%|‰|percent|per cent|퍼센트|hundred|thousand|million|billion|trillion)",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}[ \u00a0]\d{3}(?!\d)")


def locate(quote: str, places: Places) -> tuple[Evidence, ...] | Rejection:
    """The quote's spans in the document (two for one with an ellipsis), or why it earns nothing."""
    if quote not in places.located:
        places.located[quote] = _locate(quote, places)
    return places.located[quote]


def _locate(quote: str, places: Places) -> tuple[Evidence, ...] | Rejection:
    quote = quote.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be stored
    bare = quote.strip().strip('"“”').strip()
    if why := _unfit(bare):
        return Rejection(quote=quote[:LONGEST], why=why)
    first_why = ""
    for spans in islice(_found(bare, places), MOST_PLACES):
        why = next((why for start, end, _ in spans if (why := _refused(start, end, places))), None)
        if why is None:
            return tuple(_evidence(span, places.document) for span in spans)
        first_why = first_why or why
    if first_why:
        return Rejection(quote=quote, why=first_why)
    return Rejection(quote=quote, why=ABSENT, nearest=_nearest(folded(bare)[0], places))


def _unfit(quote: str) -> str | None:
    if len(quote) > LONGEST:
        return f"longer than {LONGEST} characters"
    korean = not quote.isascii() and any("가" <= c <= "힣" for c in quote)
    shortest = SHORTEST_KOREAN if korean else SHORTEST
    return f"shorter than {shortest} characters" if len(quote) < shortest else None


def _found(quote: str, places: Places) -> Iterator[tuple[Found, ...]]:
    """Every place where the quote stands."""
    text = places.document.text
    needle, skipped = folded(quote)
    for index in places.indexes():
        for wanted in _unmarked(needle):
            for at in _occurrences(wanted, index.text):
                start, end = index.span(at, at + len(wanted))
                # The target of a link is skipped on both sides; another target is another quote.
                targets = [text.find(part, start, end + len(part) + 4) for part in skipped]
                if -1 not in targets:
                    end = max([end, *(at + len(part) for at, part in zip(targets, skipped, strict=True))])
                    yield ((start, end, "exact" if text[start:end] == quote else "normalised"),)
        yield from _halves(needle, index, places.document)
    # What folding takes away can be quoted, too: an address, a rule, a line of code, "a + b" in a list.
    for at in _occurrences(quote, text):
        yield ((at, at + len(quote), "exact"),)


def _unmarked(needle: str) -> Iterator[str]:
    """The quote, then, if it has marks that the index has not, without them."""
    yield needle
    if (bare := _INNER_MARKS.sub("", needle)) != needle:
        yield bare


def _halves(needle: str, index: Index, document: Document) -> Iterator[tuple[Found, ...]]:
    """A quote with an ellipsis: two quotes, in order, in one block."""
    parts = _ELLIPSIS.split(needle)
    if len(parts) != 2 or any(_unfit(part) for part in parts):
        return
    first, second = parts
    for at in _occurrences(first, index.text):
        start, end = index.span(at, at + len(first))
        block = document.block_at(start)
        for later in _occurrences(second, index.text, at + len(first), at + _APART):
            low, high = index.span(later, later + len(second))
            if block is None or high > block.end:
                break
            yield (start, end, "normalised"), (low, high, "normalised")


def _occurrences(needle: str, text: str, start: int = 0, stop: int | None = None) -> Iterator[int]:
    at = text.find(needle, start, stop) if needle else -1
    while at >= 0:
        if _whole(text, at, at + len(needle)):
            yield at
        at = text.find(needle, at + 1, stop)


def _whole(text: str, start: int, end: int) -> bool:
    """Neither end cuts a word or a figure: "5 %" is not in "95 %", nor "1,000" in "21,000", nor "95" in "95 %"."""
    before, after = text[max(0, start - 5) : start], text[end : end + 10]
    first, last = text[start], text[end - 1]
    if before and _word(before[-1]) and _word(first):
        return False
    if first.isdigit() and (_FIGURE_BEFORE.search(before) or _parts_thousands(text, start)):
        return False
    if last.isdigit() and (_FIGURE_AFTER.match(after) or _parts_thousands(text, end)):
        return False
    # Korean particles follow a word without a space; the word itself is whole.
    return not (after and _word(last) and _word(after[0])) or "가" <= after[0] <= "힣"


def _parts_thousands(text: str, at: int) -> bool:
    """Does this place part "12 000"?"""
    around = _THOUSANDS.search(text, max(0, at - 4), at + 5)
    return around is not None and around.start() < at < around.end()


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _parts_figure(start: int, end: int, text: str) -> bool:
    """Is the figure at the quote's border none in the text? "Part 6" counts nothing, "12 March" neither."""
    first, last = text[start : min(end, start + _BESIDE)], text[max(start, end - _BESIDE) : end]
    before = _WORDS_BEFORE.search(text, max(0, start - _BESIDE), start) if first[0].isdigit() else None
    after = _WORDS_AFTER.match(text, end) if last[-1].isdigit() else None
    return (before is not None and _lost(before[0], first)) or (after is not None and _lost(last, after[0]))


def _lost(before: str, after: str) -> bool:
    return len(parse_numbers(before + after)) < len(parse_numbers(before)) + len(parse_numbers(after))


def _refused(start: int, end: int, places: Places) -> str | None:
    if kind := places.region(start, end):
        return REGIONS[kind]
    first, last = places.blocks(start, end)
    if last - first >= MOST_BLOCKS:
        return "runs over too much of the document"
    if why := places.unreal(start, end):
        return why
    if _parts_figure(start, end, places.document.text):
        return "parts a figure from what it belongs to"
    return denied(start, end, first, last, places.document)


def _evidence(found: Found, document: Document) -> Evidence:
    start, end, match = found
    block, section = document.block_at(start), document.section_at(start)
    heading = section.heading if section else ""
    own = block.place if block else ""
    # A Word file's places begin with the heading themselves.
    place = own if heading and own.startswith(heading) else " · ".join(filter(None, (heading, own)))
    return Evidence(
        quote=document.text[start:end],
        start=start,
        end=end,
        line=document.line(start),
        place=place,
        match=match,
    )


_PAIRS = 4  # of neighbouring words that are looked up to find the nearest sentence
_SENTENCE_END = re.compile(r"[.!?。]\s|\n\s*\n|\|\s*\n")


def _nearest(needle: str, places: Places) -> str:
    """The sentence that shares most pairs of words with the quote, for people to compare; it earns nothing."""
    words = needle.split()
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    votes: dict[tuple[int, int], int] = {}
    for pair in pairs[:: max(1, len(pairs) // _PAIRS)]:
        seen = set()
        for at in islice(_occurrences(pair, places.index.text), 3):
            seen.add(_sentence(places.index.span(at, at + 1)[0], places))
        for sentence in seen:
            votes[sentence] = votes.get(sentence, 0) + 1
    if not votes:
        return ""
    start, end = max(votes, key=lambda sentence: (votes[sentence], -sentence[0]))
    return places.document.text[start:end].strip() if not places.region(start, end) else ""


def _sentence(at: int, places: Places) -> tuple[int, int]:
    text, block = places.document.text, places.document.block_at(at)
    low, high = (block.start, block.end) if block else (at, at + LONGEST)
    low, high = max(low, at - LONGEST), min(high, at + LONGEST)
    start = max((stop.end() for stop in _SENTENCE_END.finditer(text, low, at)), default=low)
    stop = _SENTENCE_END.search(text, at, high)
    return start, stop.start() + 1 if stop else high
