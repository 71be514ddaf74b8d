"""What a file is. Its first bytes decide; its name only where they cannot, so that a wrong extension does no harm."""

import io
import re
import zipfile
from pathlib import PurePath

from reviewer.errors import InputError

FORMATS = ("markdown", "text", "rst", "html", "docx", "odt", "pdf", "ipynb")
_BY_NAME = {
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown", ".mkd": "markdown", ".mdx": "markdown",
    ".qmd": "markdown", ".rmd": "markdown", ".txt": "text", ".text": "text", ".rst": "rst", ".rest": "rst",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".ipynb": "ipynb",
}  # fmt: skip
_REFUSED = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"RIFF", "a sound, film or WebP file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%!PS", "a PostScript file"),
    (b"{\\rtf", "an RTF file"),
    (b'{"schema_version"', "a stored review, which `reviewer score` and `reviewer diff` read"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself (git lfs pull fetches it)"),
)
_OLD = (
    ("EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    (b"HWP Document File", "a Hangul (HWP) file"),
    ("Workbook".encode("utf-16-le"), "an old Excel workbook"),
    ("PowerPoint Document".encode("utf-16-le"), "an old PowerPoint presentation"),
    ("__substg1.0".encode("utf-16-le"), "an Outlook message"),
)
_IN_ZIP = (
    ("word/", "docx"),
    ("xl/", "an Excel workbook"),
    ("ppt/", "a PowerPoint presentation"),
    ("META-INF/container.xml", "an EPUB book"),
    ("Index/", "an Apple iWork file"),
    ("Contents/section", "a Hangul (HWPX) file"),
)
_MARKDOWN = re.compile(
    rb"(?m)^(?:#{1,6}[ \t]+\S|```|~~~|[-*+][ \t]+\S|>[ \t]|\|.*\|[ \t]*\r?$|<!--|---\r?$)|\*\*\S|\]\([^)\s]"
)
_HEADING = re.compile(rb"(?m)^#{1,6}[ \t]+\S")
_RST = re.compile(
    rb"(?m)^\.\. [\w-]+::|^\.\. _[^\n]+:|^:[\w ]+: |::\r?\n\r?\n[ \t]+\S|`[^`\n]+`_\b|^(?:={4,}|-{4,})\r?$"
)
_HTML = re.compile(rb"(?i)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.DOTALL)
# A part of a page, as people copy it out of one.
_PART = re.compile(rb"(?i)\s*(?:<!--.*?-->\s*)*<(?:p|div|h[1-6]|table|ul|ol|section|article|main)\b[^<>]*>", re.DOTALL)
_TAG = re.compile(rb"(?i)<(?:p|div|h[1-6]|table|ul|ol|span|br)\b[^<>]*>")
_HEAD = 4096


def sniff(data: bytes, name: str, told: str | None = None) -> str:
    """The format's name, one of FORMATS."""
    if told is not None and told not in FORMATS:
        raise InputError(f"{name}: there is no format {told!r}; take one of {', '.join(FORMATS)}")
    found = _binary(data, name)
    if found and told not in (None, found):
        raise InputError(f"{name}: is {found}, not {told}; leave the format out")
    if told in ("docx", "odt", "pdf") and not found:
        raise InputError(f"{name}: does not begin like {told}; leave the format out, or check the file")
    return found or told or _text(data, name)


def _binary(data: bytes, name: str) -> str | None:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data, name)
    # What only tells of PDF files has no objects.
    if data.startswith(b"%PDF-") or (b"%PDF-" in data[:1024] and b" obj" in data):
        return "pdf"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        what = next((what for mark, what in _OLD if mark in data), "in the old .doc format")
        raise InputError(f"{name}: is {what}; save it as .docx without a password")
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    for magic, what in _REFUSED:
        # A sentence can begin with letters that are a mark.
        if head.startswith(magic) and (not magic.isalnum() or b"\0" in head):
            raise InputError(f"{name}: is {what}; hand over the proposal as Markdown, text, Word or PDF")
    return None


def _zip(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            first = archive.infolist()[0] if names else None
            kind = b""
            if first and first.filename == "mimetype" and first.file_size < 200:
                kind = archive.read(first)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError, EOFError):
        raise InputError(f"{name}: is a broken Word, OpenDocument or ZIP file; save it again") from None
    if kind.startswith(b"application/vnd.oasis.opendocument.text"):
        return "odt"
    for prefix, what in _IN_ZIP:
        if any(part.startswith(prefix) for part in names):
            if what in FORMATS:
                return what
            raise InputError(f"{name}: is {what}; save the proposal as Word, PDF or Markdown")
    what = "an OpenDocument file, but no text" if kind else "a ZIP archive; unpack it"
    raise InputError(f"{name}: is {what}; hand over the proposal as Markdown, text, Word or PDF")


def _text(data: bytes, name: str) -> str:
    # UTF-16 has a zero byte beside each letter of a tag; a byte-order mark stands before the first one.
    data = data.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    head = data[:_HEAD]
    suffix = PurePath(name).suffix.lower()
    kind = _BY_NAME.get(suffix)
    if head.startswith(b"{") and b'"cells"' in data and b'"nbformat' in data:
        return "ipynb"
    if kind == "ipynb":
        raise InputError(f"{name}: is no notebook (no JSON with cells); save it again as .ipynb")
    if head[:300].lower().startswith(b"mime-version:") or b"multipart/related" in head[:1000]:
        raise InputError(f"{name}: is a web archive (MHTML); open it and save it as .docx, .html or PDF")
    if b"<office:document" in head or b"<w:wordDocument" in head or b"<pkg:package" in head:
        raise InputError(f"{name}: is an office file in one XML; save it as .odt or .docx")
    if _HTML.match(head) and kind not in ("markdown", "rst"):
        return "html"
    if kind == "html" and _TAG.search(data):
        return "html"
    # A text file is shown as it is; what is pasted, or has a strange name, may be a part of a page.
    part = _PART.match(head) if kind is None and b"</" in data else None
    if part and not _MARKDOWN.search(data, part.end()):
        return "html"
    if kind in ("markdown", "rst"):
        return kind
    # A text file, a paste or a file with a strange name: what its marks say.
    if _HEADING.search(data) or (kind != "text" and _MARKDOWN.search(data) and not _RST.search(data)):
        return "markdown"
    return "rst" if kind != "text" and _RST.search(data) else "text"
