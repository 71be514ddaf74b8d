"""The archive's page in a real browser: nothing runs or loads, nothing overflows, keys reach everything."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import render_attacks as attacks
import render_builder as build
import report_archive as made

from reviewer.batch.report import write_report
from reviewer.batch.report.entries import entry
from reviewer.batch.report.page import Archive, write_page
from reviewer.batch.rows import Row
from reviewer.pipeline import read_record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

WIDTHS = (1280, 768, 375)
THEMES = ("light", "dark")
MANY = 1000
HOSTILE = [
    row.model_copy(update={"name": f"{payload} {row.name}", "reason": row.reason and payload})
    for row, payload in zip(made.small(), attacks.MARKUP, strict=False)
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each page, written once."""
    runs: dict[str, tuple[list[Row], str, str]] = {
        "gate.en": (made.small(), "en", "gate"),
        "gate.ko": (made.small("ko"), "ko", "gate"),
        "hostile": (HOSTILE, "en", "gate"),
        "marks.en": (made.small(), "en", "instructor"),
        "marks.ko": (made.small("ko"), "ko", "instructor"),
        "marks.hostile": (HOSTILE, "en", "instructor"),
    }
    found = {}
    for name, (rows, language, voice) in runs.items():
        folder = tmp_path_factory.mktemp(name)
        done = write_report(rows, folder, build.rubric(), language, voice)
        found[name] = done.files[0]
    found["many"] = tmp_path_factory.mktemp("many") / "index.html"
    archive, rubric = Archive(), build.rubric()
    for row in made.many(MANY):
        review = read_record(row.record or b"", row.name)
        assert review.scorecard
        archive.add(entry(row, review, review.scorecard, rubric), review)
    with found["many"].open("w", encoding="utf-8") as file:
        write_page(archive, rubric, "en", file)
    return found


def shown(browser: "Browser", path: Path, width: int = 1280, theme: str = "light") -> "Page":
    """The page, opened; what it complains about or asks for beyond itself is in `page.complaints`."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
    page.on("request", lambda asked: None if asked.url == path.as_uri() else page.complaints.append(asked.url))
    page.goto(path.as_uri())
    return page


SHOWN = "[...document.querySelectorAll('#rows tbody tr')].filter((row) => row.checkVisibility())"
TIMED = "(act) => { const t = performance.now(); act(); document.body.offsetHeight; return performance.now() - t }"


def names(page: "Page") -> list[str]:
    """The names of the rows that are shown, from above to below."""
    return page.evaluate(f"{SHOWN}.map((row) => row.querySelector('th').textContent)")


EVERY = ("gate.en", "gate.ko", "hostile", "marks.en", "marks.ko", "marks.hostile", "many")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", EVERY)
def test_it_fits_and_asks_for_nothing(
    browser: "Browser", pages: dict[str, Path], name: str, width: int, theme: str
) -> None:
    page = shown(browser, pages[name], width, theme)
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Nor does a cell run into the next one.
    assert (
        page.evaluate(
            "[...document.querySelectorAll('#rows th, #rows td')].filter((cell) => cell.scrollWidth > cell.clientWidth)"
            ".map((cell) => cell.textContent)"
        )
        == []
    )
    page.context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("name", [name for name in EVERY if name != "many"])
def test_axe_finds_nothing(
    browser: "Browser", pages: dict[str, Path], tmp_path: Path, name: str, width: int, theme: str
) -> None:
    import axe_playwright_python

    # The page's policy would keep axe out: it is taken off, which changes nothing that axe looks at.
    path = tmp_path / "page.html"
    path.write_text(pages[name].read_text("utf-8").replace("Content-Security-Policy", "X-Policy"), "utf-8")
    page = shown(browser, path, width, theme)
    if "marks" not in name:
        page.locator(".dot").first.focus()  # with the range and the list that it brings
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run()")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert len(found["passes"]) > 15
    assert page.complaints == []
    page.context.close()


def test_every_mark_is_within_reach_of_the_arrow_keys(browser: "Browser", pages: dict[str, Path]) -> None:
    page = shown(browser, pages["gate.en"])
    assert page.locator(".dot[tabindex='0']").count() == 1
    page.locator(".dot[tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        seen = set()
        for _ in made.SMALL:
            page.keyboard.press(key)
            seen.add(page.evaluate("document.activeElement.getAttribute('href')"))
        assert len(seen) == len(made.SMALL), key
    page.keyboard.press("Home")
    assert "20" in (page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert float(page.get_attribute("#spread", "width") or 0) > 1
    assert page.complaints == []
    page.context.close()


def test_marks_on_one_point_are_all_listed(browser: "Browser", pages: dict[str, Path]) -> None:
    page = shown(browser, pages["gate.en"])
    page.hover(".dot[aria-label^='shop/반품']")
    listed = page.locator("#near li").all_inner_texts()
    assert len(listed) == 2
    assert any("71 (62–80)" in text for text in listed)
    page.locator(".dot[tabindex='0']").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#near') !== null")
    page.click("#near li:first-child a:nth-of-type(2)")
    page.wait_for_function("document.activeElement.tagName === 'TR'")
    assert page.complaints == []
    page.context.close()


def test_a_click_on_a_point_opens_no_other_page(browser: "Browser", pages: dict[str, Path]) -> None:
    page = shown(browser, pages["gate.en"], 375)
    page.click(".dot[aria-label^='desk/support']")
    assert "desk/support-mail.md" in page.inner_text("#near")
    assert page.url == pages["gate.en"].as_uri()
    assert page.complaints == []
    page.context.close()


@pytest.mark.parametrize("width", [1280, 375])
def test_heads_sort_by_keyboard(browser: "Browser", pages: dict[str, Path], width: int) -> None:
    page = shown(browser, pages["gate.en"], width)
    ranked = names(page)
    figures = f"{SHOWN}.map((row) => Number(row.querySelector('.figure b').textContent))"
    page.locator("th button", has_text="Impact").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(figures) == sorted(page.evaluate(figures), reverse=True)
    assert page.locator("th[aria-sort='descending'] button").inner_text().strip() == "Impact"
    page.keyboard.press("Space")
    assert page.evaluate(figures) == sorted(page.evaluate(figures))
    assert page.locator("th[aria-sort='ascending']").count() == 1
    page.locator("th button", has_text="Rank").click()
    assert names(page) == ranked
    page.locator("th button", has_text="Proposal").click()
    assert names(page)[0] == "=cmd|' /C calc'!A1<img src=x onerror=alert(1)>.md"
    assert page.complaints == []
    page.context.close()


def test_filters_count_and_hide_marks_too(browser: "Browser", pages: dict[str, Path]) -> None:
    page = shown(browser, pages["gate.en"])
    page.select_option("#f-verdict", "go")
    assert page.inner_text("#count") == "2 of 5 shown"
    assert page.locator(".dot:visible").count() == 2
    page.fill("#f-text", "REFUND")
    assert names(page) == ["desk/refund forecast.md"]
    page.select_option("#f-archetype", "-")
    assert names(page) == []
    assert "Show all" in page.inner_text("#count")
    page.click("#reset")
    assert page.inner_text("#count") == "5 of 5 shown"
    page.select_option("#f-archetype", "-")
    assert len(names(page)) == 1
    assert page.complaints == []
    page.context.close()


def test_what_is_missing_leads_to_those_that_lack_it(browser: "Browser", pages: dict[str, Path]) -> None:
    page = shown(browser, pages["gate.en"])
    page.locator(".lacks a", has_text="Labels").click()
    page.wait_for_function("document.getElementById('count').textContent === '3 of 5 shown'")
    page.go_back()
    page.locator(".group a").last.click()
    page.wait_for_function("document.activeElement.tagName === 'TR' && document.activeElement.checkVisibility()")
    assert page.inner_text("#count") == "5 of 5 shown"  # the row was hidden by the filter
    assert page.complaints == []
    page.context.close()


def test_a_screen_reader_hears_table_and_map(browser: "Browser", pages: dict[str, Path]) -> None:
    for width in (1280, 375):
        page = shown(browser, pages["gate.en"], width)
        heard = page.locator("main").aria_snapshot()
        for name in made.SMALL:
            assert heard.count(name[:20].replace("'", "''")) >= 2 or heard.count(name[:9]) >= 2, name  # a row, a mark
        assert "columnheader" in heard
        assert "rowheader" in heard
        assert "group" in heard
        assert page.get_by_role("row").count() == len(made.SMALL) + 1 + len(made.LEFT) + 1
        assert page.complaints == []
        page.context.close()


def test_without_scripts_there_is_the_whole_table(browser: "Browser", pages: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["gate.en"].as_uri())
    assert page.locator("#rows tbody tr:visible").count() == len(made.SMALL)
    page.locator(".dot").first.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#r0")
    context.close()


def test_a_thousand_rows(browser: "Browser", pages: dict[str, Path], record_property) -> None:
    """What takes how long is in the record; how long a machine may take is no test."""
    page = shown(browser, pages["many"])
    assert page.locator("#rows tbody tr").count() == page.locator(".dot").count() == MANY
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    acts = {
        "sort": "document.querySelector('th.figure button').click()",
        "filter": "{ const field = document.getElementById('f-text'); field.value = 'team-3/';"
        " field.dispatchEvent(new Event('input')) }",
        "step": "document.querySelector('.dot[tabindex=\"0\"]').focus()",
    }
    taken = {"load": loaded} | {name: page.evaluate(f"({TIMED})(() => {act})") for name, act in acts.items()}
    for name, figure in taken.items():
        print(f"{name} {figure:.0f} ms")
        record_property(name, round(figure))
    assert page.inner_text("#count").startswith("84 of")
    assert page.complaints == []
    page.context.close()
