"""The report of a run: everything reviewed is on the map and in the table, and nothing from a name becomes active."""

import base64
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import render_attacks as attacks
import render_builder as build
import report_archive as made
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.batch.report import drawing, write_report
from reviewer.batch.report.alike import Alike
from reviewer.batch.report.entries import Entry, asked, common_folder, entry, left
from reviewer.batch.report.files import safe_name, whole_file
from reviewer.batch.report.page import Archive, write_page
from reviewer.batch.report.ranks import ranked
from reviewer.batch.report.words import WORDS
from reviewer.batch.rows import Row
from reviewer.domain import AxisScore
from reviewer.errors import InputError, OutputError
from reviewer.pipeline import folded, read_record

GOLDEN = Path(__file__).parent / "golden_report"
RUBRIC = build.rubric()
LINKS = {"href", "src", "srcset", "action", "formaction", "background", "poster", "data", "srcdoc", "xlink:href"}
TAGS = {
    "html", "head", "meta", "title", "style", "script", "body", "a", "main", "header", "div", "p", "h1", "h2",
    "span", "strong", "section", "ul", "li", "b", "svg", "defs", "path", "circle", "g", "rect", "line", "ellipse",
    "use", "text", "details", "summary", "label", "input", "select", "option", "button", "output", "table", "thead",
    "tbody", "tfoot", "tr", "th", "td", "footer", "dl", "dt", "dd", "br",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser would make of a page; anything that could act or load is refused."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._raw = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        found = {name: value or "" for name, value in attrs}
        for name, value in found.items():
            assert not name.startswith("on"), (tag, name)
            assert name != "style", tag
            assert name not in LINKS or re.fullmatch(r"#[\w=-]+|(?:reports|feedback)/[^/.][^/]*", value), (tag, value)
        self.tags.append((tag, found))
        self._raw = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._raw = False

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.text += data

    def ids(self) -> set[str]:
        return {found["id"] for _, found in self.tags if "id" in found}


def archive(rows: list[Row]) -> Archive:
    found = Archive()
    for row in rows:
        if row.record is None:
            found.left.append(left(row, row.reason))
        else:
            review = read_record(row.record, row.name)
            assert review.scorecard
            found.add(entry(row, review, review.scorecard, RUBRIC), review)
    return found


def page(found: Archive, language: str = "en", rubric=RUBRIC) -> str:
    file = StringIO()
    write_page(found, rubric, language, file)
    return file.getvalue()


# Goldens: what a person looks at when a page changes. Style and script have tests of their own.


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("voice", ["gate", "instructor"])
def test_golden(voice: str, language: str, tmp_path: Path, update: bool) -> None:
    write_report(made.small(language), tmp_path, RUBRIC, language, voice)
    for path in sorted(tmp_path.rglob("*")):
        if (
            path.is_dir()
            or path.parent.name == "reports"
            or (path.parent.name == "feedback" and "mail" not in path.name)
        ):
            continue
        shown = re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", path.read_text("utf-8"), flags=re.DOTALL)
        shown = re.sub(r"sha256-[\w+/=]+", "sha256-", shown)
        golden = GOLDEN / f"{path.stem}.{language}{path.suffix}"
        if update:
            golden.parent.mkdir(exist_ok=True)
            golden.write_text(shown, "utf-8")
        assert shown == golden.read_text("utf-8"), golden.name


def test_everything_is_there_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    write_report(made.small(), tmp_path, RUBRIC)
    found = Page((tmp_path / "index.html").read_text("utf-8"))
    hrefs = [attributes["href"] for tag, attributes in found.tags if tag == "a"]
    reports = [unquote(href) for href in hrefs if href.startswith("reports/")]
    assert sorted(reports) == sorted(f"reports/{p.name}" for p in (tmp_path / "reports").iterdir())
    assert len(reports) == len(made.SMALL)
    assert {href[1:] for href in hrefs if href.startswith("#") and "=" not in href} <= found.ids()
    for row in made.LEFT:
        assert row.name in found.text
        assert row.reason in found.text
    assert "3 of 5" in found.text
    assert (tmp_path / "index.html").stat().st_mode & 0o077 == 0


def test_of_many_that_are_alike_the_later_ones_are_folded_away(tmp_path: Path) -> None:
    rows = [made.row(made.reviewed(f"copy-{n:02}.md"), n) for n in range(13)]
    write_report(rows, tmp_path, RUBRIC)
    page = (tmp_path / "index.html").read_text("utf-8").partition('<div class="group">')[2]
    first, _, folded = page.partition("<details><summary>3 more</summary>")
    linked = [re.findall(r'<li><a href="#r\d+">(copy-\d\d)', part) for part in (first, folded)]
    assert linked == [[f"copy-{n:02}" for n in range(10)], ["copy-10", "copy-11", "copy-12"]]


@pytest.mark.slow
@pytest.mark.parametrize("voice", ["gate", "instructor"])
def test_pages_are_the_same_whoever_draws_them(voice: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CO08: many are drawn in processes, which may end in any order."""
    one, many = tmp_path / "one", tmp_path / "many"
    write_report(made.small(), one, RUBRIC, voice=voice)
    # The usual way to start a process goes through a socket, which no test may open.
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    monkeypatch.setattr(drawing, "MANY", 2)
    write_report(made.small(), many, RUBRIC, voice=voice)
    files = [path.relative_to(one) for path in sorted(one.rglob("*")) if path.is_file()]
    assert files == [path.relative_to(many) for path in sorted(many.rglob("*")) if path.is_file()]
    assert [name for name in files if (one / name).read_bytes() != (many / name).read_bytes()] == []

    place = many / ("reports" if voice == "gate" else "feedback")
    shutil.rmtree(place)
    place.write_text("in the way")
    with pytest.raises(OutputError, match="cannot write"):  # BS09
        write_report(made.small(), many, RUBRIC, voice=voice)


figures = st.tuples(*[st.floats(0, 100, allow_nan=False)] * 3).map(sorted)


@given(st.lists(st.tuples(figures, figures), max_size=12))
@settings(max_examples=25, deadline=None)
def test_every_reviewed_row_is_on_the_map_and_in_the_table(given_figures) -> None:
    rows = [
        made.row(made.reviewed(f"{n}.md", impact=(i[1], i[0], i[2]), feasibility=(f[1], f[0], f[2]), text=""), n)
        for n, (i, f) in enumerate(given_figures)
    ]
    found = Page(page(archive(rows)))
    dots = [attributes["href"] for tag, attributes in found.tags if attributes.get("class", "").startswith("dot ")]
    table = [attributes["id"] for tag, attributes in found.tags if tag == "tr" and "id" in attributes]
    assert dots == [f"#{name}" for name in table]
    assert len(table) == len(rows)
    for row in rows:
        assert row.name in found.text


# Escaping


@pytest.mark.parametrize("payload", attacks.EACH)
def test_nothing_becomes_active(payload: str) -> None:
    rubric = attacks.poisoned_rubric(RUBRIC, payload)
    review = attacks.poisoned(made.reviewed("x.md"), payload)
    rows = [
        made.row(review.model_copy(update={"document": review.document}), 0),
        Row(id="2", name=payload, state="failed", reason=payload),
    ]
    rows[0] = rows[0].model_copy(update={"name": payload})
    html = page(archive(rows), rubric=rubric)
    found = Page(html)
    assert html.count("<script>") == 1
    assert folded(payload)[:150] in folded(found.text)
    assert re.fullmatch(r"[\w.-]+", safe_name(rows[0], ".html"))


@pytest.mark.parametrize("payload", attacks.EACH)
def test_nothing_becomes_active_on_the_mark_sheet(payload: str, tmp_path: Path) -> None:
    row = made.row(made.reviewed("x.md"), 0).model_copy(update={"name": payload})
    lost = Row(id="2", name=payload, state="failed", reason=payload)
    write_report([row, lost], tmp_path, attacks.poisoned_rubric(RUBRIC, payload), "en", "instructor")
    html = (tmp_path / "marks.html").read_text("utf-8")
    assert folded(payload)[:150] in folded(Page(html).text)
    assert "<script" not in html
    assert [path.suffix for path in (tmp_path / "feedback").iterdir()] == [".md"]


def test_the_policy_names_our_style_and_script_and_nothing_else() -> None:
    html = page(archive(made.small()))
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    for part, tag in (("style-src", "style"), ("script-src", "script")):
        [content] = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{part} &#39;sha256-{digest}&#39;" in policy
    assert policy.startswith("default-src &#39;none&#39;; ")
    assert not re.search(r"url\(|@import|https?:", html.replace(made.LEFT[0].name, ""))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=fault)
        for fault, name in [
            ("AR03-up", "../../etc/x.md"), ("AR03-absolute", "/abs/x.md"), ("AR03-windows", "a\\..\\x.md"),
            ("AR03-drive", "C:\\x.md"), ("AR05-korean", "폴더/제안서.md"), ("AR09-line", "a\nb::error::pwn.md"),
            ("AR09-terminal", "\x1b[2Jx.md"), ("AR09-tag", "<img src=x onerror=1>.md"),
            ("AR09-formula", "=HYPERLINK(1).md"), ("dots", "..."), ("empty", ""), ("hidden", ".md"),
            ("option", "--help.md"), ("device", "CON.md"), ("long", "x" * 5000 + ".md"), ("surrogate", "\udcff.md"),
        ]
    ],
)  # fmt: skip
def test_names_of_files_lead_nowhere_else(name: str, tmp_path: Path) -> None:
    file = safe_name(Row(id="1", name=name, state="failed"), ".html")
    assert (tmp_path / file).resolve().parent == tmp_path.resolve()
    assert re.fullmatch(r"[^\W_][\w.-]*-[0-9a-f]{12}\.html", file)
    (tmp_path / file).write_text("")


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), min_size=2, max_size=9, unique=True))
def test_no_two_rows_share_a_file(rows: list[tuple[str, str]]) -> None:
    names = {safe_name(Row(id=key, name=name, state="failed"), ".md").casefold() for key, name in rows}
    assert len(names) == len(rows)


HOME = Path(write_report.__code__.co_filename).parent
SOURCES = "".join(path.read_text("utf-8") for path in HOME.rglob("*") if path.suffix in (".py", ".j2"))


@pytest.mark.parametrize("key", WORDS)
def test_words_are_used_and_the_same_in_both_languages(key: str) -> None:
    english, korean = (sorted(re.findall(r"\{\w*\}", text)) for text in WORDS[key])
    assert english == korean
    assert key.startswith(("state.", "verdict.")) or SOURCES.count(f'"{key}"') > 1  # one is the table's own


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        ([], ""),
        (["a.md"], ""),
        (["/in/x/a.md"], "/in/x/"),
        (["/in/x/a.md", "/in/xy/a.md"], "/in/"),
        (["in.zip!x/a.md", "in.zip!x/y/b.md"], "in.zip!x/"),
        (["a/b.md", "c/b.md"], ""),
    ],
)
def test_the_folder_that_all_share(names: list[str], folder: str) -> None:
    assert common_folder(names) == folder


# Ranks


def entries(*bounds: tuple[float, float, float]) -> list[Entry]:
    rubric = build.course_rubric()
    found = []
    for n, (low, point, high) in enumerate(bounds):
        review = build.course_review()
        assert review.scorecard
        card = review.scorecard.model_copy(update={"axes": {"mark": AxisScore(point=point, low=low, high=high)}})
        found.append(entry(Row(id=str(n), name=str(n), state="reviewed"), review, card, rubric))
    return found


@pytest.mark.parametrize(
    ("bounds", "places"),
    [
        (((50, 50, 50),), ["0: 1 1-1"]),
        (((10, 20, 30), (40, 50, 60)), ["1: 1 1-1", "0: 2 2-2"]),
        (((10, 20, 45), (40, 50, 60)), ["1: 1 1-2", "0: 2 1-2"]),
        (((10, 20.2, 30), (10, 19.8, 30), (0, 5, 9)), ["0: 1= 1-2", "1: 1= 1-2", "2: 3 3-3"]),
        (((0, 5, 100), (60, 60, 60), (50, 50, 50)), ["1: 1 1-2", "2: 2 2-3", "0: 3 1-3"]),
    ],
)
def test_ranks_are_ranges(bounds: tuple[tuple[float, float, float], ...], places: list[str]) -> None:
    found = [f"{r.entry.id}: {r.place}{'=' * r.tied} {r.best}-{r.worst}" for r in ranked(entries(*bounds))]
    assert found == places


@given(st.lists(figures, min_size=1, max_size=9))
@settings(max_examples=40, deadline=None)
def test_a_place_lies_within_its_range(bounds) -> None:
    found = ranked(entries(*map(tuple, bounds)))
    assert [r.place for r in found] == sorted(r.place for r in found)
    for one in found:
        assert 1 <= one.best <= one.place <= one.worst <= len(found)
        # The definition, counted one by one.
        surely = [r for r in found if int(r.entry.overall.low + 0.5) > int(one.entry.overall.high + 0.5)]
        assert one.best == 1 + len(surely)


# Near-duplicates


def words(start: int, count: int) -> str:
    return " ".join(f"word{n}" for n in range(start, start + count))


def test_near_duplicates_are_measured() -> None:
    found = Alike()
    for number, text in enumerate([words(0, 400), words(900, 400), words(0, 300) + " new end", words(0, 400), ""]):
        found.add(number, text)
    [[first, second]] = found.groups()
    assert (first.text, first.of, round(first.similarity, 2)) == (2, 0, 0.74)
    assert (second.text, second.of, second.similarity) == (3, 0, 1)


def test_many_copies_of_one_text_cost_no_more_than_one() -> None:
    found = Alike()
    for number in range(50):
        found.add(number, words(0, 200))
    [group] = found.groups()
    assert {copy.of for copy in group} == {0}
    assert len(found._where) == 1


@pytest.mark.parametrize(
    ("state", "rows"),
    [
        ("alike.what", made.small()),
        ("alike.none", [made.row(made.reviewed("a.md"), 0)]),
        ("alike.no_text", [made.row(made.reviewed("a.md", text=""), 0)]),
    ],
)
def test_what_is_said_of_near_duplicates(state: str, rows: list[Row]) -> None:
    assert WORDS[state][0] in Page(page(archive(rows))).text


def test_without_the_library_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)
    assert "proposal-reviewer[batch]" in Page(page(archive(made.small()))).text


def test_readers_that_differ_are_told() -> None:
    base = made.reviewed("a.md")
    assert base.extraction
    other = base.model_copy(update={"extraction": base.extraction.model_copy(update={"engine": "offline 2"})})
    assert WORDS["method.mixed"][0] not in page(archive([made.row(base, 0), made.row(base, 1)]))
    assert WORDS["method.mixed"][0] in page(archive([made.row(base, 0), made.row(other, 1)]))


# Other archives


def test_what_was_not_asked_is_not_unsaid() -> None:
    """The rubric may have a criterion more than when the text was read."""
    row = made.small()[0]
    done = read_record(row.record or b"", row.name)
    assert done.scorecard is not None
    lacks = entry(row, done, done.scorecard, RUBRIC).lacks
    silent = asked(RUBRIC)[lacks[0]]
    asked_less = done.model_copy(update={"facts": tuple(f for f in done.facts if f.criterion != silent)})
    assert entry(row, asked_less, done.scorecard, RUBRIC).lacks == lacks[1:]


def test_nothing_was_reviewed(tmp_path: Path) -> None:
    done = write_report(made.LEFT, tmp_path, RUBRIC)
    assert (done.reviewed, done.unreviewed) == (0, len(made.LEFT))
    assert WORDS["none.reviewed"][0] in Page((tmp_path / "index.html").read_text("utf-8")).text


def test_a_rubric_with_one_axis_has_a_table_and_no_map(tmp_path: Path) -> None:
    rows = [made.row(build.course_review(), 0)]
    write_report(rows, tmp_path, build.course_rubric())
    html = (tmp_path / "index.html").read_text("utf-8")
    Page(html)
    assert 'id="dots"' not in html
    assert 'id="r0"' in html


@pytest.mark.parametrize(
    ("record", "why"),
    [(b"", "not a record"), (b"{}", "not a record"), (made.row(build.course_review(), 0).record, "no figures")],
)
def test_a_record_without_figures_is_told_and_not_ranked(record: bytes, why: str, tmp_path: Path) -> None:
    done = write_report([Row(id="1", name="odd.md", state="reviewed", record=record)], tmp_path, RUBRIC)
    assert (done.reviewed, done.unreviewed) == (0, 1)
    assert why in Page((tmp_path / "index.html").read_text("utf-8")).text


# Files


def test_reports_of_what_is_gone_are_removed_and_nothing_else(tmp_path: Path) -> None:
    write_report(made.small(), tmp_path, RUBRIC)
    mine = tmp_path / "reports" / "notes.html"
    mine.write_text("my own")
    write_report(made.small()[1:], tmp_path, RUBRIC)
    assert mine.exists()
    assert len(list((tmp_path / "reports").iterdir())) == len(made.SMALL) - 1 + 1


def test_what_a_killed_report_left_is_removed_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    write_report(made.small()[:1], tmp_path, RUBRIC)
    for folder in (tmp_path, tmp_path / "reports"):
        for name in (".a.csv.x1.part", ".b.csv.x2.part", ".mine"):
            (folder / name).write_text("")
        os.utime(folder / ".a.csv.x1.part", (1, 1))
        os.utime(folder / ".mine", (1, 1))
    write_report(made.small()[:1], tmp_path, RUBRIC)
    for folder in (tmp_path, tmp_path / "reports"):
        assert sorted(path.name for path in folder.glob(".*")) == [".b.csv.x2.part", ".mine"]


def test_what_stops_half_way_leaves_the_old_report(tmp_path: Path) -> None:
    write_report(made.small(), tmp_path, RUBRIC)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    def torn() -> Iterator[Row]:
        yield made.small()[0]
        raise InputError("the store is torn")

    with pytest.raises(InputError):
        write_report(torn(), tmp_path, RUBRIC)
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("blocked", ["reports", "index.html", "results.csv"])
def test_what_cannot_be_written_is_told(blocked: str, tmp_path: Path) -> None:
    if blocked == "reports":
        (tmp_path / blocked).write_text("a file where a folder should be")
    else:
        (tmp_path / blocked / "in the way").mkdir(parents=True)
    with pytest.raises((OutputError, InputError), match=blocked):
        write_report(made.small(), tmp_path, RUBRIC)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def torn() -> None:
        with whole_file(path) as file:
            file.write("new")
            raise KeyError

    with pytest.raises(KeyError):
        torn()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
