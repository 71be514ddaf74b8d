"""Secrets and personal data, for a warning before a proposal's text leaves this machine. Notices never repeat them."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from reviewer.domain import Document, Notice


class _Kind(NamedTuple):
    kind: str  # "secret" or "personal"
    what: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool  # is what the pattern found really one?


def _digits(text: str) -> list[int]:
    return [int(c) for c in text if c.isdigit()]


def _luhn(text: str) -> bool:
    digits = _digits(text)
    doubled = (sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(reversed(digits)))
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _resident(text: str) -> bool:
    """A Korean resident number: a birth date, and a check digit (those given out since October 2020 have none)."""
    digits = _digits(text)
    century = {1: 1900, 2: 1900, 3: 2000, 4: 2000, 5: 1900, 6: 1900, 7: 2000, 8: 2000, 9: 1800, 0: 1800}[digits[6]]
    try:
        born = date(century + 10 * digits[0] + digits[1], 10 * digits[2] + digits[3], 10 * digits[4] + digits[5])
    except ValueError:
        return False
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    check = (11 - sum(w * d for w, d in zip(weights, digits, strict=False)) % 11) % 10
    return check == digits[12] or ("-" in text and born >= date(2020, 10, 1))


def _iban(text: str) -> bool:
    code = text.replace(" ", "")
    turned = code[4:] + code[:4]
    return 15 <= len(code) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _random(text: str) -> bool:
    """Does an assigned value look like a real one, and not like the words of an example?"""
    value = re.split(r"[:=]\s*[\"']?", text, maxsplit=1)[-1]
    plain = re.search(r"(?i)x{4}|example|your|dummy|placeholder|changeme|\*{3}|\.{3}|[<{$]", value)
    return not plain and len(set(value)) >= 6 and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _real_mail(text: str) -> bool:
    return not re.search(r"(?i)@(?:[\w.-]+\.)?(?:example|test|invalid|localhost)\b", text)


_KINDS = (
    _Kind("secret", "a private key", re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
    _Kind(
        "secret",
        "an API key",
        re.compile(r"\b(?:sk-ant-[\w-]{20,200}|sk-(?:proj-)?[\w-]{24,200}|AIza[\w-]{35}|hf_[A-Za-z]{30,40})"),
        _random,
    ),
    _Kind(
        "secret",
        "a password or a key",
        re.compile(
            r"(?i)\b(?:api[_-]?key|secret(?:[_-]?key)?|access[_-]?token|auth[_-]?token|password|passwd|pwd)"
            r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?[^\s\"'`,;|]{8,200}|(?:비밀번호|암호)\s{0,3}[:=]\s{0,3}[^\s\"'`,;|]{8,200}"
        ),
        _random,
    ),
    _Kind(
        "personal",
        "an e-mail address",
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[A-Za-z]{2,24}\b"),
        _real_mail,
    ),
    _Kind(
        "personal",
        "a resident registration number",
        re.compile(r"(?<![\d-])\d{6}-?\d{7}(?![\d-])"),
        _resident,
    ),
    _Kind(
        "personal",
        "a telephone number",
        re.compile(
            r"(?<![\d.,-])(?:01[016789][- .]?\d{3,4}[- .]?\d{4}|0\d{1,2}-\d{3,4}-\d{4}"
            r"|\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]\d{2,4}){2,4}|\(\d{3}\) ?\d{3}-\d{4})(?![\d-])"
        ),
    ),
    _Kind(
        "personal",
        "a social security number",
        re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])"),
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
        re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
        _iban,
    ),
)
# What may be a token: long, without spaces; or a password inside an address.
_TOKEN = re.compile(r"[\w/+=.~:@-]{16,600}")
_TOKENS_MOST = 2000
_BESIDE = 40  # characters that a detector may want to see beside a token


def sensitive(document: Document) -> tuple[Notice, ...]:
    """Notices of kind "secret" or "personal", one for each thing found; the message names it, never its words."""
    text = document.text
    notices: list[Notice] = []
    for start, end, kind, what in sorted([*_by_table(text), *_by_detector(text)]):
        if not notices or start >= (notices[-1].end or 0):
            notices.append(Notice(kind=kind, message=what, start=start, end=end))
    return tuple(notices)


def _by_table(text: str) -> Iterator[tuple[int, int, str, str]]:
    for one in _KINDS:
        for match in one.pattern.finditer(text):
            if one.holds(match[0]):
                yield match.start(), match.end(), one.kind, one.what


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

    known: list[Any] = sorted(get_mapping_from_secret_type_to_class().values(), key=lambda plugin: str(plugin.__name__))
    return tuple(
        plugin()
        for plugin in known
        if issubclass(plugin, RegexBasedDetector) and plugin.__name__ not in ("IPPublicDetector", "KeywordDetector")
    )
