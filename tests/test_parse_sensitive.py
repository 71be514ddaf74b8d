"""Secrets and personal data: what is told before a text leaves, and what only looks like it. All values are made up."""

import pytest
from parse_files import FILL

from reviewer.domain import Notice
from reviewer.parse import parse
from reviewer.parse.sensitive import sensitive


def found(text: str) -> list[tuple[str, str]]:
    source = f"{FILL}\n\n{text}\n\n{FILL}\n"
    document = parse(source.encode(), "a.md")
    return [(notice.kind, document.text[notice.start : notice.end]) for notice in sensitive(document)]


def _resident(front: str, back: str) -> str:
    """A number with the right check digit."""
    digits = [int(c) for c in front + back]
    check = (11 - sum(w * d for w, d in zip((2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), digits, strict=True)) % 11) % 10
    return f"{front}-{back}{check}"


GITHUB = "ghp_" + "aB3dE5fG7h" * 3 + "iJ9kLm"
SECRETS = [
    f"The token is {GITHUB} for now.",
    "Key: AKIA" + "QX7R2MZ4T9LD6WPB",
    "api_key = 'q8Zr2Lw9Xv4T'",
    "비밀번호: q8Zr2Lw9Xv4T",
    "sk-ant-" + "api03-q8Zr2Lw9Xv4Tq8Zr2Lw9Xv4T",
    "AIza" + "SyD3q8Zr2Lw9Xv4Tq8Zr2Lw9Xv4Tq8Zr2Lw",
    "-----BEGIN RSA PRIVATE KEY-----",
    "https://robot:q8Zr2Lw9Xv@host.invalid/path",
]
PERSONAL = [
    "someone.else+x@firm.co.kr",
    "010-1234-5678",
    "02-345-6789",
    "+82 10 1234 5678",
    "(415) 555-0123",
    _resident("900101", "123456"),
    "211231-3123456",  # given out after October 2020: no check digit
    "123-45-6789",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
]
NEITHER = [
    "api_key = 'your-api-key-here'",
    "password: <your password 1>",
    "API_KEY=xxxxxxxxxxxx1",
    "write to name@example.com",
    "name@shop.invalid",
    "900101-1234560" if not _resident("900101", "123456").endswith("0") else "900101-1234561",
    "999999-1234567",
    "4111 1111 1111 1112",
    "the years 2019-2020-2021, 1,234,567.89 and 3.14159",
    "version 10.2.3.4, commit 3f2a9c8e7b6d5f4a3b2c1d0e9f8a7b6c5d4e3f2a",
    "https://shop.invalid/reports/2024/quarterly-figures-of-the-parcel-letters.html",
    "The password policy: at least twelve characters.",
    "a phone number has 10 digits, an order 20240131-0001",
]


@pytest.mark.parametrize("text", SECRETS)
def test_secrets(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["secret"]


@pytest.mark.parametrize("text", PERSONAL)
def test_personal(text: str) -> None:
    assert found(f"It is {text}, say.") == [("personal", text)]


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str) -> None:
    assert found(text) == []


def test_a_notice_names_the_thing_and_does_not_repeat_it() -> None:
    document = parse(f"{FILL}\n\nwrite to someone@firm.co.kr\n".encode(), "a.md")
    start = document.text.index("someone")
    assert sensitive(document) == (Notice(kind="personal", message="an e-mail address", start=start, end=start + 18),)


def test_many_tokens_are_read_in_one_pass() -> None:
    assert len(found(("q8Zr2Lw9Xv4Tq8Zr2Lw9 " * 3000) + "someone@firm.co.kr")) == 1
