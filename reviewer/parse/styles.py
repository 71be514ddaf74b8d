"""When a style makes text invisible. Shared by Markdown, HTML, DOCX and ODT."""

import re

_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]*)")
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|%|vw|vh|cm|mm|in)?")
_PIXELS = {
    "px": 1,
    "pt": 4 / 3,
    "em": 16,
    "rem": 16,
    "ex": 8,
    "ch": 8,
    "cm": 38,
    "mm": 3.8,
    "in": 96,
    "%": 0.16,
    "vw": 12,
    "vh": 8,
}
_TINY = 4.0  # pixels; three points
_FAR = 500.0
_HEX = re.compile(r"#?(?:([0-9a-f]{3})([0-9a-f]?)|([0-9a-f]{6})([0-9a-f]{2})?)$")
_RGB = re.compile(r"rgba?\(\s*(\d+%?)[\s,]+(\d+%?)[\s,]+(\d+%?)(?:[\s,/]+([\d.]+%?))?")
_HSL = re.compile(r"hsla?\([^,\s]+[,\s]+[\d.]+%?[,\s]+([\d.]+)%?(?:[\s,/]+([\d.]+%?))?\s*\)")
_ESCAPE = re.compile(r"/\*.*?\*/|\\([0-9a-f]{1,6})\s?", re.DOTALL)
# Elements whose content no browser shows.
UNSEEN = frozenset(
    ["noscript", "noframes", "noembed", "datalist", "video", "audio", "rp", "annotation", "meter", "progress"]
)
# What takes text out of sight by the value of one property.
_OUT_OF_SIGHT = {
    "display": r"none",
    "visibility": r"hidden|collapse",
    "content-visibility": r"hidden",
    "clip": r"rect\(\s*([01])(?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)",
    "clip-path": r"inset\(\s*(?:[5-9]\d|100)|(?:circle|ellipse)\(\s*0|polygon\(\s*(?:0(?:px|%)?[\s,]*)+\)",
    "transform": r".*(?:scale[xy]?\(\s*0*(?:\.0\d*)?[,)]|translate\w*\([^)]*-\d{4})",
    "filter": r".*opacity\(\s*0*(?:\.0\d*)?%?\)",
    "zoom": r"0(?:\.0\d*)?%?$",
    "-webkit-text-fill-color": r"transparent",
}
_SHORT_FONT = re.compile(r"(?:^|\s)(-?\d*\.?\d+(?:px|pt|em|rem|%)?)(?=[\s/])")


def white(colour: str) -> bool:
    """Is this CSS or Office colour one that nobody sees on white paper?"""
    colour = colour.strip().lower().removesuffix("!important").strip()
    if colour in (
        "white",
        "transparent",
        "snow",
        "ivory",
        "ghostwhite",
        "floralwhite",
        "whitesmoke",
        "window",
        "canvas",
        "azure",
        "mintcream",
    ):
        return True
    if found := _HEX.match(colour):
        digits = (found[1] and "".join(c * 2 for c in found[1])) or found[3]
        if (found[2] or found[4] or "f") in ("0", "00"):
            return True
        return all(int(digits[i : i + 2], 16) >= 0xF0 for i in (0, 2, 4))
    if found := _RGB.match(colour):
        if found[4] and float(found[4].rstrip("%") or 0) == 0:
            return True
        return all(int(v[:-1]) >= 94 if v.endswith("%") else int(v) >= 0xF0 for v in found.group(1, 2, 3))
    if found := _HSL.match(colour):
        return float(found[1]) >= 94 or (found[2] is not None and float(found[2].rstrip("%") or 0) == 0)
    return False


def invisible(style: str) -> str:
    """Why text in this CSS style is not seen; empty if it is."""
    style = _ESCAPE.sub(lambda found: chr(int(found[1], 16) % 0x110000) if found[1] else "", style.lower())
    rules = {name: value.strip() for name, value in _DECLARATION.findall(style)}
    for name, pattern in _OUT_OF_SIGHT.items():
        if re.match(pattern, rules.get(name, "")):
            return f"{name}: {rules[name][:40]}"
    if (pixels := _pixels(rules.get("opacity", ""))) is not None and pixels < 0.1:
        return "opacity: 0"
    short = _SHORT_FONT.findall(rules.get("font", ""))
    if (pixels := _pixels(rules.get("font-size", "".join(short[:1])))) is not None and pixels < _TINY:
        return "tiny text"
    back = rules.get("background-color") or rules.get("background", "")
    if white(rules.get("color", "")) and (not back or white(back)):
        return "white text"
    if back and rules.get("color") == back:
        return "text in the colour of its ground"
    moved = {"position", "text-indent"} & rules.keys()
    for side in ("left", "top", "right", "bottom", "text-indent", "inset") if moved else ():
        if (pixels := _pixels(rules.get(side, ""))) is not None and pixels < -_FAR:
            return "text outside the page"
    if (pixels := _pixels(rules.get("margin-left") or rules.get("margin-top", ""))) is not None and pixels < -_FAR:
        return "text outside the page"
    sizes = (_pixels(rules.get(side, "")) for side in ("height", "width", "max-height", "max-width"))
    if rules.get("overflow", "").startswith(("hidden", "clip")) and any(n is not None and n <= 1 for n in sizes):
        return "text in a box without size"
    return ""


def _pixels(value: str) -> float | None:
    found = _LENGTH.match(value.removeprefix("calc("))
    return float(found[1]) * _PIXELS.get(found[2] or "px", 1) if found else None
