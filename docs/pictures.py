"""Makes docs/pictures/ from what the program really prints and shows: `python docs/pictures.py` (needs the extras
`browser` and `serve`, and Chromium)."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "pictures"
REVIEWER = str(Path(sys.executable).with_name("reviewer"))
ADDED = "\nWe hold 12,000 answered questions since 2023. We measure accuracy on those of May; the baseline is a rule."
DRAFT, WHOLE = "examples/smart-campus.md", "examples/visitor-badges.md"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as work, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 1000})
        report = Path(work) / "report.html"
        run("review", WHOLE, "--format", "html", "-o", str(report))
        shoot(page, report.as_uri(), "report.png")
        batch = Path(work) / "run"
        run("batch", "run", "examples", "--out", str(batch))
        run("batch", "report", str(batch))
        shoot(page, (batch / "index.html").as_uri(), "archive.png")
        with served() as address:
            page.goto(address)
            text = page.get_by_role("textbox").first
            text.fill((ROOT / DRAFT).read_text("utf-8"))
            page.wait_for_timeout(4_000)  # for the picture only, twice: until the figures stopped moving
            text.press_sequentially(ADDED)
            page.wait_for_timeout(2_000)
            page.screenshot(path=FOLDER / "serve.png")


def run(*words: str) -> None:
    """Run the command."""
    done = subprocess.run([REVIEWER, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 4):
        sys.exit(done.stderr)


def shoot(page: Any, address: str, name: str) -> None:
    page.goto(address)
    page.screenshot(path=FOLDER / name)


@contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    system = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])


@contextmanager
def served() -> Iterator[str]:
    """The address of a page that is being served."""
    command = [REVIEWER, "serve", "--no-browser", "--offline"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                yield found[0]
                break
        process.terminate()


if __name__ == "__main__":
    main()
