"""What in a text may never count: characters that nobody sees, template left-overs, and words to the reviewer."""

import base64
import binascii
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from reviewer.domain.document import Region, RegionKind
from reviewer.domain.waivers import directives
from reviewer.parse.draft import PLACEHOLDER, Draft

_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_RUN = re.compile(f"[{_UNSEEN}\U000e0000-\U000e0fff]+")
_LONG_RUN = re.compile(f"[{_UNSEEN}\U000e0000-\U000e0fff]{{3,}}")
MOST_HIDDEN = 20_000  # places; each is told, and no program that people write with makes so many
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_FLAG = "\U0001f3f4"  # England, Scotland and Wales are spelled in tag characters
_REVERSED = re.compile("[\u202d\u202e][^\n\u202c]*\u202c?")
# Letters that look like others: an attack's way around a word list. One for one, so that offsets stay.
_ALIKE = dict(
    zip(
        "аеорсухіјѕһԁӏЕОРСТХАВМКНοαιεΟΑΙΕΤΗ’‘“”\u00a0\u2002\u2003\u2009\u202f\u3000"
        + "".join(map(chr, range(0xFF01, 0xFF5F))),
        "aeopcyxijshdlEOPCTXABMKHoaieOAIETH''\"\"      " + "".join(map(chr, range(0x21, 0x7F))),
        strict=True,
    )
)
_ALIKE |= dict(zip("ІЅЈіᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "ISJiabcdefghijklmnoprstuvwyz", strict=True))
_ALIKE |= {
    letter: plain
    for letter in map(chr, range(0x1D400, 0x1D800))  # bold, script, double-struck
    if (plain := unicodedata.normalize("NFKC", letter)).isascii()
}
_ALIKE_ANY = re.compile("[" + "".join(_ALIKE) + "]")
_BASE64 = re.compile(r"(?<![\w/+])[A-Za-z0-9+/]{28,4000}={0,2}(?![\w/+])")
_BASE64_MOST = 50
_BEFORE = (". ", "! ", "? ", ".\n", "!\n", "?\n", "\n\n", "。", "\n- ", "\n* ", "|")
_BEFORE_ALL = " \t\r\n.!?:;,|>+-–—"
_AFTER = re.compile(r"[.!?。！？]+[\"'”’)*_]*(?=\s|$)|\n\n|\n[-*]\s|\||$")
_OPENS = re.compile(r"[\"'“‘`「『]\W*.?$")
_LONGEST = 2000
_MOST = 1000  # hits of one kind
_AROUND = 400  # characters on each side in which a text says that it quotes an attack


def too_much_hidden(draft: Draft) -> bool:
    """Are there more hidden places than a person could look at?"""
    runs = sum(1 for _ in islice(_LONG_RUN.finditer(draft.text), MOST_HIDDEN + 1))
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
        *_merged("addressed", _addressed(draft)),
    ]
    return tuple(sorted(found, key=lambda region: (region.start, region.end, region.kind)))


def _waivers(draft: Draft) -> Iterator[tuple[int, int, str]]:
    for found in directives(draft.text):
        block = _block(draft, found.start)
        if not block or block[2] != "code":  # an example of how to write one
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


@cache
def _phrases() -> dict[str, Any]:
    """phrases.toml, its patterns compiled."""
    import tomllib

    table = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))
    words: dict[str, str] = {}

    def spelled(pattern: str) -> str:
        return re.sub(r"%(\w+)%", lambda name: words[name[1]], re.sub(r"\n\s*", "", pattern))

    for name, pattern in table["words"].items():
        words[name] = spelled(pattern)
    for kind in ("addressed", "template"):
        table[kind] = {why: _compiled([spelled(one) for one in patterns]) for why, patterns in table[kind].items()}
    table["guards"]["attack"] = _compiled([spelled(table["guards"]["attack"])])
    return table


def _compiled(patterns: list[str]) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 64 << 20
    return re2.compile("(?m)" + "|".join(f"(?:{pattern})" for pattern in patterns), options)


def _addressed(draft: Draft) -> Iterator[tuple[int, int, str]]:
    text, guards = draft.text, _phrases()["guards"]
    folded, offsets = _folded(text)
    for why, start, end in _hits("addressed", folded):
        if offsets:
            start, end = offsets[start], offsets[end]
        block = _block(draft, start)
        if block and block[2] == "code" and why not in guards["in_code"]:
            continue
        low, high = _sentence(text, start, end, block)
        if _OPENS.search(text, max(low, start - 3), start + 1):
            around = block[:2] if block else (low, high)
            if guards["attack"].search(text[max(around[0], low - _AROUND) : min(around[1], high + _AROUND)]):
                continue
        yield low, high, why
    for number, token in enumerate(_BASE64.finditer(text)):
        if number >= _BASE64_MOST:
            break
        if any(True for _ in _hits("addressed", _plain(token[0]))):
            yield *token.span(), "an encoded message to the reviewer"


def _template(draft: Draft) -> Iterator[tuple[int, int, str]]:
    text = draft.text
    hidden = sorted(draft.hidden)
    for why, start, end in _hits("template", text):
        block = _block(draft, start)
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
            yield *_sentence(text, start, end, block), why
        else:
            yield start, max(end, _sentence(text, start, end, block)[1]), why


def _goes_on(text: str, first: int, start: int) -> bool:
    """Is this a wrapped line's beginning, in the middle of a sentence?"""
    before = text[max(first, start - _LONGEST) : start].rstrip(" >*_|+-")
    return before.endswith("\n") and before.rstrip()[-1:] not in (*".!?:;)]*_|。", "")


def _hits(kind: str, text: str) -> Iterator[tuple[str, int, int]]:
    for why, pattern in _phrases()[kind].items():
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


def _block(draft: Draft, at: int) -> tuple[int, int, Any, str] | None:
    index = bisect_right(draft.blocks, at, key=lambda block: block[0]) - 1
    return draft.blocks[index] if index >= 0 and at < draft.blocks[index][1] else None


def _sentence(text: str, start: int, end: int, block: tuple[int, int, Any, str] | None) -> tuple[int, int]:
    """The sentence around a match, within its block or line."""
    if block and block[2] not in ("code", "html"):
        first, last = block[0], max(block[1], end)
    else:
        first = text.rfind("\n", max(0, start - _LONGEST), start) + 1 or max(0, start - _LONGEST)
        last = text.find("\n", end, end + _LONGEST)
        last = min(len(text), end + _LONGEST) if last < 0 else last
    # No sentence is longer; a text of one line and many matches would be read as often as it has them.
    first, last = max(first, start - _LONGEST), min(last, end + _LONGEST)
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


def _folded(text: str) -> tuple[str, list[int] | None]:
    """The text with look-alikes made plain and invisible characters gone, and where each character was."""
    if not text.isascii():
        text = _ALIKE_ANY.sub(lambda alike: _ALIKE[alike[0]], text)
        if _RUN.search(text):
            offsets = [i for i, c in enumerate(text) if not _RUN.match(c)]
            return "".join(text[i] for i in offsets), [*offsets, len(text)]
    return text, None


def _plain(token: str) -> str:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4)).decode("utf-8", "ignore")
    except (binascii.Error, ValueError):
        return ""
