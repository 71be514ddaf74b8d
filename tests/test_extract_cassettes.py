"""From a proposal to its review with a model in it: real HTTP once, and from the cassette since."""

import asyncio
import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from llm_answers import HALF, IMPRESSIONS, REFUSES, after, by_hand
from llm_server import Script, serve

from reviewer.domain import Extraction
from reviewer.domain.resources import resource
from reviewer.errors import BadAnswerError, ProviderError, RefusedError
from reviewer.extract import extract_llm
from reviewer.llm import ModelSettings, connect
from reviewer.parse import parse_path
from reviewer.pipeline import load_rubric, review

CASSETTES = Path(__file__).parent.parent / "cassettes"
CHURN = resource("examples") / "churn.md"
KEPT = ("content-type", "accept", "retry-after")  # of the headers, either way
BY_HAND = "127.0.0.1:9"  # the address in the cassettes for a server of ours, whichever port it had


def _request(request: Any) -> Any:
    request = copy.copy(request)
    request.headers = {name: value for name, value in request.headers.items() if name.lower() in KEPT}
    parts = urlsplit(request.uri)
    if parts.hostname == "127.0.0.1":
        request.uri = parts._replace(netloc=BY_HAND).geturl()
    return request


def _response(response: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in response["headers"].items() if name.lower() in KEPT}
    return {**response, "headers": {n: (["0"] if n.lower() == "retry-after" else v) for n, v in kept.items()}}


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    return str(CASSETTES)


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    return {
        "match_on": ["method", "scheme", "host", "port", "path", "query", "body"],
        "before_record_request": _request,
        "before_record_response": _response,
        "decode_compressed_response": True,
    }


@pytest.fixture
def script() -> Script:
    """What the server says that cassettes are recorded from."""
    return by_hand


@pytest.fixture
def asked(
    record_mode: str, default_cassette_name: str, script: Script, vcr: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModelSettings]:
    """The model that the cassette names; to record, a real one if the environment names it, else ours."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    if record_mode == "none":
        first = yaml.safe_load((CASSETTES / f"{default_cassette_name}.yaml").read_text("utf-8"))["interactions"][0]
        url, model = first["request"]["uri"], json.loads(first["request"]["body"])["model"]
        yield ModelSettings(name=model, base_url=url.removesuffix("/chat/completions"))
        assert vcr.all_played  # each answer was needed
        return
    name, url = os.environ.get("REVIEWER_RECORD_MODEL", "gpt-5-mini"), os.environ.get("REVIEWER_RECORD_URL")
    key = os.environ.get("REVIEWER_RECORD_KEY")
    if key or url:
        if script is not by_hand:
            pytest.skip("no real model fails on demand: this one stays written by hand")
        monkeypatch.setenv("OPENAI_API_KEY", key or "")
        yield ModelSettings(name=name, base_url=url)
    else:
        with serve(script) as provider:
            yield ModelSettings(name=name, base_url=provider.url)


@pytest.mark.vcr
@pytest.mark.default_cassette("churn")
def test_english(asked: ModelSettings) -> None:
    """A slip is asked about once, and put right; every quote that counts is the document's own."""
    done = review(CHURN, model=asked)
    assert done.extraction is not None
    assert (done.status, done.extraction.method, done.extraction.calls) == ("reviewed", "llm", 2)
    facts = {fact.criterion: fact for fact in done.facts}
    assert facts["accuracy_target"].status == "verified"
    assert {number.value for number in facts["accuracy_target"].numbers} >= {40, 55}
    assert facts["simpler_approach"].value == "tried"
    assert "by half" in facts["simpler_approach"].evidence[0].quote
    for fact in done.facts:
        for evidence in fact.evidence:
            assert evidence.quote == done.document.text[evidence.start : evidence.end]


@pytest.mark.vcr
@pytest.mark.default_cassette("pension-letters.ko")
def test_korean(asked: ModelSettings) -> None:
    done = review(resource("examples") / "pension-letters.ko.md", model=asked)
    facts = {fact.criterion: fact for fact in done.facts}
    assert facts["simpler_approach"].value == "tried"
    assert facts["archetype"].value == "human_in_the_loop"
    assert done.language == "ko"


@pytest.mark.vcr("churn.yaml")
def test_a_changed_prompt_misses_its_cassette(record_mode: str) -> None:
    """Loudly: not as an error of the provider, and with no second try."""
    from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]

    if record_mode != "none":
        pytest.skip("only the replay can miss")
    text = CHURN.read_text("utf-8").replace("Ferrovia", "Ferrovia2")
    with pytest.raises(CannotOverwriteExistingCassetteException):
        review(text, model=ModelSettings(name="gpt-5-mini", base_url=f"http://{BY_HAND}/v1"))


def failing(cassette: str, script: Script, error: type[ProviderError] | None, calls: int, mode: str) -> Any:
    return pytest.param(script, error, calls, mode, id=cassette, marks=pytest.mark.default_cassette(cassette))


@pytest.mark.vcr
@pytest.mark.parametrize(
    ("script", "error", "calls", "mode"),
    [
        failing("refused", [REFUSES], RefusedError, 1, ""),
        failing("cut", after(HALF), None, 2, "json_schema"),
        failing("no-json", after(IMPRESSIONS), None, 2, "tool"),
        failing("never-json", [IMPRESSIONS], BadAnswerError, 2, ""),
    ],
)
def test_failures(error: type[ProviderError] | None, calls: int, mode: str, asked: ModelSettings, vcr: Any) -> None:
    """Three criteria of the built-in rubric, so that the cassettes stay small."""
    rubric = load_rubric("fsdl")
    few = tuple(rubric.by_id[name] for name in ("data_access", "labels", "data_volume"))

    async def go() -> Extraction:
        async with connect(asked) as model:
            return await extract_llm(parse_path(CHURN), rubric.model_copy(update={"criteria": few}), model)

    if error:
        with pytest.raises(error):
            asyncio.run(go())
    else:
        done = asyncio.run(go())
        assert [claim.value for claim in done.claims] == ["in_hand", "available", "quantified"]
        assert done.model is not None
        assert (done.calls, done.model.mode) == (calls, mode)
    assert len(vcr) == calls


def test_cassettes_are_used_and_hold_no_secret() -> None:
    found = {path.stem: path.read_text("utf-8") for path in CASSETTES.glob("*.yaml")}
    named = Path(__file__).read_text("utf-8")
    for name, text in found.items():
        assert f'"{name}"' in named, f"no test plays {name}"
        for interaction in yaml.safe_load(text)["interactions"]:
            for side in (interaction["request"], interaction["response"]):
                assert {header.lower() for header in side["headers"]} <= set(KEPT), name
        for word in ("authorization", "sk-", "bearer", "api-key", "cookie", "organization", "request-id"):
            assert word not in text.lower(), (name, word)
    assert len(found) == 6
