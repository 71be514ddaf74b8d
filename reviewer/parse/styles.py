"""When a style makes text invisible. Shared by Markdown, HTML, DOCX and ODT."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]*)")
_IMPORTANT = "!important"
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|%|vw|vh|cm|mm|in)?")
_PIXELS = {
    "px": 1, "pt": 4 / 3, "em": 16, "rem": 16, "ex": 8, "ch": 8, "cm": 38, "mm": 3.8, "in": 96, "%": 0.16,
    "vw": 12, "vh": 8,
}  # fmt: skip
_TINY = 5.0  # pixels; less than four points
_FAR = 500.0
_LIGHT = 0.88  # of the light that white gives
_OF_A_BOX = 4.0  # pixels in a percent of what is around: a text moved by its own box may be seen, by more it is not
_FAR_RIGHT = 5_000.0  # a page can be scrolled to the right
_HEX = re.compile(r"#?(?:([0-9a-f]{3})([0-9a-f]?)|([0-9a-f]{6})([0-9a-f]{2})?)$")
_RGB = re.compile(r"rgba?\(\s*(\d+%?)[\s,]+(\d+%?)[\s,]+(\d+%?)(?:[\s,/]+([\d.]+%?))?")
_HSL = re.compile(r"hsla?\([^,\s]+[,\s]+[\d.]+%?[,\s]+([\d.]+)%?(?:[\s,/]+([\d.]+%?))?\s*\)")
_OTHER_WHITE = re.compile(
    r"(?:lab|lch)\(\s*(?:9[5-9]|100)|okl(?:ab|ch)\(\s*(?:1\b|0?\.9[5-9]|9[5-9]|100)|hwb\(\s*[\w.]+\s+(?:9[5-9]|100)%"
    r"|color\(\s*[\w-]+(?:\s+(?:1\b|0?\.9[5-9]\d*|9[5-9]%|100%)){3}"
)
_ESCAPE = re.compile(r"/\*.*?\*/|\\([0-9a-f]{1,6})\s?", re.DOTALL)
_WHITE = frozenset(
    """white transparent snow ivory ghostwhite floralwhite whitesmoke window canvas azure mintcream aliceblue honeydew
    lavenderblush lightyellow lemonchiffon lightgoldenrodyellow cornsilk beige""".split()  # noqa: SIM905
)
# Elements whose content no browser shows.
UNSEEN = frozenset(
    ["noscript", "noframes", "noembed", "datalist", "video", "audio", "rp", "annotation", "meter", "progress"]
)
# What takes text out of sight by the value of one property.
_ZERO = r"0*(?:\.0\d*)?"
_MOVED = r"-(?:\d{4}|\d{3}(?:\.\d+)?(?:v[wh]|r?em))"
_OUT_OF_SIGHT = {
    "display": r"none",
    "visibility": r"hidden|collapse",
    "content-visibility": r"hidden",
    "clip": r"rect\(\s*([01])(?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)",
    "clip-path": r"inset\(\s*(?:[5-9]\d|100)|(?:circle|ellipse)\(\s*0|polygon\(\s*(?:0(?:px|%)?[\s,]*)+\)",
    "transform": rf".*(?:scale(?:[xy]|3d)?\(\s*{_ZERO}[,)]|matrix\(\s*{_ZERO}\s*,\s*{_ZERO}\s*,"
    rf"|translate\w*\([^)]*{_MOVED}|rotate[xy]\(\s*(?:90|270)deg)",
    "translate": rf".*{_MOVED}",
    "scale": rf"{_ZERO}(?:\s|$)",
    "filter": rf".*(?:opacity\(\s*{_ZERO}%?\)|blur\(\s*\d{{2}})",
    "zoom": rf"{_ZERO}%?$",
    "letter-spacing": r"-(?:\d{2,}(?:\.\d+)?(?:px|pt)|[1-9]\d*(?:\.\d+)?(?:r?em|cm))",
    "margin": r".*-\d{4}",
}
_SIZES = ("height", "width", "max-height", "max-width")
_SIDES = ("left", "top", "right", "bottom", "text-indent", "inset")
# Named by the direction of writing.
_OTHER_NAMES = {
    "inset-inline-start": "left", "inset-inline-end": "right", "inset-block-start": "top", "inset-block-end": "bottom",
    "margin-inline-start": "margin-left", "margin-block-start": "margin-top", "inline-size": "width",
    "block-size": "height", "max-inline-size": "max-width", "max-block-size": "max-height", "overflow-x": "overflow",
    "overflow-y": "overflow",
}  # fmt: skip
# A browser passes over what is none of these, and what was said before it holds.
_SHOWN_AS = {
    "display": re.compile(
        r"none|block|inline|flex|grid|table|contents|list|flow|run-in|ruby|inherit|initial|unset|rev|-"
    ),
    "visibility": re.compile(r"visible|hidden|collapse|inherit|initial|unset|rev"),
}
_TELLING = {
    *_OUT_OF_SIGHT, *_SIZES, *_SIDES, "color", "background", "background-color", "background-image", "opacity",
    "position", "font", "font-size", "overflow", "margin-left", "margin-top", "text-decoration", "text-decoration-line",
    "white-space",
}  # fmt: skip
_SHORT_FONT = re.compile(r"(?:^|\s)(-?\d*\.?\d+(?:px|pt|em|rem|%)?)(?=[\s/])")
_SAME = ("", "inherit", "currentcolor", "initial", "unset")
_NO_GROUND = frozenset([*_SAME, "none", "transparent"])
_UNKNOWN = "?"  # a ground of more than one colour, or of one that is not told
_PLAIN = re.compile(r"#[0-9a-f]{3,8}|(?:rgb|hsl|hwb|(?:ok)?l(?:ab|ch))a?\([^)]*\)|(?!url|var|\w+-)[a-z]+(?![\w(-])")


@dataclass(frozen=True)
class Look:
    """What decides whether a text is seen; where nothing is said (None), what stands around it counts."""

    gone: str | None = None  # why nothing of it is seen; "" where it is, although what is around it is not
    color: str | None = None
    size: float | None = None  # pixels
    back: str | None = None  # the colour of its ground
    struck: bool | None = None  # is a line drawn through it?

    def under(self, closer: "Look") -> "Look":
        """This look, where `closer` to the text nothing is said."""
        changes = {name: value for name, value in vars(closer).items() if value is not None}
        return replace(self, **changes) if changes else self

    def told(self, words: str) -> str:
        """The words, marked as Markdown does where they are struck out."""
        bare = words.strip() if self.struck else ""
        return words.replace(bare, f"~~{bare}~~") if bare else words

    def why(self) -> str:
        """Why such text is not seen; empty if it is."""
        if self.gone:
            return self.gone
        if self.size is not None and self.size < _TINY:
            return "tiny text"
        if self.color and (_clear(self.color) or (white(self.color) and (not self.back or white(self.back)))):
            return "white text"
        if self.color and self.color == self.back:
            return "text in the colour of its ground"
        return ""


def white(colour: str) -> bool:
    """Is this CSS or Office colour one that nobody sees on white paper?"""
    colour = colour.strip().lower()
    if colour in _WHITE or _OTHER_WHITE.match(colour) or _clear(colour):
        return True
    if found := _HEX.match(colour):
        digits = (found[1] and "".join(c * 2 for c in found[1])) or found[3]
        return pale(*(int(digits[i : i + 2], 16) for i in (0, 2, 4)))
    if found := _RGB.match(colour):
        return pale(*(int(v[:-1]) * 255 // 100 if v.endswith("%") else int(v) for v in found.group(1, 2, 3)))
    return bool((found := _HSL.match(colour)) and float(found[1]) >= 94)


def pale(red: int, green: int, blue: int) -> bool:
    """Is this colour as good as white, or so light a tint (no plain yellow) that it hardly differs from paper?"""
    least = min(red, green, blue)
    light = 0.2126 * (red / 255) ** 2.2 + 0.7152 * (green / 255) ** 2.2 + 0.0722 * (blue / 255) ** 2.2
    return least >= 0xEF or (least >= 0xA0 and light > _LIGHT)


def _clear(colour: str) -> bool:
    """Is nothing painted at all?"""
    colour = colour.strip().lower()
    if found := _HEX.match(colour):
        return (found[2] or found[4]) in ("0", "00")
    alpha = next((found[found.re.groups] for found in (_RGB.match(colour), _HSL.match(colour)) if found), None)
    return colour == "transparent" or (alpha is not None and float(alpha.rstrip("%") or 0) == 0)


@lru_cache(maxsize=4096)
def css(style: str) -> Look:
    """The look of text in this CSS style."""
    rules = _declared(style)
    short = _SHORT_FONT.findall(rules.get("font", ""))
    back = rules.get("background-color") or rules.get("background", "")
    colour = rules.get("-webkit-text-fill-color") or rules.get("color")
    colour = None if colour in _SAME else colour
    struck = "line-through" in rules.get("text-decoration", "") + rules.get("text-decoration-line", "") or None
    size = _pixels(rules.get("font-size", "".join(short[:1])))
    return Look(_gone(rules), colour, size, _ground(back, rules), struck)


def tells(style: str) -> bool:
    """Does this CSS style say anything of what decides whether a text is seen?"""
    return not _TELLING.isdisjoint(_declared(style))


def _declared(style: str) -> dict[str, str]:
    style = _ESCAPE.sub(lambda found: chr(int(found[1], 16) % 0x110000) if found[1] else "", style.lower())
    rules: dict[str, str] = {}
    strong: dict[str, str] = {}
    for name, value in _DECLARATION.findall(style):
        plain, important, _ = value.partition(_IMPORTANT)
        if name not in _SHOWN_AS or _SHOWN_AS[name].match(plain):
            (strong if important else rules)[_OTHER_NAMES.get(name, name)] = plain.strip()
    return rules | strong


def invisible(style: str) -> str:
    """Why text in this CSS style is not seen; empty if it is."""
    return css(style).why()


def _ground(back: str, rules: dict[str, str]) -> str | None:
    if rules.get("background-image", "none") != "none":
        return _UNKNOWN
    if back in _NO_GROUND:
        return None
    colour = _PLAIN.match(back)
    return colour[0] if colour and "(" not in back[colour.end() :] else _UNKNOWN


def _gone(rules: dict[str, str]) -> str | None:
    for name, pattern in _OUT_OF_SIGHT.items():
        if name in rules and re.match(pattern, rules[name]):
            return f"{name}: {rules[name][:40]}"
    if (pixels := _pixels(rules.get("opacity", ""))) is not None and pixels < 0.1:
        return "opacity: 0"
    moved = rules.get("position", "static") != "static" or "text-indent" in rules
    sides = (
        *(("left", "top", "right", "bottom", "text-indent", "inset") if moved else ()),
        "margin-left",
        "margin-top",
    )
    for side in sides:
        far = _FAR_RIGHT if side in ("left", "text-indent", "margin-left") else float("inf")
        if (pixels := _pixels(rules.get(side, ""), _OF_A_BOX)) is not None and not -_FAR <= pixels <= far:
            return "text outside the page"
    if rules.get("overflow", "visible").startswith("visible"):
        return None
    sizes = (_pixels(rules.get(side, ""), _OF_A_BOX) for side in _SIZES)
    if any(pixels is not None and pixels <= 1 for pixels in sizes):
        return "text in a box without size"
    if rules.get("white-space") == "nowrap" and re.match(r"[1-9]\d\d+(?:\.\d+)?%", rules.get("text-indent", "")):
        return "text outside its box"
    return None


def _pixels(value: str, percent: float = _PIXELS["%"]) -> float | None:
    found = _LENGTH.match(value.removeprefix("calc("))
    if not found:
        return None
    return float(found[1]) * (percent if found[2] == "%" else _PIXELS.get(found[2] or "px", 1))
