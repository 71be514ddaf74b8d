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
}
_TINY = 4.0  # pixels; three points
_FAR = 500.0
_HEX = re.compile(r"#?(?:([0-9a-f]{3})|([0-9a-f]{6}))(?:[0-9a-f]{1,2})?$")
_RGB = re.compile(r"rgba?\(\s*(\d+%?)[\s,]+(\d+%?)[\s,]+(\d+%?)(?:[\s,/]+([\d.]+%?))?")


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
    ):
        return True
    if found := _HEX.match(colour):
        digits = (found[1] and "".join(c * 2 for c in found[1])) or found[2]
        return all(int(digits[i : i + 2], 16) >= 0xF0 for i in (0, 2, 4))
    if found := _RGB.match(colour):
        if found[4] and float(found[4].rstrip("%") or 0) == 0:
            return True
        return all(int(v[:-1]) >= 94 if v.endswith("%") else int(v) >= 0xF0 for v in found.group(1, 2, 3))
    return False


def invisible(style: str) -> str:
    """Why text in this CSS style is not seen; empty if it is."""
    rules = {name: value.strip() for name, value in _DECLARATION.findall(style.lower())}
    if rules.get("display", "").startswith("none"):
        return "display: none"
    if rules.get("visibility", "").startswith(("hidden", "collapse")):
        return "visibility: hidden"
    if (pixels := _pixels(rules.get("opacity", ""))) is not None and pixels < 0.1:
        return "opacity: 0"
    if (pixels := _pixels(rules.get("font-size", ""))) is not None and pixels < _TINY:
        return "tiny text"
    back = rules.get("background-color") or rules.get("background", "")
    if white(rules.get("color", "")) and (not back or white(back)):
        return "white text"
    if rules.get("position", "").startswith(("absolute", "fixed")) or "text-indent" in rules:
        for side in ("left", "top", "right", "bottom", "text-indent"):
            if (pixels := _pixels(rules.get(side, ""))) is not None and pixels < -_FAR:
                return "text outside the page"
    if rules.get("overflow", "").startswith("hidden") and any(
        _pixels(rules.get(side, "")) == 0 for side in ("height", "width", "max-height", "max-width")
    ):
        return "text in a box without size"
    return ""


def _pixels(value: str) -> float | None:
    found = _LENGTH.match(value)
    return float(found[1]) * _PIXELS.get(found[2] or "px", 1) if found else None
