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


DRAWN = "aB3dE5fG7hJ2kL9mN4pQ8rS6tV0w"  # letters and figures as a machine draws them
HEX = "3f9a1c7e5b2d8f604a6c9e1b3d5f7082"
MARKS = ("ghp_", "github_pat_", "glpat-", "npm_", "gsk_", "xai-", "sk-proj-", "sk-ant-", "hvs.", "ya29.", "AIza", "hf_")
LABELS = ("api_key = '", "DB_PASSWORD=", "client_secret: ", "비밀번호: ", "비밀번호는 ", "PW: ", "the password is ")
MORE_LABELS = ("| password | ", "ID/PW: admin / ", "Authorization: Bearer ")
SECRETS = [  # what each vendor's keys look like, and what people write before a password
    *(mark + 2 * DRAWN for mark in MARKS),
    *(mark + HEX for mark in ("dapi", "shpat_", "sk-or-v1-", "lsv2_pt_", "KakaoAK ", "key-")),
    *(label + "q8Zr2Lw9Xv4T" for label in (*LABELS, *MORE_LABELS)),
    "AKIA" + "QX7R2MZ4T9LD6WPB",
    f"a vendor that nobody has heard of: {DRAWN}",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "https://robot:q8Zr2Lw9Xv@host.invalid/path",
    "curl -s -u robot:q8Zr2Lw9Xv4T https://host.invalid/path",
    f"https://chat.invalid/api/webhooks/1029/{DRAWN}",
]
PERSONAL = [
    "someone.else+x@firm.co.kr",
    "someone@회사.한국",
    *("010-1234-5678", "01012345678", "02-345-6789", "(02) 345-6789", "+82 10 1234 5678", "+821012345678"),
    *("(415) 555-0123", "415-555-0123", "+14155550123", "+49 30 901820", "０１０－２３４５－６７８９", "010‑2345‑6789"),
    *(_resident("900101", "123456"), _resident("900101", "123456").replace("-", ""), "211231-3123456"),
    # Numbers that were changed since October 2020 have no check digit, whenever their owner was born.
    *("900101-1234567", "900101 - 1234567", "900101-5123456"),
    "123-45-6789",
    "11-12-345678-90",
    *("4111 1111 1111 1111", "3782 822463 10005"),
    "DE89 3704 0044 0532 0130 00",
]
LABELLED = [
    "여권번호 M12345678",
    "여권 M123A4567",
    "passport no. M12345678",
    "계좌번호: 110-123-456789",
    "주민등록번호: 9001011234567",
    "SSN 123 45 6789",
]
NEITHER = [
    *("api_key = 'your-api-key-here'", "password: <your password 1>", "API_KEY=xxxxxxxxxxxx1", "password = input1()"),
    *('api_key=os.environ["OPENAI_API_KEY"]', "pwd: /home/user1/data", "암호: AES256-GCM", "password: bcrypt-hash-12"),
    *("write to name@example.com", "name@shop.invalid", "git@github.com:firm/repo.git"),
    "9001011234560" if not _resident("900101", "123456").endswith("0") else "9001011234561",
    *("999999-1234567", "880132-4123456", "771231-3123456"),
    "4111 1111 1111 1112",
    "the years 2019-2020-2021, 1,234,567.89 and 3.14159, +12 345 678 users, 1588-1234",
    "version 10.2.3.4, commit 3f2a9c8e7b6d5f4a3b2c1d0e9f8a7b6c5d4e3f2a",
    "sk-learn-contrib-models-are-used-here, key-value-store-with-many-words-in-it, AnotherLongCamelCaseNameOfAClass",
    "https://shop.invalid/reports/2024/quarterly-figures-of-the-parcel-letters.html",
    f"https://docs.invalid/document/d/{DRAWN}/edit",
    "postgres://user:password@localhost/db",
    *(
        "The password policy: at least twelve characters.",
        "access token: expires after 3600s",
        "max_tokens: 4096 of 8k",
    ),
    "curl -u name:password https://host.invalid, 여권 사진 1200장",
    "a phone number has 10 digits, an order 20240131-0001",
]


@pytest.mark.parametrize("text", SECRETS)
def test_secrets(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["secret"]


@pytest.mark.parametrize("text", PERSONAL)
def test_personal(text: str) -> None:
    assert found(f"It is {text}, say.") == [("personal", text)]
    assert found(f"연락처는 {text}입니다") == [("personal", text)]


@pytest.mark.parametrize("text", LABELLED)
def test_a_label_tells_what_the_figures_are(text: str) -> None:
    assert [kind for kind, _ in found(f"It is {text}, say.")] == ["personal"]


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str) -> None:
    assert found(text) == []


def test_a_notice_names_the_thing_and_does_not_repeat_it() -> None:
    document = parse(f"{FILL}\n\nwrite to someone@firm.co.kr\n".encode(), "a.md")
    start = document.text.index("someone")
    assert sensitive(document) == (Notice(kind="personal", message="an e-mail address", start=start, end=start + 18),)


def test_many_tokens_are_read_in_one_pass() -> None:
    assert len(found(("q8Zr2Lw9Xv4Tq8Zr2Lw9 " * 3000) + "someone@firm.co.kr")) == 1
