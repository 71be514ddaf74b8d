"""Texts that try to become something in an output, and a way to put one into every field of a review."""

from typing import Any

import pytest

from reviewer.domain import Review, Rubric

TERMINAL = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b2Jcleared",
    "\x1b[2J\x1b[H",
    "back\x08\x08\x08space",
    "over\rwritten",
    "bell\x07",
    "\x1bPdcs\x1b\\",
    "\x9d52;c;aGk=\x9c",
    "next\x85line\u2028and\u2029on",
    "\u202egnp.exe",
    "\u2066isolate\u2069",
    "zero\u200bwidth\u200djoin\ufeff",
    "tag\U000e0041\U000e0042",
    "variation\ufe0f\U000e0100",
    "filler\u3164\uffa0",
    "pile" + "\u0301" * 40,
    "wide 漢字かな 한국어 👩‍👩‍👧‍👦",
    "\u1112\u1161\u11ab\u1100\u1173\u11af conjoining",
    "x" * 300,
    "가" * 300,
    "\x1b]8;id=1;file:///etc/passwd\x07open\x1b]8;;\x07",
    "\x1b(0lqqk\x1b(B",
    "\x1b[?1049h\x1b[6n",
    "\x1b_Gf=100;AAAA\x1b\\",
    "\x9b31mred\x9c",
    "\x1b\x1b[31m]0;a\x07",
    "\x1b]unfinished",
    "\x1b[",
    "\u061cmark\u200e\u200f",
    "\u2067right\u2069 \u202aembed\u202c",
    "a\u2028/merge\u2029# heading",
    "\ufff9anno\ufffatation\ufffb",
    "\U000e0001\U000e0041",
    "sub\x1a and shift\x0e\x0f",
)
MARKDOWN = (
    "![](https://evil.example/x.png?q=1)",
    "[click](https://evil.example)",
    "[click][ref]\n\n[ref]: https://evil.example",
    "https://evil.example/path",
    "www.evil.example",
    "ftp://evil.example",
    "mailto:a@evil.example",
    "someone@evil.example",
    "<https://evil.example>",
    "javascript:alert(1)",
    "@everyone and @org/team and(@user)",
    "#123 and org/repo#1 and GH-1 and closes #5",
    "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3 and org/repo@a94a8fe",
    "/merge",
    "- item\n+ item\n* item\n1. one\n1) one",
    "# heading",
    "setext\n===\nsetext\n---",
    "> quote\n> [!WARNING]\n> alert",
    "```\nfence\n```",
    "~~~\nfence\n~~~",
    "`code` ``code`` **bold** __bold__ _it_ *it* ~~gone~~",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "<details><summary>x</summary>",
    "<!-- reviewer:sticky --> --> --!> --->",
    "<img src=x onerror=alert(1)>",
    "text\n\n    indented code",
    "[^1]\n\n[^1]: note",
    "- [ ] task",
    ":tada: and :shipit:",
    "$x^2$ and $$y$$ and \\(z\\)",
    "&lt;b&gt; &#60;i&#62; &nbsp;",
    "line\\\nbreak  \nspaces",
    "ends with a backslash\\",
    "a_b_c and __init__ and 5*6*7",
    "[note]: https://evil.example 'title'",
    "![a][b]\n\n[b]: https://evil.example/x.png",
    "<A HREF=https://evil.example>x</A>",
    "<!--\n-->\n<b>x</b>",
    "[^x]: https://evil.example",
    "user@host.example and xmpp:a@evil.example/x",
    "HTTPS://EVIL.EXAMPLE/ and (https://evil.example)",
    "github.com/org/repo/issues/1 and org/repo!1",
    "Co-authored-by: a <a@evil.example>\nFixes: org/repo#7",
    "@org/team, @dependabot merge",
    "/ok-to-test\n/lgtm",
    "\t# tab heading\n\n\ttab code",
    "1) a\n\n10. b\n+ c",
    "***\n___\n- - -",
    "```suggestion\nx\n```",
    "````\n```\n````",
    "> [!NOTE]\n> x\n\n<details open>\n<summary>x</summary>",
    "| :-- |\n|a|b|c|\n\\|",
    "\\`code\\` \\<b\\>",
    "&#64;everyone &commat;user &lt;script&gt; &#x202e;",
    "{{site.url}} {% include x %} ${{ github.token }}",
    "$`a`$ \\[x\\] ```math\nx\n```",
    "[[wiki]] #tag ^block ==mark== H~2~O",
    "http:&#47;&#47;evil.example [x](<javascript:alert(1)>)",
    "{++added++}{--gone--}{~~a~>b~~}{==mark==}{>>note<<}",
    "::error file=a::b %0A::set-output name=x::y",
)
MARKUP = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' onmouseover='alert(1)",
    "<svg onload=alert(1)>",
    "</style><style>*{background:url(https://evil.example)}",
    "</title><script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "{{ 7 * 7 }} {% raw %}",
    "]]> <![CDATA[ x",
    "<scr<script>ipt>alert(1)</script>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<base href=https://evil.example><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action=https://evil.example><button formaction=javascript:alert(1)>x</button></form>",
    "`onmouseover=alert(1)` x=`",
    "<!--<img src=--><img src=x onerror=alert(1)//>",
    "<link rel=stylesheet href=https://evil.example/x.css><object data=x>",
    "<template><script>alert(1)</script></template><noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "{0} {1} [label](1) [evil](https://evil.example)",
)
SHEET = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    '=HYPERLINK("https://evil.example")',
    "\t=1+1",
    " =1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "'=1+1",
    ";=1+1",
)
ALL = TERMINAL + MARKDOWN + MARKUP + SHEET
# For outputs that take their time: every sixth, and the others with the slow tests.
EACH = [payload if at % 6 == 0 else pytest.param(payload, marks=pytest.mark.slow) for at, payload in enumerate(ALL)]

# What holds free text; the rest are ids and choices, which are the rubric's and ours.
_FREE = {
    "name", "heading", "place", "quote", "message", "why", "advice", "source",
    "reason", "engine", "requested", "answered", "host", "note", "looked_for", "sections",
    "why_not", "next_steps", "question", "not_read", "title", "summary", "axes", "archetypes",
    "questions", "quadrants", "meanings", "missing", "weak", "nearest", "version", "tool_version",
}  # fmt: skip
_TEXTS_BY_ID = {"meanings", "weak"}


def _poisoned(value: Any, payload: str, key: str = "") -> Any:
    match value:
        case str():
            return f"{payload} {value} {payload}" if value and key in _FREE else value
        case dict() if key in _TEXTS_BY_ID:
            return {inner_key: f"{payload} {inner}" for inner_key, inner in value.items()}
        case dict():
            return {inner_key: _poisoned(inner, payload, inner_key) for inner_key, inner in value.items()}
        case list():
            return [_poisoned(inner, payload, key if isinstance(inner, str) else "") for inner in value]
        case _:
            return value


def poisoned(review: Review, payload: str) -> Review:
    """The review with the payload around every free text, quotes and their document too."""
    plain = _poisoned(review.model_dump(mode="json"), payload)
    # The text keeps its offsets: the payload goes to its end, and the quotes become what stands there.
    text = review.document.text + "\n" + payload + "\n"
    start = len(review.document.text) + 1
    plain["document"]["text"] = text
    span = {"quote": payload, "start": start, "end": start + len(payload)}
    for part in plain["facts"] + plain["findings"] + plain["strengths"]:
        for item in part["evidence"]:
            item.update(span)
    return Review.model_validate(plain)


def poisoned_rubric(rubric: Rubric, payload: str) -> Rubric:
    """The rubric with the payload around every text."""
    plain = rubric.model_dump(mode="json")
    texts = {language: _poisoned(words, payload) for language, words in plain["texts"].items()}
    for words in texts.values():
        for group in ("axes", "sections", "archetypes", "questions", "quadrants"):
            words[group] = {key: f"{payload} {value}" for key, value in words[group].items()}
    return Rubric.model_validate(plain | {"texts": texts})
