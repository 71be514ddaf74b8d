"""Settings, in one place: flags before the environment, before the project's file, before the user's file.

A project's file comes with whatever was cloned. It may say how to judge, never where a text is sent,
which model reads it, or how much may be spent.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, FiniteFloat, NonNegativeFloat, PositiveInt, ValidationError

from reviewer.cli.conditions import parse_thresholds
from reviewer.domain.base import Frozen
from reviewer.errors import SettingsError, meant

if TYPE_CHECKING:
    from reviewer.pipeline import ModelSettings

# Keys that only the user may set, and what a project's file could do with them.
USER_ONLY = {
    "model": "would send texts to a model",
    "base_url": "would send texts, and your key, to another host",
    "key_variable": "would send a secret of your environment",
    "api_version": "would change how your model is called",
    "price": "would change how your money is counted",
    "max_cost": "would spend your money",
    "max_calls": "would spend your money",
    "max_tokens": "would spend your money",
    "context_tokens": "would change how your model is called",
    "max_document_tokens": "would spend your money",
    "samples": "would spend your money, so many times as much",
}


def _thresholds(value: object) -> object:
    return parse_thresholds(value) if isinstance(value, str) else value


def _pair(value: object) -> object:
    return tuple(value.split(",")) if isinstance(value, str) else value


def _list(value: object) -> object:
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[FiniteFloat, Field(gt=0)]


class Settings(Frozen):
    """What may be set, and what holds where nothing is."""

    model: Text | None = None
    base_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None
    key_variable: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    offline: bool = False
    rubric: Text | None = None  # None: fsdl, or the one that a record names
    lang: Literal["en", "ko"] | None = None
    format: Literal["terminal", "markdown", "json", "criticmarkup", "html", "sarif"] = "terminal"
    voice: Literal["gate", "coach"] = "gate"
    no_text: bool = False
    no_cache: bool = False
    timeout: Positive | None = None
    max_cost: Annotated[FiniteFloat, Field(ge=0)] | None = None
    max_calls: Annotated[int, Field(ge=0)] | None = None
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    price: Annotated[tuple[NonNegativeFloat, NonNegativeFloat], BeforeValidator(_pair)] | None = None
    api_version: Text | None = None
    deadline: Positive | None = None
    max_output_tokens: PositiveInt | None = None
    context_tokens: PositiveInt | None = None
    max_document_tokens: PositiveInt | None = None
    temperature: FiniteFloat | None = None
    requests_per_minute: Positive | None = None
    tokens_per_minute: Positive | None = None
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    force: bool = False
    block_secrets: bool = False
    samples: Annotated[int, Field(ge=1, le=25)] = 1
    waivers: Text | None = None  # None: reviewer.waivers.yaml, where it is there
    fail_under: Annotated[Mapping[str, float], BeforeValidator(_thresholds)] = {}
    fail_on: Annotated[tuple[str, ...], BeforeValidator(_list)] = ()


# Those that a model is called with, under the same names; what is not set keeps the model's own default.
FOR_MODEL = (
    "base_url",
    "key_variable",
    "api_version",
    "timeout",
    "deadline",
    "max_output_tokens",
    "context_tokens",
    "max_document_tokens",
    "temperature",
    "requests_per_minute",
    "tokens_per_minute",
    "max_cost",
    "max_calls",
    "max_tokens",
    "price",
    "block_secrets",
)
KEYS = tuple(Settings.model_fields)
RUBRIC = "fsdl"
COMMAND_LINE = "command line"


def resolve(flags: Mapping[str, object], start: Path | None = None) -> Settings:
    """Merge every source. A flag that is None was not given; `start` is where the project is looked for."""
    given = {key: value for key, value in flags.items() if value is not None}
    if "model" in given and "offline" in given:
        raise SettingsError("--offline and --model exclude each other; leave one out")
    merged: dict[str, object] = {}
    offline = block = False
    for where, values in (*_stored(start or Path.cwd()), (COMMAND_LINE, given)):
        # "offline" adds up: a nearer file cannot put a model back on the line. Only --model can.
        checked = _checked(where, values)
        offline, block = checked.offline or offline, checked.block_secrets or block  # so does "block_secrets"
        merged |= values
    offline = offline and "model" not in given
    settings = Settings.model_validate(merged | {"offline": offline, "block_secrets": block})
    if settings.offline:
        return settings.model_copy(update={"model": None})
    if "base_url" in given and settings.model is None:
        raise SettingsError("--base-url alone does nothing; name a model as well: --model NAME")
    return settings


def user_file() -> Path:
    """Where a user's own settings are."""
    from platformdirs import user_config_path

    return user_config_path("reviewer") / "config.toml"


def _stored(start: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Files and environment, from the farthest to the nearest, so that a later one wins."""
    mine = user_file()
    if mine.is_file():
        yield str(mine), _paths(_read(mine), mine.parent)
    if found := _project(start):
        path, values = found
        for key in USER_ONLY.keys() & values.keys():
            raise SettingsError(
                f"{path}: a project's file may not set '{key}': it {USER_ONLY[key]}. "
                f"Set it in {mine}, in {_variable(key)}, or by flag"
            )
        yield str(path), _paths(values, path.parent)
    yield from _environment()


def _project(start: Path) -> tuple[Path, dict[str, Any]] | None:
    """The nearest `reviewer.toml`, or `pyproject.toml` with a `[tool.reviewer]`, within the repository."""
    for folder in (start, *start.parents):
        own = folder / "reviewer.toml"
        if own.is_file():
            return own, _read(own)
        shared = folder / "pyproject.toml"
        if shared.is_file():
            tools = _read(shared, normalise=False).get("tool")
            table = tools.get("reviewer") if isinstance(tools, dict) else None
            if isinstance(table, dict):
                return shared, _normal(table)
        if (folder / ".git").exists():
            return None
    return None


def _environment() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each variable by itself, so that an error names it. An empty one counts as not set."""
    for key in KEYS:
        if value := os.environ.get(_variable(key), "").strip():
            yield _variable(key), {key: value}


def _variable(key: str) -> str:
    return f"REVIEWER_{key.upper()}"


def _read(path: Path, *, normalise: bool = True) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}; mend that line") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; check its permissions") from error
    return _normal(values) if normalise else values


def _normal(values: Mapping[str, Any]) -> dict[str, Any]:
    # "fail-under" is how pyproject's tools write it; flags and variables cannot hold the underscore's twin.
    return {key.replace("-", "_"): value for key, value in values.items()}


def _paths(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A rubric's path in a file is meant from where the file is; a bare name is a bundled rubric."""
    rubric, waivers = values.get("rubric"), values.get("waivers")
    if isinstance(rubric, str) and ("/" in rubric or rubric.endswith((".yaml", ".yml"))):
        values = values | {"rubric": str(folder / Path(rubric).expanduser())}
    if isinstance(waivers, str):
        values = values | {"waivers": str(folder / Path(waivers).expanduser())}
    return values


def _checked(where: str, values: Mapping[str, Any]) -> Settings:
    for key in values:
        if key not in KEYS:
            remedy = meant(key, KEYS, f"known settings: {', '.join(KEYS)}")
            raise SettingsError(f"{where}: unknown setting '{key}'; {remedy}")
        if isinstance(values[key], bool) and Settings.model_fields[key].annotation is not bool:
            raise SettingsError(f"{where}: '{key}' cannot be {str(values[key]).lower()}: must be a value, not a switch")
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = str(first["loc"][0])
        why = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be", 1)
        if first["type"] == "string_pattern_mismatch":
            why = _PATTERNS[key]
        what = _FLAGS.get(key, f"--{key.replace('_', '-')}") if where == COMMAND_LINE else f"{where}: '{key}'"
        # Who takes the variable's name for the key itself must not see it in a log.
        shown = "what it is" if key == "key_variable" else repr(values[key])
        raise SettingsError(f"{what} cannot be {shown}: {why}") from error


_FLAGS = {"requests_per_minute": "--rpm", "tokens_per_minute": "--tpm"}
_PATTERNS = {
    "base_url": "must begin with http:// or https://, and hold no space",
    "key_variable": "must be the name of an environment variable, not the key itself",
}


def model_settings(settings: Settings) -> "ModelSettings | None":
    """What a model is called with, or None where none is named."""
    from platformdirs import user_cache_path

    from reviewer.pipeline import ModelSettings

    if settings.model is None:
        return None
    given = {key: value for key in FOR_MODEL if (value := getattr(settings, key)) is not None}
    cache = Path(os.environ.get("REVIEWER_CACHE_DIR") or user_cache_path("reviewer"))
    return ModelSettings.model_validate(
        {"name": settings.model, "cache_dir": None if settings.no_cache else cache, **given}
    )
