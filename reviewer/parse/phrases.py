"""phrases.toml: where its patterns stand in a text, and the sentence around such a place."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewer.parse.draft import Draft
from reviewer.parse.folded import ALIKE

if TYPE_CHECKING:
    from reviewer.domain.document import BlockKind

_BEFORE = (". ", "! ", "? ", ".\n", "!\n", "?\n", "\n\n", "。", "\n- ", "\n* ", "|")
_BEFORE_ALL = " \t\r\n.!?:;,|>+-–—"
_AFTER = re.compile(r"[.!?。！？]+[\"'”’)*_]*(?=\s|$)|\n\n|\n[-*]\s|\||$")
LONGEST = 2000  # characters of a sentence
_MOST = 1000  # hits of one kind


@cache
def phrases() -> dict[str, Any]:
    """The file, its patterns compiled."""
    import tomllib

    table = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))
    words: dict[str, str] = {}

    def spelled(pattern: str) -> str:
        return re.sub(r"%(\w+)%", lambda name: words[name[1]], re.sub(r"\n\s*", "", pattern))

    for name, pattern in table["words"].items():
        words[name] = spelled(pattern)
    for row in table["languages"].values():
        drop, old, orders = ("".join(ALIKE.get(letter, letter) for letter in part) for part in row)  # as texts are
        before = rf"(?:(?:{old})\s+(?:\S+\s+)?(?:{orders})|(?:{orders})\s+(?:\S+\s+){{0,2}}?(?:{old}))"
        table["addressed"]["an order to set instructions aside"] += (
            rf"%go%(?:{drop})\s+(?:\S+\s+){{0,4}}?{before}",
            rf"%go%(?:\S+\s+){{0,3}}?{before}\s+(?:\S+\s+){{0,2}}?(?:{drop})",  # where the verb comes last
        )
    for kind in ("addressed", "template"):
        table[kind] = {why: compiled([spelled(one) for one in patterns]) for why, patterns in table[kind].items()}
    for name, pattern in table["guards"].items():
        if isinstance(pattern, str):
            table["guards"][name] = compiled([spelled(pattern)])
    return table


def compiled(patterns: list[str]) -> Any:
    """One pattern of all, for RE2, which takes a time that is linear in the text's length."""
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 64 << 20
    return re2.compile("(?m)" + "|".join(f"(?:{pattern})" for pattern in patterns), options)


def hits(kind: str, text: str) -> Iterator[tuple[str, int, int]]:
    """Why, and where, a text holds a phrase of this kind."""
    for why, pattern in phrases()[kind].items():
        for number, found in enumerate(pattern.finditer(text)):
            start, end = found.span()
            if number == _MOST:  # nobody reads on, and neither do we
                yield why, start, len(text)
                break
            # A pattern may begin with the end of the clause before.
            while start < end and text[start] in _BEFORE_ALL:
                start += 1
            while start < end and text[end - 1] in "\r\n\t |":
                end -= 1
            yield why, start, end


def block_at(draft: Draft, at: int) -> "tuple[int, int, BlockKind, str] | None":
    """The block around a place."""
    index = bisect_right(draft.blocks, at, key=lambda block: block[0]) - 1
    return draft.blocks[index] if index >= 0 and at < draft.blocks[index][1] else None


def sentence(text: str, start: int, end: int, block: "tuple[int, int, BlockKind, str] | None") -> tuple[int, int]:
    """The sentence around a match, within its block or line."""
    if block and block[2] not in ("code", "html"):
        first, last = block[0], max(block[1], end)
    else:
        first = text.rfind("\n", max(0, start - LONGEST), start) + 1 or max(0, start - LONGEST)
        last = text.find("\n", end, end + LONGEST)
        last = min(len(text), end + LONGEST) if last < 0 else last
    # No sentence is longer; a text of one line and many matches would be read as often as it has them.
    first, last = max(first, start - LONGEST), min(last, end + LONGEST)
    low = first
    for mark in _BEFORE:
        at = text.rfind(mark, first, start)
        low = max(low, at + len(mark) if at >= 0 else first)
    stop = _AFTER.search(text, max(start, end - 1), last)
    high = min(last, max(end, stop.end() if stop else last))
    while low < high and text[low] in " \t\r\n":
        low += 1
    while high > low and text[high - 1] in " \t\r\n|":
        high -= 1
    return low, high
