"""Secrets and personal data, for a warning before a proposal's text leaves this machine. Notices never repeat them."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import islice, pairwise
from typing import Any, NamedTuple

from reviewer.domain import Document, Notice


class _Kind(NamedTuple):
    kind: str  # "secret" or "personal"
    what: str
    pattern: re.Pattern[str]  # a group, if it has one, is the thing itself; the rest is its label
    holds: Callable[[str], bool] = bool  # is what the pattern found really one?


def _digits(text: str) -> list[int]:
    return [int(c) for c in text if c.isdigit()]


def _luhn(text: str) -> bool:
    digits = _digits(text)
    doubled = (sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(reversed(digits)))
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _resident(text: str) -> bool:
    """A Korean resident or alien number: a birth date, then, unless written with a hyphen, a check digit.

    Numbers given out or changed since October 2020 have none, whatever year their owner was born in.
    """
    digits = _digits(text)
    century = {1: 1900, 2: 1900, 3: 2000, 4: 2000, 5: 1900, 6: 1900, 7: 2000, 8: 2000, 9: 1800, 0: 1800}[digits[6]]
    try:
        born = date(century + 10 * digits[0] + digits[1], 10 * digits[2] + digits[3], 10 * digits[4] + digits[5])
    except ValueError:
        return False
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(w * d for w, d in zip(weights, digits, strict=False))
    own = (11 if digits[6] not in (5, 6, 7, 8) else 13) - total % 11
    return own % 10 == digits[12] or ("-" in text and 1900 <= born.year < _NOBODY_YET)


_NOBODY_YET = 2050  # no clock is read; a year of birth beyond is a part number


def _iban(text: str) -> bool:
    code = text.replace(" ", "")
    turned = code[4:] + code[:4]
    return 15 <= len(code) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


_PLAIN = re.compile(
    r"(?i)x{4}|example|your|dummy|placeholder|changeme|\*{3}|\.{3}|[<{$(]|^[/~.]|://"
    r"|^[a-z]+\d{0,3}(?:[-_.](?:[a-z]+\d{0,3}|\d{1,4}))+$"  # AES256-GCM, bert-base-2: a name
)


def _assigned(value: str) -> bool:
    """Does what follows a label look like a real value, and not like an example, code or a name?"""
    return (
        not _PLAIN.search(value)
        and len(set(value)) >= 6
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
    )


def _given_out(text: str) -> bool:
    """Letters and figures as a machine draws them, behind a vendor's mark."""
    mixed = any(c.isdigit() for c in text) or (text.lower() != text != text.upper())
    return mixed and len(set(text)) >= 10 and not re.search(r"(?i)x{5}|example|your[-_]", text)


def _drawn(text: str) -> bool:
    """Does it change between capitals, small letters and figures as often as chance does? Words and names do not."""
    kinds = ["0" if c.isdigit() else "A" if c.isupper() else "a" for c in text]
    changes = sum(a != b for a, b in pairwise(kinds))
    return len(set(kinds)) == 3 and changes >= 0.4 * len(text) and len(set(text)) >= 12


def _real_mail(text: str) -> bool:
    return not re.search(r"(?i)^git@|@(?:[\w.-]+\.)?(?:example|test|invalid|localhost)\b", text)


def _long_enough(text: str) -> bool:
    return not text.startswith("+") or 10 <= len(_digits(text)) <= 15


def _real_password(text: str) -> bool:
    return not re.fullmatch(r"(?i)(?:my|your|the|some)?[-_]?(?:pass(?:word|wd)?|pwd?|secret|token|key)[0-9]?", text)


# What vendors begin their keys with. The list ages; what is drawn at random, or labelled, is known without it.
_MARKS = (
    r"sk-(?:ant-|proj-|svcacct-|or-)?|[sr]k_(?:live|test)_|(?:live|test)_sk_|whsec_|AIza|ya29\.|GOCSPX-|1//0"
    r"|gh[pousr]_|github_pat_|gl(?:pat|rt|dt|cbt|ptt)-|ATATT3|xox[a-z]-|xapp-|npm_|pypi-|dckr_pat_|hf_|gsk_|xai-|r8_|pplx-"
    r"|tvly-|lsv2_(?:pt|sk)_|pcsk_|nvapi-|dop_v1_|shp(?:at|ca|pa|ss)_|sq0(?:atp|csp)-|dapi|lin_api_|ntn_|secret_|hvs\."
    r"|figd_|NRAK-|gl(?:sa|c)_|sntrys_|HRKU-|sl\.|fo1_|sbp_|vercel_|AGE-SECRET-KEY-1|KakaoAK |key-"
    r"|[\w-]{8,20}\.atlasv1\.|pat\w{14}\."
)
_LABELS = (
    r"(?:[A-Za-z0-9]{1,20}[_ -]){0,4}"
    r"(?:api[_ -]?key|(?:access|secret|private|service|auth|account|encryption)[_ -]?key(?:[_ -]id)?|sig|secret"
    r"|(?:auth)?token|password|passwd|passphrase|pwd|pw|authorization)(?:[_-][A-Za-z0-9]{1,20}){0,2}"
    r"|\w{1,20}_PASS|비밀\s?번호|패스워드|비번|암호|인증\s?키|서비스\s?키"
)
_KINDS = (
    _Kind("secret", "a private key", re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----")),
    _Kind("secret", "an API key", re.compile(rf"(?<![A-Za-z0-9_/-])((?:{_MARKS})[\w.=-]{{20,400}})"), _given_out),
    _Kind("secret", "a long random token", re.compile(r"(?<![\w/+=.-])([A-Za-z0-9]{24,200})(?![\w/+=])"), _drawn),
    _Kind(
        "secret",
        "a password or a key",
        re.compile(
            rf"(?i)(?<![A-Za-z0-9])(?:{_LABELS})[\"'`*)]{{0,3}}\s{{0,3}}(?:[:=|]|:=|\bis\b|[은는])\s{{0,3}}[\"'`*]{{0,3}}"
            r"(?:(?:Bearer|Basic|token|KakaoAK)\s|[\w.@-]{1,40}\s?/\s?)?([!-&(-+.-:<-_a-{}~-]{8,400})"
        ),
        _assigned,
    ),
    _Kind(
        "secret",
        "a web hook",
        re.compile(r"://[\w.-]{3,80}/(?:[\w-]{1,20}/)?(?:web)?hooks?/([\w/-]{24,300})"),
        _given_out,
    ),
    _Kind(
        "secret",
        "a password",
        re.compile(r"\bcurl\b[^\n]{0,200}\s(?:-u|--user)[ =][\"']?[\w.@-]{1,40}:([^\s\"']{6,100})"),
        _assigned,
    ),
    _Kind("secret", "a password in an address", re.compile(r"://[^\s/:@]{0,60}:([^\s/@]{6,100})@"), _real_password),
    _Kind(
        "personal",
        "an e-mail address",
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}(?:[A-Za-z]{2,24}|한국)(?![A-Za-z0-9_-])"),
        _real_mail,
    ),
    _Kind(
        "personal",
        "a resident registration number",
        re.compile(r"(?<![\d-])\d{6}(?:\s?-\s?|\s)?\d{7}(?![\d-])"),
        _resident,
    ),
    _Kind(
        "personal",
        "a telephone number",
        re.compile(
            r"(?<![\d.,-])(?:01[016789][- .]?\d{3,4}[- .]?\d{4}|\(?0\d{1,2}\)?[- ]\d{3,4}-\d{4}"
            r"|[2-9]\d\d-[2-9]\d\d-\d{4}|\(\d{3}\) ?\d{3}-\d{4}"
            r"|\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]\d{2,8}){1,4}|\+\d{10,15})(?![\d-])"
        ),
        _long_enough,
    ),
    _Kind(
        "personal",
        "a social security number",
        re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])"),
    ),
    _Kind(
        "personal",
        "an identity or account number",
        re.compile(
            r"(?i)(?:(?:주민(?:등록)?|외국인등록|여권|운전면허|건강보험증?|계좌)\s?번호|여권|\bSSN|\b(?:passport"
            r"|social security|bank account|driver'?s licen[cs]e|national id|identity card)(?: no\.?| number)?)"
            r"[^\S\n]{0,2}[:|=#은는]?[^\S\n]{0,2}((?:[A-Z]{1,2}\d|\d)[\dA-Z -]{5,20}\d)(?![\d-])"
            r"|(?<![\d-])(?:\d\d-\d\d-\d{6}-\d\d)(?![\d-])"
        ),
    ),
    _Kind(
        "personal",
        "a card number",
        re.compile(r"(?<![\d-])[3-6]\d{3}(?:[ -]?\d{2,6}){2,4}(?![\d-])"),
        _luhn,
    ),
    _Kind(
        "personal",
        "a bank account",
        re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"),
        _iban,
    ),
)
# Other forms of figures, dashes and spaces; one for one, so that offsets stay.
_SAME = str.maketrans(
    "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u2010\u2011\u2012\u2013\u2014\u2212\u00a0\u2007\u202f\u3000",
    "".join(map(chr, range(0x21, 0x7F))) + "------    ",
)
# What may be a token: long, without spaces; or a password inside an address.
_TOKEN = re.compile(r"[\w/+=.~:@-]{16,600}")
_TOKENS_MOST = 2000
_BESIDE = 40  # characters that a detector may want to see beside a token


def sensitive(document: Document) -> tuple[Notice, ...]:
    """Notices of kind "secret" or "personal", one for each thing found; the message names it, never its words."""
    text = document.text.translate(_SAME)
    notices: list[Notice] = []
    for start, end, kind, what in sorted([*_by_table(text), *_by_detector(text)]):
        if not notices or start >= (notices[-1].end or 0):
            notices.append(Notice(kind=kind, message=what, start=start, end=end))
    return tuple(notices)


def _by_table(text: str) -> Iterator[tuple[int, int, str, str]]:
    for one in _KINDS:
        for match in one.pattern.finditer(text):
            group = match.lastindex or 0
            if one.holds(match[group]):
                yield *match.span(group), one.kind, one.what


def _by_detector(text: str) -> Iterator[tuple[int, int, str, str]]:
    for token in islice(_TOKEN.finditer(text), _TOKENS_MOST):
        start = max(text.rfind("\n", 0, token.start()) + 1, token.start() - _BESIDE)
        end = token.end() + _BESIDE
        window = text[start : end if (stop := text.find("\n", token.end(), end)) < 0 else stop]
        for detector in _detectors():
            for secret in detector.analyze_string(window):
                at = window.find(secret)
                if at >= 0:
                    yield start + at, start + at + len(secret), "secret", f"a secret ({detector.secret_type})"


@cache
def _detectors() -> tuple[Any, ...]:
    """Detectors that know a secret by its form; those that guess by entropy take every long word for one."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.plugins.base import RegexBasedDetector

    # Addresses, and passwords in them and beside words, are told above.
    without = ("IPPublicDetector", "KeywordDetector", "BasicAuthDetector")
    known: list[Any] = sorted(get_mapping_from_secret_type_to_class().values(), key=lambda plugin: str(plugin.__name__))
    return tuple(
        plugin() for plugin in known if issubclass(plugin, RegexBasedDetector) and plugin.__name__ not in without
    )
