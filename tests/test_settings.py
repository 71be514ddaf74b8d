"""Settings: which source wins, what a project's file may not say, and what an error tells."""

from pathlib import Path

import pytest

from reviewer.cli import settings
from reviewer.cli.settings import KEYS, USER_ONLY, Settings, model_settings, resolve
from reviewer.errors import SettingsError


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home" / "config.toml"
    path.parent.mkdir()
    monkeypatch.setattr(settings, "user_file", lambda: path)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_nothing_set(user: Path, project: Path) -> None:
    assert resolve({}, project) == Settings()
    assert model_settings(Settings()) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), "gate"),
        (("user",), "coach"),
        (("user", "project"), "gate"),
        (("user", "project", "environment"), "coach"),
        (("user", "project", "environment", "flag"), "gate"),
        (("flag",), "gate"),
    ],
    ids="+".join,
)
def test_the_nearest_source_wins(
    given: tuple[str, ...], expected: str, user: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.write_text("voice = 'coach'" if "user" in given else "")
    if "project" in given:
        (project / "reviewer.toml").write_text("voice = 'gate'")
    if "environment" in given:
        monkeypatch.setenv("REVIEWER_VOICE", "coach")
    assert resolve({"voice": "gate" if "flag" in given else None}, project).voice == expected


def test_every_form_of_a_condition(user: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user.write_text("fail-under = {impact = 50, feasibility = 40.5}\nfail_on = ['blocker', 'stop']")
    expected = ({"impact": 50.0, "feasibility": 40.5}, ("blocker", "stop"))
    found = resolve({}, project)
    assert (found.fail_under, found.fail_on) == expected
    user.write_text("")
    monkeypatch.setenv("REVIEWER_FAIL_UNDER", "impact=50, feasibility=40.5")
    monkeypatch.setenv("REVIEWER_FAIL_ON", "blocker,stop")
    found = resolve({}, project)
    assert (found.fail_under, found.fail_on) == expected


def test_pyproject_and_the_nearest_folder(user: Path, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.reviewer]\nlang = 'ko'\n")
    inner = project / "a" / "b"
    inner.mkdir(parents=True)
    assert resolve({}, inner).lang == "ko"
    (project / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")  # not ours: go on upwards
    assert resolve({}, inner).lang == "ko"
    (project / "a" / "reviewer.toml").write_text("lang = 'en'\n")
    assert resolve({}, inner).lang == "en"


def test_nothing_above_the_repository_is_read(user: Path, project: Path) -> None:
    (project / "reviewer.toml").write_text("lang = 'ko'\n")
    inner = project / "clone"
    (inner / ".git").mkdir(parents=True)
    assert resolve({}, inner).lang is None


def test_a_rubric_in_a_file_is_meant_from_there(user: Path, project: Path) -> None:
    (project / "reviewer.toml").write_text("rubric = 'rubrics/mine.yaml'\n")
    (project / "docs").mkdir()
    assert resolve({}, project / "docs").rubric == str(project / "rubrics/mine.yaml")
    (project / "reviewer.toml").write_text("rubric = 'course-proposal'\n")
    assert resolve({}, project).rubric == "course-proposal"


@pytest.mark.parametrize("key", sorted(USER_ONLY))
@pytest.mark.parametrize("name", ["reviewer.toml", "pyproject.toml"])
def test_a_project_cannot_redirect_texts_keys_or_money(key: str, name: str, user: Path, project: Path) -> None:
    table = "[tool.reviewer]\n" if name == "pyproject.toml" else ""
    (project / name).write_text(f"{table}{key.replace('_', '-')} = 'x'\n")
    with pytest.raises(SettingsError, match=f"may not set '{key}'") as caught:
        resolve({}, project)
    assert str(project / name) in str(caught.value)
    user.write_text((project / name).read_text().removeprefix(table).replace("'x'", GOOD[key]))
    (project / name).unlink()
    assert getattr(resolve({}, project), key) is not None  # the user may


GOOD = {
    "model": "'m'",
    "base_url": "'http://localhost:1/v1'",
    "key_variable": "'MY_KEY'",
    "api_version": "'2026-01-01'",
    "price": "[0.25, 2]",
    "max_cost": "0.5",
    "max_calls": "5",
    "max_tokens": "5",
    "context_tokens": "5",
    "max_document_tokens": "5",
    "samples": "3",
}


def test_every_setting_that_a_model_sees_is_the_users() -> None:
    """A new setting must be sorted: what a project may say is listed here."""
    harmless = {"offline", "rubric", "lang", "format", "voice", "no_text", "no_cache", "fail_under", "fail_on", "force"}
    harmless |= {"block_secrets", "waivers"}
    pace = {"timeout", "deadline", "concurrency", "requests_per_minute", "tokens_per_minute"}
    answer = {"max_output_tokens", "temperature"}
    assert set(KEYS) - harmless - pace - answer == set(USER_ONLY)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("voicee = 'gate'", "unknown setting 'voicee'; did you mean 'voice'?"),
        ("base-ulr = 'x'", "unknown setting 'base_ulr'; did you mean 'base_url'?"),
        ("zzz = 1", "known settings: model, "),
        ("voice = 'loud'", "'voice' cannot be 'loud'"),
        ("timeout = -1", "'timeout' cannot be -1"),
        ("timeout = inf", "'timeout' cannot be inf"),
        ("base_url = 'ftp://x'", "'base_url' cannot be 'ftp://x'"),
        ("key_variable = 'sk-1234567'", "'key_variable' cannot be what it is: must be the name of an environment"),
        ("concurrency = 0", "'concurrency' cannot be 0"),
        ("price = [-1, 2]", "'price' cannot be [-1, 2]"),
        ("max_calls = -1", "'max_calls' cannot be -1"),
        ("max_calls = true", "'max_calls' cannot be true: must be a value"),
        ("price = false", "'price' cannot be false"),
        ("offline = 3", "'offline' cannot be 3"),
        ("fail_under = 'impact'", "'impact' is not AXIS=NUMBER"),
        ("voice = ", "not valid TOML"),
    ],
)
def test_errors_name_file_key_and_remedy(text: str, said: str, user: Path, project: Path) -> None:
    user.write_text(text)
    with pytest.raises(SettingsError) as caught:
        resolve({}, project)
    assert said in str(caught.value)


def test_an_error_names_the_variable(user: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWER_LANG", "fr")
    with pytest.raises(SettingsError, match="REVIEWER_LANG: 'lang' cannot be 'fr'"):
        resolve({}, project)


@pytest.mark.parametrize(
    ("user_text", "project_text", "variables", "flags", "model"),
    [
        ("model = 'm'", "", {}, {}, "m"),
        ("", "", {"REVIEWER_MODEL": "m"}, {}, "m"),
        ("", "", {"REVIEWER_MODEL": " "}, {}, None),
        ("", "", {}, {"model": "m"}, "m"),
        ("", "", {"OPENAI_API_KEY": "k"}, {}, None),
        ("model = 'm'", "", {}, {"offline": True}, None),
        ("model = 'm'", "offline = true", {}, {}, None),
        ("model = 'm'\noffline = true", "offline = false", {}, {}, None),
        ("offline = true", "", {"REVIEWER_MODEL": "m"}, {}, None),
        ("", "", {"REVIEWER_MODEL": "m", "REVIEWER_OFFLINE": "1"}, {}, None),
        ("offline = true", "", {}, {"model": "m"}, "m"),
    ],
)
def test_a_model_only_where_the_user_names_one(
    user_text: str,
    project_text: str,
    variables: dict[str, str],
    flags: dict[str, object],
    model: str | None,
    user: Path,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user.write_text(user_text)
    (project / "reviewer.toml").write_text(project_text)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = resolve(flags, project)
    assert found.model == model
    called = model_settings(found)
    assert (called.name if called else None) == model


@pytest.mark.parametrize(
    ("flags", "said"),
    [({"model": "m", "offline": True}, "exclude each other"), ({"base_url": "http://localhost:1"}, "name a model")],
)
def test_flags_that_contradict(flags: dict[str, object], said: str, user: Path, project: Path) -> None:
    with pytest.raises(SettingsError, match=said):
        resolve(flags, project)


def test_what_a_model_is_called_with(
    user: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEWER_CACHE_DIR", str(tmp_path / "kept"))
    user.write_text("key-variable = 'MY_KEY'\nprice = [0.25, 2]\ntimeout = 9\nrequests_per_minute = 30")
    flags = {"model": "openai:m", "base_url": "http://localhost:1/v1", "max_cost": 0.5}
    called = model_settings(resolve(flags, project))
    assert called is not None
    assert called.model_dump(exclude_defaults=True) == {
        "name": "openai:m",
        "base_url": "http://localhost:1/v1",
        "key_variable": "MY_KEY",
        "timeout": 9,
        "requests_per_minute": 30,
        "max_cost": 0.5,
        "price": (0.25, 2),
        "cache_dir": tmp_path / "kept",
    }
    uncached = model_settings(resolve({**flags, "no_cache": True}, project))
    assert uncached is not None
    assert uncached.cache_dir is None


def test_every_setting_has_a_row_in_the_docs() -> None:
    page = (Path(__file__).parent.parent / "docs/cli.md").read_text("utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    told = {key.strip(" `"): may.strip() for keys, may in rows for key in keys.split(",")}
    assert {key: told.get(key) for key in KEYS} == {key: "no" if key in USER_ONLY else "yes" for key in KEYS}
