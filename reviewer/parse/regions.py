"""What in a text may never count: characters that nobody sees, template left-overs, and words to the reviewer."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from reviewer.domain.document import Region, RegionKind
from reviewer.domain.waivers import directives
from reviewer.parse.addressed import addressed
from reviewer.parse.draft import PLACEHOLDER, Draft
from reviewer.parse.folded import UNSEEN
from reviewer.parse.phrases import LONGEST, block_at, hits, sentence

_RUN = re.compile(f"[{UNSEEN}]+")
_LONG_RUN = re.compile(f"[{UNSEEN}]{{3,}}")
MOST_HIDDEN = 20_000  # places; each is told, and no program that people write with makes so many
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_FLAG = "\U0001f3f4"  # England, Scotland and Wales are spelled in tag characters
_REVERSED = re.compile("[\u202d\u202e][^\n\u202c]*\u202c?")


def too_much_hidden(draft: Draft) -> bool:
    """Are there more hidden places than a person could look at?"""
    runs = 0 if draft.text.isascii() else sum(1 for _ in islice(_LONG_RUN.finditer(draft.text), MOST_HIDDEN + 1))
    return len(draft.hidden) + runs > MOST_HIDDEN


def regions(draft: Draft) -> tuple[Region, ...]:
    """All regions of a draft, by start; those of one kind do not overlap."""
    waivers = list(_waivers(draft))
    if waivers:  # what they say is a waiver and nothing else
        starts = {start for start, _, _ in waivers}
        hidden = [span for span in draft.hidden if span[0] not in starts]
        draft = replace(draft, text=_blanked(draft.text, waivers), hidden=hidden)
    prompts = [span for span in draft.hidden if span[2] == PLACEHOLDER]
    hidden = [*(span for span in draft.hidden if span[2] != PLACEHOLDER), *_unseen(draft.text)]
    found = [
        *_merged("waiver", waivers),
        *_merged("hidden", hidden),
        *_merged("template", [*prompts, *_template(draft)]),
        *_merged("addressed", addressed(draft)),
    ]
    return tuple(sorted(found, key=lambda region: (region.start, region.end, region.kind)))


def _waivers(draft: Draft) -> Iterator[tuple[int, int, str]]:
    for found in directives(draft.text):
        block = block_at(draft, found.start)
        line = draft.text.rfind("\n", 0, found.start) + 1
        quoted = draft.text.count("`", line, found.start) % 2 == 1
        if not quoted and (not block or block[2] != "code"):  # else an example of how to write one
            yield found.start, found.end, "a waiver"


def _blanked(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, _ in spans:
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def _merged(kind: RegionKind, spans: Iterable[tuple[int, int, str]]) -> Iterator[Region]:
    last: list[Any] = []
    for start, end, why in sorted(spans):
        if last and start < last[1]:
            last[1] = max(last[1], end)
            continue
        if last:
            yield Region(start=last[0], end=last[1], kind=kind, why=last[2])
        last = [start, end, why]
    if last:
        yield Region(start=last[0], end=last[1], kind=kind, why=last[2])


def _unseen(text: str) -> Iterator[tuple[int, int, str]]:
    if text.isascii():
        return
    for run in _RUN.finditer(text):
        start, end = run.span()
        tags = "".join(chr(ord(c) - 0xE0000) for c in "".join(_TAGS.findall(run[0])))
        if tags and text[max(0, start - 1) : start] != _FLAG:
            yield start, end, f'tag characters that spell "{tags[:120]}"'
        elif end - start > 2 and not tags:  # one or two come from emoji, Hangul and web pages
            yield start, end, f"{end - start} invisible characters"
    for run in _REVERSED.finditer(text):
        if run.end() - run.start() > 2:
            yield run.start(), run.end(), "text shown in another order than it is read"


def _template(draft: Draft) -> Iterator[tuple[int, int, str]]:
    text = draft.text
    hidden = sorted(draft.hidden)
    for why, start, end in hits("template", text):
        block = block_at(draft, start)
        at = bisect_right(hidden, (start, len(text))) - 1
        if at >= 0 and start < hidden[at][1]:
            yield *hidden[at][:2], why  # a comment that holds an instruction is one
        elif block and (block[2] in ("code", "front_matter", "heading") or _goes_on(text, block[0], start)):
            continue
        elif why == "a placeholder":
            # Else a link, a link's label, or a path.
            if text[end : end + 1] not in ("(", ":", "[", "/") and text[start - 1 : start] not in ("/", "`", "]"):
                yield start, end, why
        elif text[start] in "([" or text[end - 1] in ")]":
            yield start, end, why
        elif why == "filler":
            yield *sentence(text, start, end, block), why
        else:
            yield start, max(end, sentence(text, start, end, block)[1]), why


def _goes_on(text: str, first: int, start: int) -> bool:
    """Is this a wrapped line's beginning, in the middle of a sentence?"""
    before = text[max(first, start - LONGEST) : start].rstrip(" >*_|+-")
    return before.endswith("\n") and before.rstrip()[-1:] not in (*".!?:;)]*_|。", "")
