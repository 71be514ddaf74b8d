"""The files in an archive, read in memory and never unpacked. Every figure that it states may be a lie."""

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from reviewer.errors import InputError

MOST = 10_000_000  # bytes of a document; one more, and reading it says so
_MEMBERS = 200_000
_DIRECTORY = 64_000_000  # bytes of a ZIP's own list, which must be read whole
_NESTED = 100_000_000  # bytes of an archive in an archive
_DEPTH = 2
_RATIO = 100  # what text can shrink to, and more
_SMALL = 1_000_000  # bytes: below, no ratio is suspicious
_ALL = 200_000_000  # bytes that an archive may hold whatever its own size

Kind = Literal["zip", "tar"]
_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".tgz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    name: str  # as people read it
    stamp: str
    read: Callable[[], bytes]
    again: str = ""  # " (2)": what tells it from others of its name
    state: Literal["failed", "skipped"] | None = None
    why: str = ""


class _Quota:
    """What is left of an archive's limits, for it and for all that it holds."""

    def __init__(self, size: int) -> None:
        self.members, self.bytes = _MEMBERS, max(_ALL, _RATIO * size)

    def read(self, n: int) -> None:
        self.bytes -= n
        if self.bytes < 0:
            raise InputError("the archive holds far more than its size allows for; it looks like a bomb")


def archive_kind(name: str) -> Kind | None:
    """What kind of archive a file is, by its name."""
    low = name.lower()
    if low.endswith(".zip"):
        return "zip"
    return "tar" if low.endswith((".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")) else None


def members(path: Path, kind: Kind) -> Iterator[Member]:
    """Every file in it, in its order, folders left out. `read` before the next one. Raises InputError."""
    try:
        found = path.stat()
        with path.open("rb") as file:
            yield from _inside(file, path.name, kind, stamp_of(found), _Quota(found.st_size), 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}; check the file") from error


def stamp_of(found: os.stat_result) -> str:
    """What differs once a file was touched: a copy that keeps the times keeps its content's, but not its entry's."""
    return f"{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_size}"


def unique(place: str, seen: dict[int, int]) -> str:
    """The place, told from those of the same name before it."""
    while times := seen.get(hash(place), 0):
        seen[hash(place)] = times + 1
        place = f"{place} ({times + 1})"  # which may be another's own name
    seen[hash(place)] = 1
    return place


def _inside(file: Any, name: str, kind: Kind, stamp: str, quota: _Quota, depth: int) -> Iterator[Member]:
    seen: dict[int, int] = {}
    try:
        for member in (_zip if kind == "zip" else _tar)(file, name, stamp, quota):
            again = unique(member.name, seen)[len(member.name) :]
            inner = archive_kind(member.name) if member.state is None else None
            if inner is None:
                yield Member(member.name, member.stamp, member.read, again, member.state, member.why)
            else:
                for one in _nested(member, again, inner, quota, depth):
                    if one.name == member.name + again:  # about the archive as a whole, which has its place
                        yield one
                    else:  # a member may be called "n.zip!a.md" itself
                        yield replace(one, again=unique(one.name + one.again, seen)[len(one.name) :])
    except _BROKEN as error:
        yield _bad("", f"the archive {name} is broken ({error}); what came before that was read")
    except InputError as error:
        yield _bad("", f"{name}: {error}; what came before that was read")


def _bad(name: str, why: str, state: Literal["failed", "skipped"] = "failed") -> Member:
    return Member(name, "", lambda: b"", "", state, why)


def _nested(member: Member, again: str, kind: Kind, quota: _Quota, depth: int) -> Iterator[Member]:
    called = member.name + again
    if depth >= _DEPTH:
        yield _bad(called, f"{called}: an archive in an archive in an archive is not opened; unpack it", "skipped")
        return
    try:
        data = member.read()
    except InputError as error:
        yield _bad(called, str(error))
        return
    for one in _inside(io.BytesIO(data), called, kind, member.stamp, quota, depth + 1):
        yield Member(f"{called}!{one.name}" if one.name else called, one.stamp, one.read, one.again, one.state, one.why)


def _zip(file: Any, name: str, stamp: str, quota: _Quota) -> Iterator[Member]:
    if _directory(file) > _DIRECTORY:
        raise InputError("its list of files alone is larger than an archive of proposals can be")
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            _count(quota)
            called = _name(info)
            if info.external_attr >> 28 == 0o12:  # S_IFLNK
                yield _bad(called, f"{called}: is a symbolic link, which is not followed", "skipped")
            elif info.flag_bits & 1:
                yield _bad(called, f"{called}: is encrypted; pack it without a password")
            else:
                yield Member(called, f"{stamp}:{info.CRC}", _reader(archive, info, called, quota))


def _count(quota: _Quota) -> None:
    quota.members -= 1
    if quota.members < 0:
        raise InputError(f"more than {_MEMBERS:,} files in one archive; split it")


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, quota: _Quota) -> Callable[[], bytes]:
    most = _NESTED if archive_kind(name) else MOST

    def read() -> bytes:
        try:
            with archive.open(info) as file:
                return _bounded(file, most, info.compress_size, name, quota)
        except _BROKEN as error:
            raise InputError(f"{name}: cannot be taken out of the archive ({error}); pack it anew") from error

    return read


def _bounded(file: Any, most: int, packed: int, name: str, quota: _Quota) -> bytes:
    """Its bytes, up to one more than it may have; counted as they come, since the archive's figure may lie."""
    data = bytearray()
    while len(data) <= most and (piece := file.read(1 << 18)):
        quota.read(len(piece))
        data += piece
        if len(data) > max(_SMALL, _RATIO * max(packed, 1)):
            raise InputError(f"{name}: unpacks to more than {_RATIO} times its size; it looks like a bomb")
    return bytes(data[: most + 1])


def _directory(file: Any) -> int:
    """Bytes of a ZIP's list of files, as its end says."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return 0
    told: int = struct.unpack_from("<I", tail, at + 12)[0]
    # Where 32 bits are not enough, the list is too long for any limit of ours.
    return told


def readable(raw: bytes, otherwise: str = "latin-1") -> str:
    """A name as it was meant: many programs write it in the system's own encoding, and do not say so."""
    for encoding, letters in (("utf-8", ""), ("cp949", "가힣"), ("shift_jis", "぀ヿ")):
        try:
            decoded = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not letters or any(letters[0] <= c <= letters[1] for c in decoded):
            return decoded
    return raw.decode(otherwise)


def _name(info: zipfile.ZipInfo) -> str:
    told = info.flag_bits & 0x800 or info.filename.isascii()
    name = info.filename if told else readable(info.filename.encode("cp437", "replace"), "cp437")
    return name.replace("\\", "/")  # old packers of Windows


def _tar(file: Any, name: str, stamp: str, quota: _Quota) -> Iterator[Member]:
    opener = next((opener for end, opener in _OPENERS.items() if name.lower().endswith(end)), None)
    stream = _Counted(opener(file) if opener else file, quota)
    with tarfile.open(fileobj=stream, mode="r:", errorlevel=1) as archive:  # type: ignore[call-overload]
        for info in archive:
            archive.members = []  # it would keep them all
            if info.isdir():
                continue
            _count(quota)
            called = "/".join(map(readable, info.name.encode("utf-8", "surrogateescape").split(b"/")))
            if not info.isreg():
                what = "symbolic link" if info.issym() else "link or a device"
                yield _bad(called, f"{called}: is a {what}, which is not followed", "skipped")
            elif info.size > (most := _NESTED if archive_kind(called) else MOST):
                yield _bad(called, f"{called}: more than {most // 1_000_000} MB; hand over the proposal's text alone")
            else:
                yield Member(called, f"{stamp}:{info.offset_data}", _taken(archive, info, called))


def _taken(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            file = archive.extractfile(info)
            return file.read() if file else b""
        except _BROKEN as error:
            raise InputError(f"{name}: cannot be taken out of the archive ({error}); pack it anew") from error

    return read


class _Counted:
    """A stream that counts what is unpacked, and hands over no more at once than a member may have."""

    def __init__(self, stream: Any, quota: _Quota) -> None:
        self._stream, self._quota, self._far = stream, quota, 0

    def read(self, n: int = -1) -> bytes:
        if n < 0 or n > _NESTED:
            raise InputError("a header of the archive claims a size that none has")
        data: bytes = self._stream.read(n)
        self._passed()
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        while self._stream.tell() < offset and not whence and self._stream.read(min(1 << 20, offset - self.tell())):
            self._passed()  # in steps, so that a bomb is noticed before it has gone off
        at: int = self._stream.seek(offset, whence) if self.tell() != offset else offset
        return at

    def tell(self) -> int:
        at: int = self._stream.tell()
        return at

    def _passed(self) -> None:
        if (at := self.tell()) > self._far:
            self._quota.read(at - self._far)
            self._far = at
