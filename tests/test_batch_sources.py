"""What counts as a proposal, and archives and tables that want to do harm. Ids are those of the table of faults."""

import io
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewer.batch import archives
from reviewer.batch.database import create
from reviewer.batch.sources import Entry, Rules, content_of, entries
from reviewer.domain import LeftOut
from reviewer.errors import InputError

TEXT = b"A proposal of ours."


def found(*sources: Path | str, **rules: object) -> list[tuple[str, str]]:
    """(name, what came of it): its text, or why there is none."""
    rows = []
    for entry in entries(map(str, sources), Rules.model_validate(rules)):
        if isinstance(entry, LeftOut):
            rows.append((entry.name, f"left out: {entry.reason}"))
        elif entry.listed.state:
            rows.append((entry.listed.name, f"{entry.listed.state}: {entry.listed.reason}"))
        else:
            try:
                rows.append((entry.listed.name, entry.read().decode("utf-8", "replace")))
            except InputError as error:
                rows.append((entry.listed.name, f"unreadable: {error}"))
    return rows


def tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(TEXT)
    return root


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_ar10_which_files_of_a_folder_count(tmp_path: Path) -> None:
    tree(
        tmp_path / "in",
        *("a.md", "b/c.docx", "b/README.md", ".git/x.md", ".hidden.md", "node_modules/n.md", "p.png"),
        *("~$a.docx", "Thumbs.db", "b/x.md"),
    )
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "in" / "a.md")
    rows = {name.removeprefix(f"{tmp_path}/in/"): what for name, what in found(tmp_path / "in")}
    assert [name for name, what in rows.items() if what == TEXT.decode()] == ["a.md", "b/c.docx", "b/x.md"]
    assert {name: what for name, what in rows.items() if what != TEXT.decode()} == {
        ".git/": "left out: hidden, or a tool's",
        "node_modules/": "left out: hidden, or a tool's",
        ".hidden.md": "left out: hidden, or a tool's",
        "Thumbs.db": "left out: left by another program",
        "link.md": "left out: a symbolic link",
        "p.png": "left out: no format that is read (.png)",
        "~$a.docx": "left out: left by another program",
        "b/README.md": "left out: by its name no proposal",
    }


def test_ar10_nothing_in_a_folder_is_passed_over_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link to a folder, a folder that may not be listed, what holds documents of its own, what we
    made ourselves, a name of another age."""
    monkeypatch.chdir(tree(tmp_path, "in/a.md", "in/closed/b.md", "else/c.md"))
    Path("in/link").symlink_to(tmp_path / "else")
    zipped(Path("in/d.zip"), ("d.md", TEXT))
    Path("in/e.csv").write_text("text\nOne.\n")
    tree(tmp_path, "in/run/reports/a.html", "in/else/store.db")
    create(Path("in/run/store.db"))
    Path(os.fsdecode("in/제안서.md".encode("cp949"))).write_bytes(TEXT)
    real, stat_of = os.scandir, os.lstat

    def scandir(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    def lstat(path: str, **more: object) -> object:
        if str(path).endswith("a.md"):
            raise PermissionError(13, "Permission denied", path)
        return stat_of(path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("os.scandir", scandir)
    monkeypatch.setattr("os.lstat", lstat)  # its folder may be listed, and not be looked into
    ok, apart = TEXT.decode(), "left out: an archive or a table: name it as a SOURCE of its own"
    assert dict(found("in")) == {
        "in/link/": "left out: a symbolic link",
        "in/run/": "left out: a run of reviewer",
        "in/else/store.db": "left out: no format that is read (.db)",
        "in/a.md": ok,
        "in/d.zip": apart,
        "in/e.csv": apart,
        "in/제안서.md": ok,
        "in/closed/": "failed: in/closed/: cannot be listed: Permission denied; check its permissions",
    }
    assert found("in/*.zip", "in/*.csv") == [("in/d.zip!d.md", ok), ("in/e.csv#1", "One.")]
    assert found("in", include=("*.zip",))[2:4] == [
        ("in/a.md", "left out: not among --include"),
        ("in/d.zip!d.md", "left out: not among --include"),
    ]


def test_ar10_what_a_report_wrote_is_no_proposal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run lies among the proposals: in their own folder, or where a pattern leads into it."""
    own = "reports/a-0123456789ab.html", "feedback/a-0123456789ab.md", "index.html", "marks.html"
    monkeypatch.chdir(tree(tmp_path, "a.md", "reports/mine.md", *own, "run/index.html", "apart/index.html"))
    for run in (".", "run"):
        create(Path(run, "store.db"))
    read = {"a.md", "reports/mine.md", "apart/index.html"}
    assert {name for name, what in found(".") if what == TEXT.decode()} == read
    assert {name for name, what in found("**/*") if what == TEXT.decode()} == read
    assert ("run/index.html", "left out: a report of reviewer") in found("**/*")


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        ({"include": ("b/*",)}, ["b/a.md", "b/notes.log"]),
        ({"include": ("*.log", "a.md")}, ["a.md", "b/a.md", "b/notes.log"]),
        ({"exclude": ("b/*",)}, ["a.md"]),
        ({"include": ("*.md",), "exclude": ("b/*",)}, ["a.md"]),
        ({"include": (".hidden.md",)}, []),
    ],
)
def test_ar10_include_and_exclude(rules: dict[str, object], names: list[str], tmp_path: Path) -> None:
    tree(tmp_path, "a.md", "b/a.md", "b/notes.log", ".hidden.md")
    rows = [name for name, what in found(tmp_path, **rules) if not what.startswith("left out")]
    assert rows == [f"{tmp_path}/{name}" for name in names]


def test_files_patterns_and_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree(tmp_path, "README.md", "in/a.md", "in/deep/b.md", "in/p.png"))
    tree(tmp_path, "in/node_modules/n.md")
    Path("in/link.md").symlink_to("a.md")
    Path("list.txt").write_text("in/a.md\n\n  README.md \nnone.md\n")
    ok = TEXT.decode()
    assert found("README.md", "in/p.png") == [("README.md", ok), ("in/p.png", ok)]  # who is named counts
    assert found("in/**/*") == [
        ("in/a.md", ok),
        ("in/deep/b.md", ok),
        ("in/link.md", "left out: a symbolic link"),
        ("in/node_modules/n.md", "left out: hidden, or a tool's"),
        ("in/p.png", "left out: no format that is read (.png)"),
    ]
    assert found("@list.txt") == [
        ("in/a.md", ok),
        ("README.md", ok),
        ("none.md", "failed: none.md: no such file or directory"),
    ]
    Path("windows.txt").write_bytes("in/a.md\r\n".encode("utf-16") + b"x")  # what it calls Unicode, cut off
    assert found("@windows.txt")[0] == ("in/a.md", ok)
    Path("strange.txt").write_bytes(b"a\0b\n")
    assert found("@strange.txt") == [("ab", "failed: ab: is no path")]
    with pytest.raises(InputError, match="a SOURCE is empty"):
        found("")  # a variable that is not set is not the folder where one is
    monkeypatch.setattr("sys.stdin", io.StringIO("in/a.md\n"))
    assert found("-") == found("-") == [("in/a.md", ok)]  # a list is gone through more than once
    for source in ("none.md", "none/*.md", "@none.txt"):
        with pytest.raises(InputError, match="none"):
            found(source)


def test_content_is_the_bytes_and_how_they_are_read() -> None:
    same = {content_of(TEXT, name) for name in ("a.md", "b/c.md", "A.MD")}
    assert len(same) == 1
    assert len({content_of(TEXT, name) for name in ("a.md", "a.txt", "17")} | {content_of(b"x", "a.md")}) == 4


def _info(name: str, mode: int = 0, flags: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.flag_bits |= flags
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _bomb(path: Path) -> None:
    zipped(path, ("bomb.md", b"\0" * 9_000_000), ("good.md", TEXT))


def _lying(path: Path) -> None:
    """The directory says ten bytes; there are many."""
    zipped(path, ("bomb.md", b"\0" * 9_000_000), ("good.md", TEXT))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 10)
    path.write_bytes(data)


def _overlapping(path: Path) -> None:
    """Two names for the same bytes."""
    zipped(path, ("one.md", TEXT), ("two.md", TEXT), ("good.md", TEXT))
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    struct.pack_into("<I", data, second + 42, struct.unpack_from("<I", data, first + 42)[0])
    path.write_bytes(data)


def _encrypted(path: Path) -> None:
    zipped(path, ("secret.md", TEXT), ("good.md", TEXT))
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(data)


def _korean(path: Path) -> None:
    """A name as Windows in Korea packs it: CP949, and nobody says so."""
    zipped(path, ("@@@@@@.md", TEXT), ("good.md", TEXT))
    path.write_bytes(path.read_bytes().replace(b"@@@@@@", "제안서".encode("cp949")))


def _nested(depth: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        data = TEXT
        name = "deep.md"
        for level in range(depth):
            held = io.BytesIO()
            with zipfile.ZipFile(held, "w") as archive:
                archive.writestr(name, data)
            name, data = f"n{level}.zip", held.getvalue()
        zipped(path, (name, data), ("good.md", TEXT))

    return make


def _packed(*members: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return held.getvalue()


def _cut(path: Path) -> None:
    zipped(path, ("good.md", TEXT))
    path.write_bytes(path.read_bytes()[:-30])


def _empty(path: Path) -> None:
    zipped(path)


def _members(*members: tuple[str | zipfile.ZipInfo, bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        zipped(path, *members, ("good.md", TEXT))

    return make


GOOD = ("good.md", TEXT.decode())


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        pytest.param(_bomb, [("bomb.md", "more than 100 times its size"), GOOD], id="AR01"),
        pytest.param(_lying, [("bomb.md", "unreadable"), GOOD], id="AR01-lying"),
        pytest.param(_overlapping, [("one.md", TEXT.decode()), ("two.md", "unreadable"), GOOD], id="AR02"),
        pytest.param(
            _members(("../../etc/x.md", TEXT), ("/abs/x.md", TEXT), ("C:\\x.md", TEXT)),
            [("../../etc/x.md", TEXT.decode()), ("/abs/x.md", TEXT.decode()), ("C:/x.md", TEXT.decode()), GOOD],
            id="AR03",
        ),
        pytest.param(
            _members((_info("link.md", stat.S_IFLNK | 0o777), b"/etc/passwd")),
            [("link.md", "skipped: link.md: is a symbolic link"), GOOD],
            id="AR04",
        ),
        pytest.param(
            _members((_info("a\x1b[31m\n::error::x.md", stat.S_IFLNK | 0o777), b""), ("b.\n::error::", b"")),
            [
                ("a ::error::x.md", "skipped: a ::error::x.md: is a symbolic link"),
                ("b. ::error::", "left out: no format that is read (. ::error::)"),
                GOOD,
            ],
            id="AR09-reason",
        ),
        pytest.param(_korean, [("제안서.md", TEXT.decode()), GOOD], id="AR05"),
        pytest.param(_encrypted, [("secret.md", "failed: secret.md: is encrypted"), GOOD], id="AR06"),
        pytest.param(
            _members(
                ("__MACOSX/._p.md", TEXT),
                ("__MACOSX\\._q.md", TEXT),
                (".DS_Store", TEXT),
                ("~$p.docx", TEXT),
                ("folder/", b""),
            ),
            [
                ("__MACOSX/._p.md", "left out: hidden"),
                ("__MACOSX/._q.md", "left out: hidden"),
                (".DS_Store", "left out: hidden"),
                ("~$p.docx", "left out: left by another program"),
                GOOD,
            ],
            id="AR07-junk",
        ),
        pytest.param(_nested(1), [("n0.zip!deep.md", TEXT.decode()), GOOD], id="AR07-nested"),
        pytest.param(
            _members(("n.zip!a.md", b"Mine."), ("n.zip", _packed(("a.md", TEXT))), ("n.zip!a.md (2)", b"")),
            [("n.zip!a.md", "Mine."), ("n.zip!a (2).md", TEXT.decode()), ("n.zip!a.md (2)", "left out"), GOOD],
            id="AR07-same-place",
        ),
        pytest.param(_nested(4), [("n3.zip!n2.zip", "skipped: n2.zip"), GOOD], id="AR07-deep"),
        pytest.param(_empty, [], id="AR07-empty"),
        pytest.param(
            _members(("a.md", TEXT), ("a.md", b"Another one.")),
            [("a.md", TEXT.decode()), ("a (2).md", "Another one."), GOOD],
            id="AR08",
            marks=pytest.mark.filterwarnings("ignore:Duplicate name"),
        ),
        pytest.param(
            _members(("a\nb::error::pwn.md", TEXT), ("\x1b[2Jx.md", TEXT), ("<img src=x>.md", TEXT)),
            [("a b::error::pwn.md", TEXT.decode()), ("x.md", TEXT.decode()), ("<img src=x>.md", TEXT.decode()), GOOD],
            id="AR09",
        ),
        pytest.param(_cut, [("", "failed: the archive in.zip is broken")], id="AR12-cut"),
    ],
)
def test_archives_that_want_to_do_harm(
    make: Callable[[Path], None], rows: list[tuple[str, str]], tmp_path: Path
) -> None:
    path = tmp_path / "in.zip"
    make(path)
    before = sorted(tmp_path.rglob("*"))
    seen = found(path)
    assert [name.removeprefix(str(path)).removeprefix("!") for name, _ in seen] == [name for name, _ in rows]
    for (_, what), (_, expected) in zip(seen, rows, strict=True):
        assert expected in what
    places = [entry.listed.place for entry in entries([str(path)], Rules()) if isinstance(entry, Entry)]
    assert len(set(places)) == len(places)
    assert sorted(tmp_path.rglob("*")) == before  # nothing is unpacked to disk


@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [
        pytest.param("_ALL", 50, "looks like a bomb", id="AR01-in-all"),
        pytest.param("_MEMBERS", 2, "more than 2 files in one archive", id="AR01-count"),
        pytest.param("_DIRECTORY", 10, "its list of files alone", id="AR01-directory"),
    ],
)
def test_ar01_limits_of_a_whole_archive(
    limit: str, most: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "in.zip", *((f"{n}.md", TEXT) for n in range(9)))
    monkeypatch.setattr(archives, limit, most)
    monkeypatch.setattr(archives, "_RATIO", 0)
    assert any(said in what for _, what in found(path))


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"])
def test_tar_archives(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"in{ending}"
    mode = {".tgz": "w:gz"}.get(ending, f"w:{ending.rpartition('.')[2]}" if ending != ".tar" else "w")
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        korean = os.fsdecode("제안서.md".encode("cp949"))
        for name, kind in (("a.md", tarfile.REGTYPE), ("link.md", tarfile.SYMTYPE), ("pipe.md", tarfile.FIFOTYPE),
                           ("../up.md", tarfile.REGTYPE), (korean, tarfile.REGTYPE)):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            info.size = len(TEXT) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(TEXT))
    ok = TEXT.decode()
    assert [(name.partition("!")[2], what[:24]) for name, what in found(path)] == [
        ("a.md", ok),
        ("link.md", "skipped: link.md: is a sy"[:24]),
        ("pipe.md", "skipped: pipe.md: is a li"[:24]),
        ("../up.md", ok),
        ("제안서.md", ok),
    ]


@pytest.mark.slow
def test_ar01_a_bomb_in_a_tar_stops_before_it_has_gone_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, size in (("a.md", 10), ("bomb.md", 300_000_000)):
            info = tarfile.TarInfo(name)
            info.size = size
            archive.addfile(info, io.BytesIO(b"\0" * size))
    rows = found(path)
    assert [what[:60] for _, what in rows][1:] == [
        "failed: bomb.md: more than 10 MB; hand over the proposal's t"[:60],
        "failed: in.tar.gz: the archive holds far more than its size "[:60],
    ]


def test_ar01_a_header_that_claims_everything(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 5_000_000_000
    (tmp_path / "in.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 2048)
    [(_, what)] = found(tmp_path / "in.tar")
    assert what.startswith("failed: in.tar: a header of the archive claims a size")


TABLES = {
    "plain.jsonl": '{"text": "One.", "n": 1}\n\n{"text": "Two.", "n": 2}\n',
    "bad.jsonl": '{"text": "One.", "n": 1}\nnot json\n[1]\n{"n": 3}\n{"text": "Two.", "n": 1}\n' + "[" * 100_000 + "\n",
    "plain.csv": 'n,text\n1,One.\n2,"Two\nlines."\n',
    "excel.csv": "\ufeffn;text\r\n1;One.\r\n",
    "tab.tsv": "n\ttext\n1\tOne.\n",
    "short.csv": "n,text\n1\n2,Two.\n",
    "twice.csv": "n,text\n1,One.\n1,Two.\n1 (2),Three.\n",
    "named.csv": "n,text\n0,One.\ndraft.ipynb,Two.\n",  # of a notebook a table has the text
    "unicode.tsv": "\ufeffn\ttext\r\n1\tOne.\r\n",
    "unicode.jsonl": '\ufeff{"n": 1, "text": "One\u2028and 1\u0a0a."}\r\n{"n": "2", "text": "Two."}\r\n',
    "cut.tsv": "\ufeffn\ttext\r\n1\tOne.\r\n",
    "open.csv": 'n,text\n1,"One."\n2,"never closed\n3,Three.\n',
    "long.jsonl": '{"text": "' + "x" * 20_000_000 + '"}\n{"text": "Two.", "n": 2}\n',
}


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("plain.jsonl", [("1", "One."), ("2", "Two.")]),
        (
            "bad.jsonl",
            [
                ("1", "One."),
                ("bad.jsonl#2", "failed: bad.jsonl#2: no JSON"),
                ("bad.jsonl#3", "failed: bad.jsonl#3: no JSON object"),
                ("3", "failed: 3: nothing stands in 'text'"),
                ("1 (2)", "Two."),
                ("bad.jsonl#6", "failed: bad.jsonl#6: no JSON"),
            ],
        ),
        ("plain.csv", [("1", "One."), ("2", "Two\nlines.")]),
        ("excel.csv", [("1", "One.")]),
        ("tab.tsv", [("1", "One.")]),
        ("short.csv", [("1", "failed: 1: nothing stands in 'text'"), ("2", "Two.")]),
        ("twice.csv", [("1", "One."), ("1 (2)", "Two."), ("1 (2) (2)", "Three.")]),
        ("named.csv", [("0", "One."), ("draft.ipynb (text)", "Two.")]),
        ("unicode.tsv", [("1", "One.")]),
        ("unicode.jsonl", [("1", "One\u2028and 1\u0a0a."), ("2", "Two.")]),
        ("cut.tsv", [("1", "One."), ("\ufffd", "failed: \ufffd: nothing stands in 'text'")]),
        ("open.csv", [("1", "One."), ("open.csv#2", "failed: open.csv#2: no row of a table (unexpected end of data)")]),
        ("long.jsonl", [("long.jsonl#1", "failed: long.jsonl#1: a line of more than 20 MB"), ("2", "Two.")]),
    ],
)
def test_tables(name: str, rows: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wide = name in ("unicode.tsv", "unicode.jsonl", "cut.tsv")
    Path(name).write_text(TABLES[name], "utf-16-le" if wide else "utf-8", newline="")
    if name == "cut.tsv":
        Path(name).write_bytes(Path(name).read_bytes() + b"x")
    seen = found(name, id_column="n")
    assert [row[0] for row in seen] == [row[0] for row in rows]
    assert all(what.startswith(expected) for (_, what), (_, expected) in zip(seen, rows, strict=True))
    assert len(
        {entry.listed.place for entry in entries([name], Rules(id_column="n")) if isinstance(entry, Entry)}
    ) == len(rows)


def test_a_table_in_the_encoding_of_excel_in_korea(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes("번호,본문\n1,제안서입니다\n".encode("cp949"))
    assert found(tmp_path / "in.csv", text_column="본문", id_column="번호") == [("1", "제안서입니다")]


@pytest.mark.parametrize(
    ("rules", "said"), [({"text_column": "body"}, "has no column 'body', but n, text"), ({"id_column": "id"}, "'id'")]
)
def test_a_column_that_is_not_there(rules: dict[str, str], said: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("n,text\n1,One.\n")
    (tmp_path / "in.jsonl").write_text('not json\n{"n": 1, "text": "One."}\n')
    for name in ("in.csv", "in.jsonl"):
        with pytest.raises(InputError, match=said):
            found(tmp_path / name, **rules)
