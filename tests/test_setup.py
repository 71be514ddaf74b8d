"""The files that set a machine up."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from reviewer.version import VERSION

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PINNED = {
    canonicalize_name(line.partition("==")[0]): line
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
}
ASKED = [
    Requirement(text) for text in (*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra))
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_the_lock_pins_what_the_project_asks_for(asked: Requirement) -> None:
    if asked.name == PROJECT["name"]:
        assert asked.extras <= EXTRAS.keys()
        return
    version = Requirement(PINNED[canonicalize_name(asked.name)]).specifier
    [pin] = version
    assert pin.operator == "=="
    assert pin.version in asked.specifier


def test_the_lock_is_for_plain_pip() -> None:
    """Constraints may hold neither extras nor options, and ours names no index."""
    for line in PINNED.values():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;]+( ; .+)?", line), line


def test_one_version() -> None:
    assert PROJECT["version"] == VERSION
