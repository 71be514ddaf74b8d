"""Bytes to text, never silently wrong: a byte-order mark, then strict UTF-8, then a detector that is checked."""

import codecs
import re
from contextlib import suppress
from itertools import islice

from reviewer.errors import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What a page may say that it is in, and the codec that reads all that people mean by it.
_DECLARED = {
    "utf8": "utf-8", "euckr": "cp949", "ksc56011987": "cp949", "cp949": "cp949", "uhc": "cp949", "windows949": "cp949",
    "shiftjis": "cp932", "sjis": "cp932", "windows31j": "cp932", "eucjp": "euc_jp", "gb2312": "gb18030",
    "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "iso88591": "cp1252", "latin1": "cp1252",
    "windows1252": "cp1252", "windows1250": "cp1250", "windows1251": "cp1251", "koi8r": "koi8_r",
}  # fmt: skip
# What each guess has to look like: the letters that text in it consists of, and those that betray another one.
_HANGUL, _KANA, _HAN = "가-힣", "\u3040-\u30ff", "\u3400-\u9fff"
_GUESSES = {
    "cp949": (f"[{_HANGUL}]", 0.7),
    "cp932": (f"[{_KANA}{_HAN}。、「」・ー\uff66-\uff9f]", 0.7),
    "euc_jp": (f"[{_KANA}{_HAN}。、「」・ー]", 0.7),
    "gb18030": (f"[{_HAN}，。、；：（）“”]", 0.7),
    "big5": (f"[{_HAN}，。、；：（）「」]", 0.7),
    "cp1251": ("[а-яА-ЯёЁіїєґ]", 0.8),
    "koi8_r": ("[а-яА-ЯёЁ]", 0.8),
    "cp1252": ("[À-ÖØ-öø-ÿŒœŠšŽžŸ’‘“”„–—…•€£§°©®«»·¿¡ªº\u00a0]", 0.9),
}
# What is not read, but could be taken for one that is.
_NEIGHBOURS = ("cp1253", "cp1255")
_WITH_KANA = ("cp932", "euc_jp")
_SINGLE = ("cp1251", "koi8_r", "cp1252")
_JAPANESE = re.compile(f"[{_KANA}]")
_KANA_LEAST = 0.15  # of Japanese; Korean bytes make one here and there
_RARE_MOST = 0.3  # of Korean: syllables that no word of today has, but CP949 has a place for
_LATIN1 = re.compile("[À-ÖØ-öø-ÿ]")
_ACCENTED = re.compile("(?<=[A-Za-z])[À-ÖØ-öø-ÿ]|[À-ÖØ-öø-ÿ](?=[A-Za-z])")
# As other bytes look: "shopÕs", "ZŸrich", "gr…§ten" of a Mac, and the quotation marks of Korean or Japanese ones.
_MISREAD = re.compile(
    "(?<=[a-z])[À-ÖØ-ÞŠŒŽŸ]|(?<=[A-Z])[À-ÖØ-ÞŠŒŽŸ](?=[a-z])|(?<=[a-z])[§©®°«»„•€£¤¥†‡]+(?=[a-z])|[¡¿](?![¡¿]?(?:[A-Za-zà-ÿ]|[À-Þ][a-zà-ÿ]))"
)
_AMONG_LATIN = re.compile("(?<=[A-Za-z])[^\\x00-\\x7f]|[^\\x00-\\x7f](?=[A-Za-z])")
_SAMPLE = 50_000
_FEW, _SHORT = 16, 60  # bytes that are not ASCII, and bytes: too little to choose by
_SEVEN_BITS = {
    # The plus first, which is looked for quickly; then what stands before it.
    "utf_7": re.compile(rb"\+(?:(?<![\w+/]\+)[A-Za-z0-9+/]{3,400}-?|(?<=\w\+)A[A-Z][A-Za-z0-9+/]{1,9}-)"),
    "iso2022_jp": re.compile(rb"\x1b\$[@B][^\x1b]{2,400}"),
    "iso2022_kr": re.compile(rb"\x1b\$\)C[^\x0e]{0,400}\x0e[^\x0f]{2,400}"),
    "hz": re.compile(rb"~\{(?:[!-}][!-~]){1,1000}?~\}"),
}
_NO_WORD = re.compile("[\x00-\x1f\ue000-\uf8ff]")
_NO_TEXT = re.compile("[\0\ue000-\uf8ff]")
_SEVERAL = {"utf_7": 3}  # words; a plus begins many another
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: bytes, name: str, declared: str = "") -> tuple[str, str, bool]:
    """The text without its byte-order mark, the encoding that it was in, and whether that is a guess."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly(data[len(bom) :], encoding, name, len(bom)), encoding, False
    if b"\0" in data:
        encoding = _utf16(data, name)
        return _strictly(data, encoding, name, 0), encoding, True
    if len(_BINARY.findall(data, 0, _SAMPLE)) > len(data[:_SAMPLE]) / 200:
        raise InputError(f"{name}: holds control characters, so it is no text; save it as UTF-8")
    if seven := _seven_bits(data):
        raise InputError(f"{name}: is written in {seven}, which is not read; save it as UTF-8")
    try:
        return data.decode("utf-8").lstrip("\ufeff"), "utf-8", False
    except UnicodeDecodeError as error:
        first = error.start
    if known := _DECLARED.get(re.sub(r"[^a-z0-9]", "", declared.lower())):
        return _strictly(data, known, name, 0), known, False
    encoding = _guess(data, name, first)
    return _strictly(data, encoding, name, 0), encoding, True


def _strictly(data: bytes, encoding: str, name: str, skipped: int) -> str:
    try:
        return data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: looks like {encoding.upper()}, but byte {error.start + skipped} is not; save it as UTF-8"
        ) from None


def _seven_bits(data: bytes) -> str:
    """The encoding that writes other letters in ASCII, if it is one: read as ASCII, its text would be nonsense."""
    if not data.isascii():
        return ""
    for encoding, mark in _SEVEN_BITS.items():
        words = set()
        for token in islice(mark.finditer(data), 50):
            with suppress(UnicodeDecodeError):
                words.add(token[0].decode(encoding))
        telling = [word for word in words if not word.isascii() and not _NO_WORD.search(word)]
        if len(telling) >= _SEVERAL.get(encoding, 1):
            return encoding.replace("_", "-").upper()
    return ""


def _utf16(data: bytes, name: str) -> str:
    """UTF-16 without a mark: the other half of a space or a line's end is a zero byte, always on one side."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if max(even, odd) > 3 * min(even, odd) and len(data) % 2 == 0 and max(even, odd) > len(data) / 100:
        # A Chinese "one" is such a half, too, but on the other side the text makes no sense.
        for encoding in ("utf-16-le", "utf-16-be") if odd > even else ("utf-16-be", "utf-16-le"):
            with suppress(UnicodeDecodeError):
                text = data.decode(encoding)
                if not _NO_TEXT.search(text):
                    return encoding
    raise InputError(f"{name}: holds zero bytes (first at byte {data.index(0)}), so it is no text; save it as UTF-8")


def _guess(data: bytes, name: str, first: int) -> str:
    from charset_normalizer import from_bytes

    # Lines in plain ASCII tell nothing, and would hide the few that tell.
    telling = b"\n".join(line for line in data.split(b"\n") if not line.isascii())[:_SAMPLE]
    telling = telling[: telling.rfind(b"\n")] if b"\n" in telling and len(telling) == _SAMPLE else telling
    best = from_bytes(telling, cp_isolation=[*_GUESSES, *_NEIGHBOURS]).best()
    fitting = [encoding for encoding in _GUESSES if _looks_right(telling, encoding)]
    # Japanese bytes make Hangul or rare Chinese of sorts; kana comes about by no accident.
    fitting = [e for e in fitting if e in _WITH_KANA] or fitting
    few = sum(byte > 127 for byte in telling) < _FEW
    if few and len(data) < _SHORT:
        fitting = []
    if best and best.encoding in _NEIGHBOURS:
        fitting = []
    if best and best.encoding in fitting and not (few and len(fitting) > 1):
        return str(best.encoding)
    if len(fitting) == 1:
        return fitting[0]
    raise InputError(
        f"{name}: is not UTF-8 (byte {first}), and its encoding cannot be told for sure; save it as UTF-8 and try again"
    )


def _looks_right(data: bytes, encoding: str) -> bool:
    letters, share = _GUESSES[encoding]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    strange = "".join(c for c in text if not c.isascii())
    if _NO_WORD.search(strange):
        return False
    if encoding in _WITH_KANA and len(_JAPANESE.findall(strange)) < _KANA_LEAST * len(strange):
        return False
    if encoding == "cp949" and len(strange.encode("euc_kr", "ignore")) < 2 * (1 - _RARE_MOST) * len(strange):
        return False
    plain = sum(c.isalpha() for c in text if c.isascii())
    # Accented letters stand among plain ones, Cyrillic letters among their like.
    if encoding in _SINGLE and (plain > len(strange)) is not (encoding == "cp1252"):
        return False
    if encoding == "cp1252" and 2 * len(_ACCENTED.findall(text)) < len(_LATIN1.findall(text)):
        return False
    if encoding == "cp1252" and 4 * len(_MISREAD.findall(text)) >= len(strange):
        return False
    if encoding not in _SINGLE and 2 * len(_AMONG_LATIN.findall(text)) > len(strange):
        return False
    return len(re.findall(letters, strange)) >= share * len(strange)
