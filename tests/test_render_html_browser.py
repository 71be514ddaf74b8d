"""The page in a real browser: nothing runs or loads, nothing overflows, links and keys work, axe has no complaint.

Needs the extra `browser` and a Chromium: the system's, or what `playwright install chromium` brought.
"""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import render_attacks as attacks
import render_builder as build
from test_render_comparison import comparison

from reviewer.render import render, render_comparison

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

WIDTHS = (1280, 768, 375)
THEMES = ("light", "dark")
PAGES = {
    "gate.en": lambda: render(build.review(), build.rubric(), "html"),
    "gate.ko": lambda: render(build.review("ko"), build.rubric(), "html"),
    "coach.en": lambda: render(build.review(), build.rubric(), "html", voice="coach"),
    "course.en": lambda: render(build.course_review(), build.course_rubric(), "html"),
    "failed.en": lambda: render(build.unfinished("failed", "It is empty."), build.rubric(), "html"),
    "diff.en": lambda: render_comparison(comparison(), build.rubric(), "html"),
    "diff.ko": lambda: render_comparison(comparison("ko"), build.rubric(), "html"),
    "hostile": lambda: render(
        attacks.poisoned(build.review(), "".join(attacks.MARKUP)),
        attacks.poisoned_rubric(build.rubric(), "".join(attacks.MARKUP)),
        "html",
    ),
}


def shown(browser: "Browser", tmp_path: Path, html: str, width: int = 1280, theme: str = "light") -> "Page":
    """The page, opened; what it complains about or asks for beyond itself is in `page.complaints`."""
    path = tmp_path / "page.html"
    path.write_text(html, "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
    page.on("request", lambda asked: None if asked.url == path.as_uri() else page.complaints.append(asked.url))
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_and_asks_for_nothing(browser: "Browser", tmp_path: Path, name: str, width: int, theme: str) -> None:
    page = shown(browser, tmp_path, PAGES[name](), width, theme)
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: "Browser", tmp_path: Path, name: str, width: int, theme: str) -> None:
    import axe_playwright_python

    # The page's policy would keep axe out: it is taken off, which changes nothing that axe looks at.
    html = PAGES[name]().replace("Content-Security-Policy", "X-Policy")
    page = shown(browser, tmp_path, html, width, theme)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run()")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert len(found["passes"]) > 20
    page.context.close()


def test_hovering_lights_up_both_ways(browser: "Browser", tmp_path: Path) -> None:
    page = shown(browser, tmp_path, PAGES["gate.en"]())
    page.hover(".m-minor")
    assert "on" in (page.get_attribute("#n4", "class") or "").split()
    page.hover("#n4")
    assert "on" in (page.get_attribute(".m-minor", "class") or "").split()
    page.hover("h1")
    assert "on" not in (page.get_attribute(".m-minor", "class") or "").split()
    page.context.close()


def test_clicking_leads_both_ways_and_opens_what_is_folded(browser: "Browser", tmp_path: Path) -> None:
    page = shown(browser, tmp_path, PAGES["gate.en"]())
    assert page.evaluate("document.querySelector('#n4 details').open") is False
    page.click(".m-minor")
    page.wait_for_function("document.activeElement.id === 'n4' && document.querySelector('#n4 details').open")
    page.click("#n4 a.where")
    page.wait_for_function("location.hash === '#at-n4'")
    page.click(".gap")
    page.wait_for_function("document.activeElement.id === 'n1'")
    page.click(".m-fact")
    page.wait_for_function("document.querySelector('.facts details').open")
    page.context.close()


def test_keys_lead_through_the_notes(browser: "Browser", tmp_path: Path) -> None:
    page = shown(browser, tmp_path, PAGES["gate.en"]())
    seen = []
    for key in ("n", "n", "n", "p"):
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.id"))
    assert seen[1] == seen[3]
    assert len(set(seen)) == 3
    page.focus("#only")
    page.keyboard.press("n")  # a letter that chooses a question
    assert page.evaluate("document.activeElement.id") == "only"
    page.context.close()


def test_notes_stand_beside_their_lines_and_not_on_each_other(browser: "Browser", tmp_path: Path) -> None:
    page = shown(browser, tmp_path, PAGES["gate.en"]())
    text = page.locator("article > p, article .bit > p").first.bounding_box()
    boxes = [note.bounding_box() for note in page.locator("article .note").all()]
    assert text
    for upper, lower in pairwise(boxes):
        assert upper
        assert lower
        assert upper["y"] + upper["height"] <= lower["y"]
        assert upper["x"] >= text["x"] + text["width"]
    first = page.locator(".m-good").first.bounding_box()
    assert first
    assert boxes[0]
    assert abs(first["y"] - boxes[0]["y"]) < 30
    page.context.close()


def test_the_evidence_for_one_question_is_shown_alone(browser: "Browser", tmp_path: Path) -> None:
    page = shown(browser, tmp_path, PAGES["gate.en"]())
    plain = page.evaluate("getComputedStyle(document.querySelector('.m-good')).backgroundColor")
    page.select_option("#only", "n4")
    assert page.locator("article .picked").count() == page.locator("article .m[data-n~=n4]").count() > 0
    page.hover("h1")
    dimmed = page.evaluate("getComputedStyle(document.querySelector('.m-good')).backgroundColor")
    assert dimmed == "rgba(0, 0, 0, 0)" != plain
    page.select_option("#only", "")
    assert page.evaluate("getComputedStyle(document.querySelector('.m-good')).backgroundColor") == plain
    page.context.close()


def test_on_paper_everything_is_open(browser: "Browser", tmp_path: Path) -> None:
    page = shown(browser, tmp_path, PAGES["gate.en"]())
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("[...document.querySelectorAll('.note details')].every((fold) => fold.open)")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelector('#n4 details').open") is False
    page.emulate_media(media="print")
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.context.close()


def test_without_scripts_links_still_lead(browser: "Browser", tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGES["gate.en"](), "utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    page.click(".m-minor")
    assert page.url.endswith("#n4")
    context.close()
