"""A text in plain letters: look-alikes, accents, marks and unseen characters are a way around a word list."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable

# Characters that nobody sees.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
# Letters that look like others; one for one, so that offsets stay.
ALIKE = dict(
    zip(
        "аеорсухіјѕһԁӏЕОРСТХАВМКНοαιεΟΑΙΕΤΗ’‘“”\u00a0\u2002\u2003\u2009\u202f\u3000"
        + "".join(map(chr, range(0xFF01, 0xFF5F))),
        "aeopcyxijshdlEOPCTXABMKHoaieOAIETH''\"\"      " + "".join(map(chr, range(0x21, 0x7F))),
        strict=True,
    )
)
ALIKE |= dict(zip("ІЅЈіᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "ISJiabcdefghijklmnoprstuvwyz", strict=True))
for _first in (0x1F130, 0x1F150, 0x1F170):  # in squares and circles, black and white
    ALIKE |= {chr(_first + n): chr(ord("a") + n) for n in range(26)}
ALIKE |= {
    letter: plain
    for letter in map(
        chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0x24B6, 0x24EA), *range(0x1D400, 0x1D800))
    )
    if (plain := unicodedata.normalize("NFKD", letter)[:1]).isascii()  # with an accent, in a circle, bold, script
}
_TABLE = str.maketrans(ALIKE)
# What stands between letters and is not read: what nobody sees, accents, marks of emphasis, a hyphen at a line's end.
_BETWEEN = re.compile(
    f"[{UNSEEN}\u0300-\u036f]+|[*~_]+|-\n"
    r"|</?(?:b|i|u|s|em|strong|span|font|mark|sup|sub|small)\b[^<>\n]{0,200}>"
)


def folded(text: str) -> tuple[str, Callable[[int], int]]:
    """The text with look-alikes made plain and what is not read gone, and where each place was before."""
    if not text.isascii():
        text = text.translate(_TABLE)
    parts, at, gone = [], 0, 0
    starts, shifts = [0], [0]
    for match in _BETWEEN.finditer(text):
        start, end = match.span()
        if not _unread(match[0], text[start - 1 : start], text[end : end + 1]):
            continue
        parts.append(text[at:start])
        at, gone = end, gone + end - start
        starts.append(at - gone)
        shifts.append(gone)
    parts.append(text[at:])
    return "".join(parts), lambda place: place + shifts[bisect_right(starts, place) - 1]


def _unread(mark: str, before: str, after: str) -> bool:
    if mark == "-\n":
        return before.isalpha() and after.isalpha()
    if mark[0] == "_":  # not the one in "max_score"
        return before.isalnum() != after.isalnum()
    return mark[0] not in "*~" or before.isalnum() or after.isalnum()
