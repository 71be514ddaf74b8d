"""Words to a reviewer: found as a courtesy, in whatever letters and alphabet they are written."""

import re
from collections.abc import Iterator

from reviewer.parse.draft import Draft
from reviewer.parse.encoded import spelled_out
from reviewer.parse.folded import folded
from reviewer.parse.phrases import LONGEST, block_at, hits, phrases, sentence

_AROUND = 400  # characters on each side in which a text says that it quotes an attack
_BEFORE = 60  # and before a quotation, in which it says that it quotes somebody
_QUOTED = re.compile(
    r"(?<!\w)(?:\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|‘[^’\n]{1,400}’|'[^\n]{1,400}?'(?![A-Za-z0-9])|`[^`\n]{1,400}`"
    r"|「[^」\n]{1,400}」|『[^』\n]{1,400}』)"
)


def addressed(draft: Draft) -> Iterator[tuple[int, int, str]]:
    """The sentences that speak to a reviewer, and how."""
    text, in_code = draft.text, phrases()["guards"]["in_code"]
    plain, place = folded(text)
    for why, begin, stop in hits("addressed", plain):
        start, end = place(begin), place(stop)
        block = block_at(draft, start)
        if block and block[2] == "code" and why not in in_code:
            continue
        low, high = sentence(text, start, end, block)
        if not _mentioned(text, start, (low, high), block[:2] if block else (low, high), why):
            yield low, high, why
    for start, end, said in spelled_out(text):
        if any(hits("addressed", folded(said)[0])):
            low, high = sentence(text, start, end, block := block_at(draft, start))
            if not _mentioned(text, start, (low, high), block[:2] if block else (low, high), ""):
                yield low, high, "an encoded message to the reviewer"


def _mentioned(text: str, start: int, said: tuple[int, int], block: tuple[int, int], why: str) -> bool:
    """Does the text only speak of such words: in quotation marks, and as somebody's, or as an attack?"""
    guards, (low, high) = phrases()["guards"], said
    around = text[max(block[0], low - _AROUND) : min(block[1], high + _AROUND)]
    if why == "chat control tokens" and guards["tokens"].search(text[max(block[0], low - _BEFORE) : high + _BEFORE]):
        return True
    line = text.rfind("\n", max(0, start - LONGEST), start) + 1 or max(0, start - LONGEST)
    stop = text.find("\n", start, start + LONGEST)
    for quoted in _QUOTED.finditer(text, line, stop if stop >= 0 else min(len(text), start + LONGEST)):
        if quoted.start() <= start < quoted.end():
            before, after = text[max(line, quoted.start() - _BEFORE) : quoted.start()], text[quoted.end() :][:20]
            return bool(
                guards["attack"].search(around)
                or guards["reported"].search(before)
                or guards["reported_after"].search(after)
            )
    return False
