"""What every test has: a cache of its own, no settings of the person who runs it, and --update for goldens."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="write the golden files anew; read the diff before you commit"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update"))


@pytest.fixture(scope="session")
def rubric_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rubrics are compiled once for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch, rubric_cache: Path, tmp_path: Path) -> None:
    """No key, no settings and no cache of the machine reach a test."""
    for name in ("OPENAI_API_KEY", "REVIEWER_MODEL", "REVIEWER_BASE_URL", "REVIEWER_RUBRIC", "REVIEWER_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REVIEWER_CACHE_DIR", str(rubric_cache))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(rubric_cache))


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium: the system's, or what `playwright install chromium` brought. Only slow tests ask for it."""
    from playwright.sync_api import sync_playwright

    system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        # Without a sandbox of its own: containers that run as root cannot make one.
        started = playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])
        yield started
        started.close()
