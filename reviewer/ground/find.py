"""One quote in one document: where it stands, or why it does not count."""

import re
from collections.abc import Iterator
from typing import Literal

from reviewer.domain import Document, Evidence, Rejection
from reviewer.ground.index import Index, folded
from reviewer.rubric.negation import negations

LONGEST = 600  # characters; more is no sentence that anybody could check
SHORTEST = 12
SHORTEST_KOREAN = 6  # a Hangul syllable says as much as two or three letters

Match = Literal["exact", "normalised"]
Found = tuple[int, int, Match]

_CLAUSE = 200  # characters beside a quote that its clause can reach
_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|\[\.\.\.\]|\(\.\.\.\))\s*")
_CLAUSE_END = re.compile(
    r"[|()]|[.!?。;:]\s|[,，](?:\s|$)|\n|\b(?:but|although|though|while|whereas|however)\b|지만|으나"
)


def locate(quote: str, document: Document, index: Index) -> tuple[Evidence, ...] | Rejection:
    """The quote's spans in the document (two for one with an ellipsis), or why it earns nothing."""
    bare = quote.strip().strip('"“”').strip()
    if why := _unfit(bare):
        return Rejection(quote=quote[:LONGEST], why=why)
    reasons: list[str] = []
    for spans in _places(bare, document, index):
        why = next((w for start, end, _ in spans if (w := _refused(start, end, document))), None)
        if why is None:
            return tuple(_evidence(span, document) for span in spans)
        reasons.append(why)
    if reasons:
        return Rejection(quote=quote, why=reasons[0])
    return Rejection(quote=quote, why="not in the text", nearest=_nearest(bare, document))


def _unfit(quote: str) -> str | None:
    shortest = SHORTEST_KOREAN if any("가" <= c <= "힣" for c in quote) else SHORTEST
    if len(quote) < shortest:
        return f"shorter than {shortest} characters"
    if len(quote) > LONGEST:
        return f"longer than {LONGEST} characters"
    return None


def _places(quote: str, document: Document, index: Index) -> Iterator[tuple[Found, ...]]:
    """Every place where the quote stands, the exact ones first."""
    start = document.text.find(quote)
    while start >= 0:
        if _whole(document.text, start, start + len(quote)):
            yield ((start, start + len(quote), "exact"),)
        start = document.text.find(quote, start + 1)
    needle = folded(quote)
    for at in _occurrences(needle, index.text):
        yield ((*index.span(at, at + len(needle)), "normalised"),)
    parts = [part for part in _ELLIPSIS.split(needle) if part]
    if len(parts) == 2 and all(_unfit(part) is None for part in parts):
        first, second = parts
        for at in _occurrences(first, index.text):
            start, end = index.span(at, at + len(first))
            block = document.block_at(start)
            for later in _occurrences(second, index.text, at + len(first)):
                span = index.span(later, later + len(second))
                if block is None or span[1] > block.end:
                    break
                yield (start, end, "normalised"), (*span, "normalised")


def _occurrences(needle: str, text: str, start: int = 0) -> Iterator[int]:
    at = text.find(needle, start) if needle else -1
    while at >= 0:
        if _whole(text, at, at + len(needle)):
            yield at
        at = text.find(needle, at + 1)


def _whole(text: str, start: int, end: int) -> bool:
    """Neither end cuts a word or a figure: "5 %" is not in "95 %", nor "1,000" in "21,000" or "1,000.5"."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    first, last = text[start], text[end - 1]
    if before and _word(before[-1]) and _word(first):
        return False
    if after and _word(last) and _word(after[0]):
        # Korean particles follow a word without a space; the word itself is whole.
        return not after[0].isdigit() and _hangul(after[0])
    if first.isdigit() and len(before) == 2 and before[1] in ".,-−±" and before[0].isdigit():
        return False
    if first.isdigit() and before and before[-1] in "-−<>≤≥~±" and not before[:-1].strip():
        return False
    return not (last.isdigit() and len(after) == 2 and after[0] in ".," and after[1].isdigit())


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _hangul(char: str) -> bool:
    return "가" <= char <= "힣"


def _refused(start: int, end: int, document: Document) -> str | None:
    for region in document.regions:
        if region.start < end and start < region.end:
            return {
                "hidden": "text that a reader does not see",
                "template": "left over from a template",
                "addressed": "addressed to a reviewer",
            }[region.kind]
    if _spread(start, end, document) > MOST_BLOCKS:
        return "runs over too much of the document"
    if _denied(start, end, document):
        return "denied in the same clause"
    return None


MOST_BLOCKS = 4  # a sentence with its list; more is a heap of text


def _spread(start: int, end: int, document: Document) -> int:
    return sum(1 for block in document.blocks if block.start < end and start < block.end)


def _denied(start: int, end: int, document: Document) -> bool:
    """Is there a negation in the clause, outside the quote? A clause ends with its block at the latest."""
    block = document.block_at(start)
    last = document.block_at(end - 1)
    lead = document.text[max(block.start if block else 0, start - _CLAUSE) : start]
    tail = document.text[end : min(last.end if last else len(document.text), end + _CLAUSE)]
    if document.text[end - 1] in ".!?。;|":
        tail = ""
    begin = max((stop.end() for stop in _CLAUSE_END.finditer(lead)), default=0)
    after = _CLAUSE_END.search(tail)
    return any(negations(lead[begin:])) or any(negations(tail[: after.start()] if after else tail))


def _evidence(found: Found, document: Document) -> Evidence:
    start, end, match = found
    block, section = document.block_at(start), document.section_at(start)
    heading = section.heading if section else ""
    place = " · ".join(part for part in (heading, block.place if block else "") if part)
    return Evidence(
        quote=document.text[start:end],
        start=start,
        end=end,
        line=document.line(start),
        place=place,
        match=match,
    )


def _nearest(quote: str, document: Document) -> str:
    """The sentence that is most like the quote, for people to compare; it earns nothing."""
    from rapidfuzz import fuzz, process

    sentences = [document.text[s.start : s.end] for s in document.sentences]
    best = process.extractOne(quote, sentences, scorer=fuzz.token_set_ratio, score_cutoff=60)
    return best[0] if best else ""
