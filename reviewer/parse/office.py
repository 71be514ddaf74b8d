"""What Word and OpenDocument files have in common: a ZIP of XML parts, read with limits and without DTDs."""

import io
import zipfile
import zlib
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from reviewer.errors import InputError

MAX_PARTS = 5_000
MAX_PART = 30_000_000  # bytes, unpacked
MAX_DEPTH = 300
_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
    "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0": "svg",
    "urn:oasis:names:tc:opendocument:xmlns:meta:1.0": "meta",
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
    "http://purl.org/dc/elements/1.1/": "dc",
}


def find(node: Element | None, path: str) -> Element | None:
    """The first child, grandchild, ... of these names; ElementTree's own `find` takes "w:" for something to look up."""
    for step in path.split("/"):
        node = next((child for child in node if child.tag == step), None) if node is not None else None
    return node


class Package:
    """An office file's parts. Sizes are counted while unpacking: what the archive says of itself may be a lie."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            raise InputError(f"{name}: is a broken office file ({error}); save it again") from None
        self.parts = frozenset(self.archive.namelist())
        if len(self.parts) > MAX_PARTS:
            raise InputError(f"{name}: holds {len(self.parts):,} parts; a document has fewer than {MAX_PARTS:,}")

    def read(self, part: str) -> bytes:
        """A part's bytes; b"" if there is no such part."""
        if part not in self.parts:
            return b""
        info = self.archive.getinfo(part)
        if info.flag_bits & 1:
            raise InputError(f"{self.name}: is protected by a password; save it without")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"{self.name}: {part} is packed as no office program does; save the file again")
        try:
            with self.archive.open(part) as file:
                data = file.read(MAX_PART + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
            raise InputError(f"{self.name}: {part} is broken or cut; save the file again") from None
        if len(data) > MAX_PART:
            raise InputError(f"{self.name}: {part} unpacks to more than {MAX_PART // 1_000_000} MB; no proposal does")
        return data

    def xml(self, part: str, path: str = "") -> Element | None:
        """A part as a tree, its names as "w:p", or what stands there at this path; None if there is none."""
        data = self.read(part)
        if not data:
            return None
        reader = _Reader(f"{self.name}: {part}")
        try:
            tree = reader.read(data)
            return find(tree, path) if path else tree
        except expat.ExpatError as error:
            raise InputError(f"{self.name}: {part} is broken XML ({error}); save the file again") from None


class _Reader:
    def __init__(self, where: str) -> None:
        self.where = where
        self.depth = 0
        self.builder = TreeBuilder()
        self.names: dict[str, str] = {}
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.builder.data
        # No office program writes a DTD; bombs and files from elsewhere come in one.
        self.parser.StartDoctypeDeclHandler = self._doctype

    def read(self, data: bytes) -> Element:
        self.parser.Parse(data, True)
        return self.builder.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise InputError(f"{self.where} is nested more than {MAX_DEPTH} deep; save the file again")
        self.builder.start(self._short(tag), {self._short(key): value for key, value in attributes.items()})

    def _end(self, tag: str) -> None:
        self.depth -= 1
        self.builder.end(self._short(tag))

    def _short(self, name: str) -> str:
        short = self.names.get(name)
        if short is None:
            space, _, local = name.rpartition("}")
            prefix = _PREFIXES.get(space, "")
            short = self.names[name] = f"{prefix}:{local}" if prefix else local
        return short

    def _doctype(self, *_: Any) -> None:
        raise InputError(f"{self.where} holds a DTD, which no office program writes; save the file again")
