"""`reviewer serve` as people use it: the command itself, and the page in a real browser.

Needs the extra `browser` and a Chromium: the system's, or what `playwright install chromium` brought.
"""

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import parse_files as files
import pytest
import render_attacks as attacks
from llm_server import Answer, chat
from llm_server import serve as provider

from reviewer.domain.resources import resource
from reviewer.pipeline import FORMATS, read_record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals")]

CHURN = (resource("examples") / "churn.md").read_text("utf-8")
KOREAN = (resource("examples") / "pension-letters.ko.md").read_text("utf-8")
THEMES = ("light", "dark")


def axe() -> str:
    """Its script."""
    import axe_playwright_python  # of the extra

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


@contextmanager
def running(
    folder: Path, *arguments: str, browser: bool = False, **variables: str
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The command, and the address that it printed; it must end well by Ctrl-C, and leave nothing behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reviewer", "serve", *([] if browser else ["--no-browser"]), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **variables},
        text=True,
    )
    try:
        assert process.stdout
        yield process.stdout.readline().strip(), process
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert said.endswith("reviewer: ended; nothing was stored\n")
    assert list(folder.iterdir()) == []


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("empty")) as (url, _):
        yield url


@contextmanager
def opened(
    browser: "Browser", address: str, width: int = 1280, theme: Any = "light", locale: str = "en-GB", **context: Any
) -> Iterator["Page"]:
    """The page; it must neither complain nor ask for anything beyond its own server."""
    within = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, locale=locale, reduced_motion="reduce", **context
    )
    page = within.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.type))
    home = address.partition("?")[0]
    page.on("request", lambda asked: None if asked.url.startswith((home, "data:")) else complaints.append(asked.url))
    page.complaints = complaints
    page.goto(address)
    page.wait_for_url(home)
    yield page
    within.close()
    # A refused review is told in the page; that the browser's console repeats its status is no fault.
    assert [text for text in complaints if "status of 422" not in text] == []


def paste(page: "Page", text: str) -> None:
    """Paste from a clipboard, over everything that is there."""
    page.focus("#text")
    page.keyboard.press("Control+a")
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData('text/plain', text);
          const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
          if (document.activeElement.dispatchEvent(event)) document.execCommand('insertText', false, text);
        }""",
        text,
    )


def drop(page: "Page", name: str, data: bytes) -> None:
    page.evaluate(
        """([name, data]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
          for (const type of ['dragover', 'drop']) {
            document.getElementById('text').dispatchEvent(
              new DragEvent(type, {dataTransfer: transfer, bubbles: true, cancelable: true}));
          }
        }""",
        [name, base64.b64encode(data).decode()],
    )


def figures(page: "Page") -> dict[str, int]:
    """The figures beside the report, by their names."""
    return {
        box.locator("dt").inner_text(): int(box.locator("dd b").inner_text())
        for box in page.locator("#axes > div").all()
    }


def pressed_by_keyboard(page: "Page") -> Any:
    """The dialog that the focused field opens. A busy browser drops a key now and then; people press again."""
    from playwright.sync_api import TimeoutError as NotOpened

    for _ in range(5):
        with suppress(NotOpened), page.expect_file_chooser(timeout=5000) as choosing:
            page.keyboard.press("Space")
            return choosing.value
    raise AssertionError("no dialog")


def report(page: "Page", wanted: str) -> Any:
    """The frame that is shown, once it holds this text."""
    shown = page.frame_locator("iframe:not(.back)")
    shown.get_by_text(wanted).first.wait_for()
    return shown


def test_paste_edit_and_watch_the_figures_move(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        paste(page, CHURN)
        shown = report(page, "Ferrovia Fleet")
        first = figures(page)
        assert page.inner_text("#verdict").startswith("Go")
        assert shown.locator(".verdict strong").text_content() == "Go"
        assert shown.locator(".sum").is_hidden()  # the figures stand around the frame
        assert page.inner_text("#state").startswith("Reviewed in ")
        assert page.is_hidden("#changes")
        page.evaluate(
            "() => { const a = document.getElementById('text'); a.focus(); a.setSelectionRange(1500, a.value.length) }"
        )
        page.keyboard.press("Delete")
        page.wait_for_selector("#axes .moved.down")
        assert figures(page)["Feasibility"] < first["Feasibility"]
        assert re.fullmatch(r"−\d+", page.locator("#axes .moved.down").first.inner_text())
        page.click("#changes")
        report(page, "pasted text → pasted text")
        assert page.get_attribute("#changes", "aria-pressed") == "true"
        page.click("#start")
        report(page, "Ferrovia Fleet")
        assert page.locator(".moved").count() == 0
        page.focus("#text")
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.wait_for_selector("#waiting")
        assert page.is_hidden("#board")
        assert page.locator("iframe:not(.back)").count() == 0
        page.keyboard.press("Control+z")
        report(page, "Ferrovia Fleet")
        assert page.is_visible("#board")


def test_a_report_keeps_its_place_while_the_text_changes(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        paste(page, CHURN.replace("EUR", "").replace("Budget", ""))
        first = report(page, "Ferrovia Fleet")
        first.locator(".note summary").first.click()
        opened_note = first.locator(".note[id]:has(details[open]) strong").first.inner_text()
        first.locator("#proposal").evaluate("(there) => there.scrollIntoView({behavior: 'instant'})")
        page.focus("#text")
        page.keyboard.press("Control+End")
        page.keyboard.type(" More.")
        shown = report(page, "More.")
        page.wait_for_selector("#state:has-text('Reviewed in')")
        assert shown.locator("#proposal").evaluate("() => scrollY") > 300
        assert shown.locator(".note:has(details[open]) strong").all_inner_texts() == [opened_note]


def test_a_report_cannot_look_out_and_loads_nothing(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        paste(page, CHURN + "".join(attacks.MARKUP))
        inside = report(page, "Ferrovia Fleet").locator("body")
        assert (
            inside.evaluate("() => { try { return parent.document.title } catch (e) { return e.name } }")
            == "SecurityError"
        )
        assert (
            inside.evaluate("() => { try { return document.cookie } catch (e) { return e.name } }") == "SecurityError"
        )
        asked = "() => fetch('/', {credentials: 'include'}).then(() => 'in', () => 'kept out')"
        assert inside.evaluate(asked) == "kept out"
        assert page.evaluate("document.cookie") == ""
        # What the policy has reported just now was our own attempt.
        page.complaints.clear()


def word() -> bytes:
    body = [files.paragraph("Letters", "T"), files.paragraph("Problem", "1"), files.paragraph(files.FILL)]
    body += [
        files.paragraph(part) for part in CHURN.split("\n\n") if "[" not in part and "|" not in part and "<" not in part
    ]
    return files.docx("".join(part.replace("&", "&amp;") for part in body))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("plan.docx", word(), "# Letters"),
        ("plan.pdf", files.pdf([files.prose()]), "spare parts for bicycles"),
        ("plan.md", CHURN.encode(), "# Churn outreach"),
        ("제안서.md", KOREAN.encode(), KOREAN.splitlines()[0]),
    ],
    ids=["docx", "pdf", "markdown", "korean"],
)
def test_drop(browser: "Browser", address: str, name: str, data: bytes, said: str) -> None:
    with opened(browser, address) as page:
        drop(page, name, data)
        from playwright.sync_api import expect

        expect(page.locator("#text")).to_have_value(re.compile(re.escape(said)))
        assert page.inner_text("#name") == name
        if page.is_visible("#force"):
            page.click("#force")
        report(page, name)
        page.focus("#text")
        page.keyboard.press("Control+End")
        page.keyboard.type(" And more.")
        report(page, "And more.")


def test_a_file_is_chosen_by_keyboard_and_a_new_one_is_compared_with_it(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        page.focus("#file")
        pressed_by_keyboard(page).set_files({"name": "one.md", "mimeType": "", "buffer": CHURN.encode()})
        report(page, "one.md")
        page.set_input_files(
            "#file", {"name": "two.md", "mimeType": "", "buffer": CHURN.replace("95 %", "99 %").encode()}
        )
        report(page, "two.md")
        assert page.inner_text("#changes") == "Changes since one.md"
        page.click("#changes")
        report(page, "one.md → two.md")


def test_every_format_is_downloaded(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        drop(page, "제안서 1.md", KOREAN.encode())
        report(page, "제안서 1.md")
        for shape in ("text", *FORMATS):
            with page.expect_download() as downloading:
                page.click(f"[data-format={shape}]")
            assert downloading.value.suggested_filename.startswith("제안서 1.")
            data = Path(downloading.value.path()).read_bytes()
            assert data == KOREAN.encode() if shape == "text" else data
            if shape == "json":
                assert read_record(data, "download").document.text == KOREAN


def test_what_was_typed_is_not_lost_by_closing_the_page(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        paste(page, CHURN)
        page.keyboard.type("The last word.")
        report(page, "The last word.")
        with page.expect_event("dialog") as asked:
            page.close(run_before_unload=True)
        assert asked.value.type == "beforeunload"
        page.complaints.clear()
        asked.value.dismiss()
        with page.expect_download():
            page.click("[data-format=text]")
        with page.expect_event("close"):
            page.close(run_before_unload=True)


RECIPE = (
    "# Pancakes\n\n## Ingredients\n\n- 2 cups flour\n- 1 tsp salt\n\n## Method\n\nStir flour, sugar, salt and butter. "
    * 3
)


@pytest.mark.parametrize(
    ("name", "data", "said", "forcible"),
    [
        ("scan.pdf", files.pdf(["q 500 0 0 800 40 20 cm /Im Do Q\n"] * 3), "no text on pages 1-3", False),
        ("big.txt", b"x" * 10_000_001, "big.txt has more than 10 MB", False),
        ("cat.png", b"\x89PNG\r\n\x1a\n" + b"x" * 100, "PNG", False),
        ("recipe.md", RECIPE.encode(), "looks like a recipe", True),
        ("empty.md", b" ", "is empty", False),
        ("<img src=x onerror=alert(1)>.md", b"few words", "<img src=x onerror=alert(1)>.md: too short", False),
    ],
    ids=["scan", "too large", "picture", "no proposal", "empty", "hostile name"],
)
def test_errors_are_readable(
    browser: "Browser", address: str, name: str, data: bytes, said: str, forcible: bool
) -> None:
    with opened(browser, address) as page:
        paste(page, CHURN)
        report(page, "Ferrovia Fleet")
        drop(page, name, data)
        page.wait_for_selector("#trouble:not([hidden])")
        assert said in page.inner_text("#trouble p")
        assert page.get_attribute("#trouble", "role") == "alert"
        assert page.is_visible("#force") == forcible
        if not forcible:  # no text: the one before is still there
            assert page.input_value("#text") == CHURN
            assert page.inner_text("#name") == "pasted text"
            assert page.inner_text("#verdict").startswith("Go")
        else:
            page.click("#force")
            page.wait_for_selector("#board:not([hidden])")
            assert page.is_hidden("#trouble")
        paste(page, CHURN + "Again.")
        report(page, "Again.")
        assert page.is_hidden("#trouble")


def test_a_folder_is_no_document(browser: "Browser", address: str, tmp_path: Path) -> None:
    with opened(browser, address) as page:
        paste(page, CHURN)
        report(page, "Ferrovia Fleet")
        hand = page.context.new_cdp_session(page)
        held = {"items": [], "files": [str(tmp_path)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            hand.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 400, "data": held})
        page.wait_for_selector("#trouble:not([hidden])")
        assert f"{tmp_path.name} cannot be read" in page.inner_text("#trouble")
        assert page.input_value("#text") == CHURN
        drop(page, f"{'long' * 50}.md", CHURN.encode())
        report(page, "longlong")
        paste(page, CHURN)
        page.wait_for_selector("#changes:has-text('longlong')")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_page_goes_on_when_the_version_to_compare_with_made_room(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        page.route(
            "**/review?*", lambda route: route.continue_(url=re.sub("&base=[^&]+", "&base=gone", route.request.url))
        )
        paste(page, CHURN)
        report(page, "Ferrovia Fleet")
        paste(page, CHURN[:1500])
        page.wait_for_selector("#verdict:has-text('Revise')")
        assert page.is_hidden("#trouble")
        assert page.is_hidden("#changes")


def test_a_server_that_is_gone_is_told(browser: "Browser", tmp_path: Path) -> None:
    with running(tmp_path) as (url, process):
        within = browser.new_context()
        page = within.new_page()
        page.goto(url)
        page.wait_for_url(url.partition("?")[0])
        process.send_signal(signal.SIGINT)
        process.wait(20)
        paste(page, CHURN)
        page.wait_for_selector("#trouble:not([hidden])")
        assert "`reviewer serve` has ended" in page.inner_text("#trouble")
        within.close()


def test_korean_is_not_read_while_it_is_being_composed(browser: "Browser", address: str) -> None:
    with opened(browser, address, locale="ko-KR") as page:
        assert page.get_attribute("html", "lang") == "ko"
        assert page.inner_text("h1") == "제안서 검토"
        paste(page, KOREAN)
        report(page, KOREAN.splitlines()[0].lstrip("# "))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/review" in request.url else None)
        page.focus("#text")
        page.keyboard.press("Control+End")
        keys = page.context.new_cdp_session(page)
        for part in ("ㅎ", "하", "한", "한ㄱ", "한그", "한글"):
            keys.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
        # Longer than the pause after which a text is read.
        page.evaluate("() => new Promise((done) => setTimeout(done, 600))")
        assert asked == []
        keys.send("Input.insertText", {"text": "한글입니다."})
        report(page, "한글입니다.")
        assert len(asked) == 1
        assert page.input_value("#text").endswith("한글입니다.")
        assert page.inner_text("#verdict").split()[0] in ("진행", "보완", "중단")


def test_what_is_typed_during_a_review_is_read_after_it(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        held: list[Any] = []
        page.route("**/review?*", lambda route: held.append(route) if len(held) < 1 else route.continue_())
        paste(page, CHURN)
        page.wait_for_selector("#state:has-text('Reading')")
        page.keyboard.press("Control+End")
        page.keyboard.type(" The last word.")
        page.evaluate("() => new Promise((done) => setTimeout(done, 600))")
        assert len(held) == 1
        held[0].continue_()
        report(page, "The last word.")


def test_the_coach_asks_and_gives_no_verdict(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        paste(page, CHURN[:1500])
        report(page, "What to write next")
        page.select_option("#voice", "coach")
        shown = report(page, "Answer these first")
        assert shown.locator(".verdict, .gain").count() == 0
        assert page.is_hidden("#figures")
        assert not re.search(r"Revise|Impact|\d\d\b(?! ms)", page.locator("#state").text_content() or "")
        with page.expect_download() as downloading:
            page.click("[data-format=markdown]")
        assert "Answer these first" in Path(downloading.value.path()).read_text("utf-8")
        page.select_option("#voice", "gate")
        report(page, "What to write next")
        assert page.is_visible("#figures")


def test_rubric_and_language_are_chosen(browser: "Browser", address: str) -> None:
    with opened(browser, address) as page:
        paste(page, CHURN)
        report(page, "Ferrovia Fleet")
        page.select_option("#lang", "ko")
        page.wait_for_selector("#verdict:has-text('진행')")
        page.select_option("#rubric", "course-proposal")
        page.wait_for_selector("#verdict", state="hidden")
        assert len(figures(page)) == 2


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("width", "locale"), [(1280, "en-GB"), (768, "ko-KR"), (375, "en-GB")])
def test_axe_finds_nothing_and_nothing_overflows(
    browser: "Browser", address: str, width: int, locale: str, theme: str
) -> None:
    def checked() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # The frame's inside has tests of its own.
        found = page.evaluate("axe.run({exclude: ['iframe']})")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
        assert len(found["passes"]) > 15

    with opened(browser, address, width, theme, locale) as page:
        # Through the debugger, which the page's policy does not reach.
        page.evaluate(f"() => {{ {axe()}; }}")
        checked()
        paste(page, CHURN)
        report(page, "Ferrovia Fleet")
        checked()
        paste(page, CHURN[:1500])
        page.wait_for_selector("#changes:not([hidden])")
        page.click("#changes")
        report(page, "→")
        checked()
        page.select_option("#voice", "coach")
        checked()
        drop(page, "recipe.md", RECIPE.encode())
        page.wait_for_selector("#force:not([hidden])")
        checked()


def test_the_keyboard_goes_where_the_eye_goes(browser: "Browser", address: str) -> None:
    from playwright.sync_api import expect

    with opened(browser, address) as page:
        paste(page, CHURN)
        report(page, "Ferrovia Fleet")
        page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
        page.focus("#rubric")
        fields = ("#lang", "#voice", "#file", "#text", "#start", "#alone")
        downloads = (f"[data-format={name}]" for name in ("text", *FORMATS))
        # The frame is another process's: that it has the focus is known to the page a moment later.
        for wanted in (*fields, *downloads, "iframe:not(.back)"):
            page.keyboard.press("Tab")
            expect(page.locator(wanted)).to_be_focused()
        page.focus("#text")
        page.keyboard.press("Tab")  # a tab leaves the text, it does not get caught in it
        assert page.evaluate("document.activeElement.id") == "start"


# A model


def answering(request: dict[str, Any]) -> Answer:
    """An answer that fits any schema: nothing is said about anything."""
    schema = request["response_format"]["json_schema"]["schema"]

    def least(part: dict[str, Any]) -> Any:
        if part["type"] == "object":
            return {name: least(inner) for name, inner in part["properties"].items()}
        return [] if part["type"] == "array" else part["enum"][-1]

    return chat(json.dumps(least(schema)), tokens=(5000, 900))


def test_a_model_says_its_cost_first_then_how_far_it_is(browser: "Browser", tmp_path: Path) -> None:
    with provider(answering) as there:
        named = ("--model", "small-model", "--base-url", there.url, "--no-cache")
        with (
            running(tmp_path, *named, OPENAI_API_KEY="sk-not-a-key", REVIEWER_PRICE="1,2") as (url, _),
            opened(browser, url) as page,
        ):
            paste(page, CHURN)
            report(page, "Ferrovia Fleet")
            page.keyboard.press("End")
            page.keyboard.type("More. ")
            report(page, "More.")
            assert there.requests == []  # not by typing
            page.click("#ask")
            page.wait_for_selector("dialog[open]")
            host = there.url.split("/")[2]
            assert page.inner_text("#host") == f"The text will be sent to {host}."
            assert re.search(r"About \$0\.\d{4}, at most \$0\.\d{4}", page.inner_text("#cost"))
            assert page.evaluate("document.activeElement.closest('dialog') !== null")
            page.evaluate(f"() => {{ {axe()}; }}")
            assert page.evaluate("axe.run('dialog').then((found) => found.violations.map((one) => one.id))") == []
            page.keyboard.press("Escape")
            assert page.is_hidden("dialog")
            assert there.requests == []
            page.click("#ask")
            page.click("#send")
            page.wait_for_selector("dialog", state="hidden")
            report(page, "m-1")
            assert len(there.requests) == 1
            assert page.inner_text("#state").startswith("Read by the model.")
            assert "sk-not-a-key" not in page.content()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}),
            "OPENAI_API_KEY",
        ),
        (Answer(how="hang"), None),
    ],
    ids=["wrong key", "cancelled"],
)
def test_a_model_that_fails_or_is_stopped(browser: "Browser", tmp_path: Path, answer: Answer, said: str | None) -> None:
    with provider([answer]) as there:
        named = ("--model", "small-model", "--base-url", there.url, "--no-cache")
        with running(tmp_path, *named, OPENAI_API_KEY="sk-not-a-key") as (url, _), opened(browser, url) as page:
            paste(page, CHURN)
            report(page, "Ferrovia Fleet")
            page.click("#ask")
            page.wait_for_selector("dialog[open]")
            assert page.inner_text("#cost") == "No price is known for this model."
            page.click("#send")
            if said is None:
                page.wait_for_selector("#progress:has-text('Asked')")
                page.click("#cancel")
                page.wait_for_selector("dialog", state="hidden")
                assert page.is_hidden("#trouble")
            else:
                page.wait_for_selector("#trouble:not([hidden])")
                assert said in page.inner_text("#trouble")
                assert "sk-not-a-key" not in page.content()
            assert page.inner_text("#verdict").startswith("Go")


def test_what_comes_while_a_model_is_asked_is_not_taken_for_what_it_reads(browser: "Browser", tmp_path: Path) -> None:
    with provider([Answer(how="hang")]) as there:
        named = ("--model", "small-model", "--base-url", there.url, "--no-cache")
        with running(tmp_path, *named, OPENAI_API_KEY="sk-not-a-key") as (url, process), opened(browser, url) as page:
            held: list[Any] = []
            page.route("**/review?*", lambda route: held.append(route) if len(held) < 1 else route.continue_())
            paste(page, CHURN)
            page.wait_for_selector("#state:has-text('Reading')")
            page.keyboard.type("More.")
            held[0].continue_()
            report(page, "More.")
            page.wait_for_selector("#ask:enabled")
            page.keyboard.type(" Last.")
            assert page.is_disabled("#ask")  # the text has a word that no review has
            report(page, "Last.")
            page.click("#ask:enabled")
            page.click("#send")
            page.wait_for_selector("#progress:has-text('Asked')")
            drop(page, "other.md", KOREAN.encode())
            process.send_signal(signal.SIGINT)
            page.wait_for_selector("#trouble:not([hidden])")
            assert "`reviewer serve` has ended" in page.inner_text("#trouble")
            assert page.input_value("#text") == CHURN + "More. Last."
            page.complaints.clear()
            process.wait(60)


# The command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rubric", "no-such"), "no rubric 'no-such'"),
        (("--model", "m", "--offline"), "exclude each other"),
        (("--host", "192.0.2.1"), "port 0 of 192.0.2.1 cannot be listened on"),
    ],
    ids=["rubric", "model and offline", "host"],
)
def test_it_does_not_start_wrong(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    command = [sys.executable, "-m", "reviewer", "serve", "--no-browser", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_it_opens_the_address_that_it_prints(tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    (tmp_path / "empty").mkdir()
    opener = tmp_path / "opener"
    opener.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    opener.chmod(0o700)
    with running(tmp_path / "empty", browser=True, BROWSER=f"{opener} %s") as (url, _):
        assert told.read_text().strip() == url


def test_without_its_libraries_it_names_the_extra(tmp_path: Path) -> None:
    code = "import sys; sys.modules['starlette'] = None; from reviewer.__main__ import main; sys.exit(main(['serve']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "pip install 'proposal-reviewer[serve]'" in done.stderr
