"""What every test has: a cache of its own, no settings of the person who runs it, and --update for goldens."""

from pathlib import Path

import pytest


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
