"""What a reader can see of a text. Escape functions start here, where a format need not keep every byte."""

import re
import unicodedata

# Terminal sequences with their parameters go as a whole: "[31m" left over from a colour is noise.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, ...
    r"|\x1b[ -/]*[0-~]"
)
# Controls but tab and line feed, bidi and other format characters, variation selectors, fillers that look
# like nothing, the tag block, noncharacters and lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARK}{{4}}){_MARK}+")
# Whatever any of them matches holds one of these, so that one look is enough for most texts.
_SUSPECT = re.compile(f"{_UNSEEN.pattern}|{_MARK}|[\u2028\u2029]")


def visible(text: str) -> str:
    """The text without what steers a terminal, turns its direction or cannot be seen; line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    # Composed, so that Korean from macOS measures and breaks like any other.
    if not _SUSPECT.search(text):
        return unicodedata.normalize("NFC", text)
    text = unicodedata.normalize("NFC", _BREAK.sub("\n", _SEQUENCE.sub("", text)))
    return _PILE.sub(r"\1", _UNSEEN.sub("", text))


def folded(text: str) -> str:
    """The visible text on one line."""
    return " ".join(visible(text).split())


def shortened(text: str, limit: int = 600) -> str:
    """The text, cut with an ellipsis: a quote may be a megabyte, and a reader has the line to look at."""
    return text if len(text) <= limit else text[:limit].rstrip() + " …"
