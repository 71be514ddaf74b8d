"""Counting tokens without a network."""

import hashlib
from pathlib import Path

import pytest
import tiktoken

from reviewer.domain.resources import resource
from reviewer.llm import count, tokens


@pytest.fixture(autouse=True)
def fresh() -> None:
    tokens._encoding.cache_clear()


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("", 0),
        ("  ", 0),
        ("a model", 2),
        ("extraordinarily", 3),
        ("2026", 2),
        ("1,204.5 %", 6),
        ("한국어", 3),
        ("----------------", 1),
        ('{"a":', 3),
        ("<|endoftext|>", 4),
        ("one\n\ntwo", 3),
    ],
)
def test_estimate(text: str, n: int) -> None:
    assert count(text) == (n, "estimate")


@pytest.mark.parametrize("example", sorted(resource("examples").glob("*.md")), ids=lambda p: p.stem)
def test_estimate_is_of_the_right_size(example: Path) -> None:
    text = example.read_text("utf-8")
    by_bytes = len(text.encode()) / 4
    assert 0.5 * by_bytes < count(text)[0] < 1.6 * by_bytes


def table(folder: Path, text: bytes) -> Path:
    folder.mkdir()
    path = folder / tokens._TABLES["o200k_base"][0]
    path.write_bytes(text)
    return path


def test_a_harmed_table_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """tiktoken would delete it and download another."""
    path = table(tmp_path / "t", b"harmed")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "t"))
    assert count("a model", "openai:gpt-5-mini") == (2, "estimate")
    assert path.read_bytes() == b"harmed"


def test_a_whole_table_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"\n".join(f"{word} {rank}".encode() for rank, word in enumerate(["YQ==", "Yg=="]))
    path = table(tmp_path / "t", text)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "t"))
    monkeypatch.setitem(tokens._TABLES, "o200k_base", (path.name, hashlib.sha256(text).hexdigest()))
    asked = []

    def get_encoding(name: str) -> tiktoken.Encoding:
        asked.append(name)
        ranks = {bytes([n]): n for n in range(256)}
        return tiktoken.Encoding("tiny", pat_str=r".", mergeable_ranks=ranks, special_tokens={"<|end|>": 256})

    monkeypatch.setattr(tiktoken, "get_encoding", get_encoding)
    assert count("ab<|end|>", "openai:gpt-5-mini") == (9, "tiktoken")
    assert asked == ["o200k_base"]
    assert count("ab", "some-local-model")[1] == "estimate"
