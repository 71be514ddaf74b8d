"""The store: whole after a kill, never mixed, never thrown away. Ids are those of the table of faults."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reviewer.batch import database
from reviewer.batch.database import connect, on_network
from reviewer.batch.hold import held
from reviewer.batch.rows import Row
from reviewer.batch.store import Listed, Result, Store, open_store
from reviewer.errors import InputError, OutputError, ReviewerError, SettingsError

RUN = {"identity": {"model": "a"}, "rubric": {}, "language": None, "no_text": False}
SECRET = "a text that nobody else may see"


def listed(name: str, **more: object) -> Listed:
    return Listed.model_validate({"place": name, "name": name, **more})


def result(content: str, state: str = "reviewed", name: str = "a.md", **more: object) -> Result:
    packed = Result.pack(f'{{"document":{{"name":"{name}","text":"{SECRET}"}}}}') if state == "reviewed" else None
    return Result.model_validate({"content": content, "name": name, "state": state, "packed": packed, **more})


def filled(folder: Path) -> Path:
    """A store with one document of each kind: reviewed, its twin, failed, encrypted, waiting."""
    with open_store(folder, write=True) as store:
        store.configure(RUN)
        store.list(
            [
                listed("a.md", stamp="1"),
                listed("twin.md"),
                listed("bad.md"),
                listed("locked.md", state="failed", reason="is encrypted"),
                listed("new.md"),
            ]
        )
        for name, content in (("a.md", "x"), ("twin.md", "x"), ("bad.md", "y")):
            store.link(listed(name).id, content)
        store.put(result("x", cost=0.5, calls=2, tokens=10))
        store.put(result("y", "failed", reason="bad.md: is empty"))
    return folder / "store.db"


def states(store: Store) -> list[tuple[str, str, str]]:
    return [(row.name, row.state, row.reason) for row in store.rows()]


def test_a_twin_is_reviewed_once_and_goes_by_its_own_name(tmp_path: Path) -> None:
    filled(tmp_path)
    with open_store(tmp_path) as store:
        assert states(store) == [
            ("a.md", "reviewed", ""),
            ("twin.md", "reviewed", ""),
            ("bad.md", "failed", "bad.md: is empty"),
            ("locked.md", "failed", "is encrypted"),
            ("new.md", "pending", ""),
        ]
        names = [row.record and row.record[:28] for row in store.rows()]
        assert names[:2] == [b'{"document":{"name":"a.md","', b'{"document":{"name":"twin.md']
        assert store.counts() == {"reviewed": 2, "failed": 2, "pending": 1}
        assert store.cost() == 0.5


def test_ar11_renamed_removed_and_edited_files(tmp_path: Path) -> None:
    filled(tmp_path)
    with open_store(tmp_path, write=True) as store:
        store.list([listed("renamed.md"), listed("a.md", stamp="2")])
        store.link(listed("renamed.md").id, "x")
        store.flush()
        assert store.content(listed("a.md").id) is None  # its stamp is another: to be read again
        assert [(name, state) for name, state, _ in states(store)] == [("renamed.md", "reviewed"), ("a.md", "pending")]
        store.list([listed("a.md", stamp="2"), listed("bad.md")])  # what was gone is back
        assert [(name, state) for name, state, _ in states(store)] == [("a.md", "pending"), ("bad.md", "failed")]


def test_bs06_results_of_other_settings_stay_and_never_show(tmp_path: Path) -> None:
    filled(tmp_path)
    other = {**RUN, "identity": {"model": "b"}}
    with open_store(tmp_path, write=True) as store:
        store.configure(other)
        assert store.counts() == {"pending": 4, "failed": 1}
        store.put(result("y", name="bad.md"))
        store.configure(RUN)
        assert store.counts() == {"reviewed": 2, "failed": 2, "pending": 1}


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_bytes(b"no database at all, but a text of some length " * 99)


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(4096, len(data), 97):
        data[at] ^= 0x5A
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE mine (a)")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE run SET tool = '9.9.9'")
        db.execute("PRAGMA user_version=99")
        db.commit()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(_empty, "is empty, so a copy of it broke off", id="BS10-empty"),
        pytest.param(_text, "no store of reviewer", id="BS10-text"),
        pytest.param(_flipped, "is damaged", id="BS10-flipped"),
        pytest.param(_cut, "is damaged", id="BS10-cut"),
        pytest.param(_foreign, "no store of reviewer; name another --out", id="BS10-foreign"),
        pytest.param(_newer, "written by reviewer 9.9.9", id="BS06-newer"),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_a_store_that_cannot_be_used_is_told_and_left_alone(
    spoil: Callable[[Path], None], said: str, write: bool, tmp_path: Path
) -> None:
    path = filled(tmp_path)
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(InputError, match=said) as caught, open_store(tmp_path, write=write):
        pass
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "read",
    [
        lambda store: list(store.rows()),
        lambda store: store.record(listed("a.md").id),
        lambda store: store.replace((one for one in store.results() if one.packed and one.record()), RUN),
    ],
)
def test_bs10_a_damaged_record_is_told(read: Callable[[Store], object], tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled(tmp_path))) as db:
        db.execute("UPDATE records SET record = substr(record, 1, 20)")
        db.commit()
    with pytest.raises(InputError, match="is damaged"), open_store(tmp_path, write=True) as store:
        read(store)


def _overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def _no_text(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE documents SET name = CAST(x'ff' AS TEXT)")
        db.commit()


@pytest.mark.parametrize("harm", [_overwritten, _no_text])
def test_bs10_who_does_not_look_first_is_told_what_is_met(harm: Callable[[Path], None], tmp_path: Path) -> None:
    path = filled(tmp_path)
    harm(path)
    other = filled(tmp_path / "other").parent
    # The error passes the other one, and does not name it.
    with (
        pytest.raises(InputError, match=f"^{path}: is damaged"),
        open_store(tmp_path, whole=False) as store,
        open_store(other),
    ):
        assert [*store.counts(), *store.rows(records=False)]


@pytest.mark.parametrize(
    ("name", "reason", "said"),
    [
        ("a.md", "a.md: is empty", "a.md: is empty"),
        ("x.zip!b/a.md", "b/a.md: is a link", "x.zip!b/a.md: is a link"),
        ("a: b", "a: b: is empty: quite", "a: b: is empty: quite"),
        ("a.md", "looks like: a menu", "a.md: looks like: a menu"),
        ("new.md", "old.md: is empty", "new.md: old.md: is empty"),
        ("a.md", ": strange", "a.md: : strange"),
        ("a.md", "", "a.md: "),
    ],
)
def test_a_reason_names_its_document_once(name: str, reason: str, said: str) -> None:
    assert Row(id="1", name=name, state="failed", reason=reason).why == said


V1 = Path(__file__).parent / "batch_store_v1.sql"


def _first(folder: Path) -> Path:
    """A store as the first version wrote it."""
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / "store.db")) as db:
        db.executescript(V1.read_text("utf-8"))
    return folder / "store.db"


def test_bs06_a_store_of_version_1_opens(tmp_path: Path) -> None:
    _first(tmp_path)
    with open_store(tmp_path) as store:
        assert [(row.name, row.state, bool(row.record)) for row in store.rows()] == [
            ("a.md", "reviewed", True),
            ("b.md", "failed", False),
        ]


@pytest.mark.parametrize(
    ("step", "works"), [("ALTER TABLE run ADD COLUMN more TEXT;", True), ("DROP TABLE records; no SQL at all;", False)]
)
def test_bs06_a_migration_is_whole_or_not_at_all(
    step: str, works: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _first(tmp_path)
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, step))
    if works:
        with open_store(tmp_path) as store:
            assert store.counts() == {"reviewed": 1, "failed": 1}
    else:
        with pytest.raises(ReviewerError), open_store(tmp_path):
            pass
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2 if works else 1,)
        assert db.execute("SELECT count(*) FROM records").fetchone() == (1,)
    monkeypatch.undo()
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "store.v1.db", tmp_path / "copy" / "store.db")
    with open_store(tmp_path / "copy") as store:  # the copy that was made before
        assert store.counts() == {"reviewed": 1, "failed": 1}


def test_bs02_a_commit_survives_a_power_cut(tmp_path: Path) -> None:
    filled(tmp_path)
    with closing(connect(tmp_path / "store.db", write=True)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


MOUNTS = """\
22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 0:40 / {0}/nfs rw - nfs4 server:/x rw
31 22 0:41 / {0}/smb rw - cifs //server/x rw
32 22 0:42 / {0}/smb/local rw - ext4 /dev/sdb rw
33 22 0:43 / {0}/with\\040space rw - fuse.sshfs me@there: rw
"""


@pytest.mark.parametrize(
    ("folder", "shared"),
    [("", False), ("nfs", True), ("nfs/deep/in", True), ("nfsnot", False), ("smb", True), ("smb/local", False),
     ("with space", True)],
)  # fmt: skip
def test_bs07_a_file_system_that_machines_share(folder: str, shared: bool, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(tmp_path))
    assert on_network(tmp_path / folder / "store.db", mounts) is shared


def test_bs07_no_log_beside_the_store_where_machines_share_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "on_network", lambda path: True)
    filled(tmp_path)
    with closing(connect(tmp_path / "store.db", write=True)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_bs07_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    filled(tmp_path / "run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["store.db"]


def test_bs08_a_closed_store_is_one_file(tmp_path: Path) -> None:
    path = filled(tmp_path / "run")
    assert {file.name for file in path.parent.iterdir()} == {"store.db"}
    (tmp_path / "copy").mkdir()
    shutil.copy(path, tmp_path / "copy")
    with open_store(tmp_path / "copy") as store:
        assert store.counts()["reviewed"] == 2


def test_bs13_only_its_owner_reads_it_and_text_can_be_taken_out(tmp_path: Path) -> None:
    path = filled(tmp_path / "run")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with open_store(path.parent, write=True) as store:
        store.configure({"identity": 1, "unpacked": SECRET})  # stands for a text: records are packed
        store.configure(RUN)
        store.shrink()
    assert SECRET.encode() not in path.read_bytes()


def test_co01_readers_do_not_wait_for_the_writer(tmp_path: Path) -> None:
    filled(tmp_path)
    with open_store(tmp_path, write=True) as writer, writer._transaction():
        writer._put(result("y", name="bad.md"))
        with open_store(tmp_path) as reader:
            assert reader.counts() == {"reviewed": 2, "failed": 2, "pending": 1}
    with open_store(tmp_path) as reader:
        assert reader.counts() == {"reviewed": 3, "failed": 1, "pending": 1}


def test_co03_the_second_run_hears_who_is_at_work(tmp_path: Path) -> None:
    with held(tmp_path):
        code = (
            f"from pathlib import Path; from reviewer.batch.hold import held; held(Path({str(tmp_path)!r})).__enter__()"
        )
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
        assert f"process {os.getpid()} on" in done.stderr
        with pytest.raises(SettingsError, match="another run is at work"), held(tmp_path):
            pass
    with held(tmp_path):
        pass


def test_bs09_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file; --out names a folder"), open_store(tmp_path / "file", write=True):
        pass
    with pytest.raises(OutputError, match="cannot be written"), open_store(Path("/proc/nobody"), write=True):
        pass
    with pytest.raises(InputError, match="no such store"), open_store(tmp_path / "none"):
        pass


def test_bs09_a_full_disk_keeps_what_is_finished(tmp_path: Path) -> None:
    filled(tmp_path)
    code = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_batch_store import *
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
kept = 0
try:
    with open_store(Path({str(tmp_path)!r}), write=True) as store:
        for n in range(1000):
            store.put(Result(content=str(n), name="n", state="reviewed", packed=os.urandom(5000)))
            kept += 1
except OutputError as error:
    print(kept, error)
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    kept, _, said = done.stdout.partition(" ")
    assert "MB are free there" in said, done.stderr
    with open_store(tmp_path) as store:
        assert sum(found.name == "n" for found in store.results()) == int(kept) > 5


def test_bs09_a_disk_that_is_full_at_the_very_end(tmp_path: Path) -> None:
    filled(tmp_path)
    code = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_batch_store import *
with open_store(Path({str(tmp_path)!r}), write=True) as store:
    for n in range(20):
        store.put(Result(content=str(n), name="n", state="reviewed", packed=os.urandom(5000)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with open_store(tmp_path) as store:
        assert sum(found.name == "n" for found in store.results()) == 20
