"""Pasting and typing, through a real pseudo-terminal."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from reviewer.domain.resources import resource

pexpect = pytest.importorskip("pexpect")

CTRL_C, CTRL_D, ENTER, BACKSPACE, UP = "\x03", "\x04", "\r", "\x7f", "\x1b[A"
START, END = "\x1b[200~", "\x1b[201~"  # how a terminal marks what is pasted
HOW = "then press Ctrl-D"
CHURN = (resource("examples") / "churn.md").read_text("utf-8")
KOREAN = (resource("examples") / "pension-letters.ko.md").read_text("utf-8")
FILLER = "The model reads a row and returns a score, and a person looks at it. "


class Terminal:
    """`reviewer` on a terminal; what it reads comes back from the record that it writes."""

    def __init__(self, folder: Path) -> None:
        self._record = folder / "record.json"
        arguments = ["-m", "reviewer", "--force", "--format", "json", "-o", str(self._record)]
        self.child = pexpect.spawn(
            sys.executable, arguments, cwd=folder, timeout=60, dimensions=(24, 80), env={**os.environ, "TERM": "xterm"}
        )
        self.child.expect_exact(HOW)

    def send(self, *keys: str) -> int:
        """Type or paste, reading meanwhile as a terminal does, until the command ends; its exit code."""
        data = "".join(keys).encode("utf-8")
        writing = Thread(target=self._write, args=(data,))
        writing.start()
        self.child.expect(pexpect.EOF)
        writing.join()
        self.child.close()
        return int(self.child.exitstatus)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.child.child_fd, data[:4096]) :]

    @property
    def screen(self) -> str:
        return str(self.child.before.decode("utf-8", "replace"))

    @property
    def text(self) -> str:
        record: Any = json.loads(self._record.read_text("utf-8"))
        return str(record["document"]["text"])


Open = Callable[[], Terminal]


@pytest.fixture
def terminal(tmp_path: Path) -> Open:
    return lambda: Terminal(tmp_path)


def pasted(text: str) -> str:
    """As terminals send it: line ends as carriage returns, between marks."""
    return START + text.replace("\n", "\r") + END


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CHURN, id="english"),
        pytest.param(KOREAN, id="korean"),
        pytest.param(FILLER * 200, id="one line of 13,800 bytes"),
        pytest.param(
            "모델은 서신을 읽고 유형을 제안하며 상담사가 확인한다. " * 300, id="one Korean line of 22,000 bytes"
        ),
        pytest.param("# Title\n\n" + (FILLER * 20 + "\n\n") * 700, id="a megabyte"),
        pytest.param(f"{CHURN}\n\x04 Ctrl-D and \x03 Ctrl-C inside a paste are text\n", id="control characters"),
    ],
)
def test_a_paste_of_any_size_and_language(text: str, terminal: Open) -> None:
    opened = terminal()
    assert opened.send(pasted(text), CTRL_D) == 0
    assert opened.text.split() == text.split()
    assert f"{len(text):,} characters so far" in opened.screen
    assert len(opened.screen) < 1_000  # the paste itself is not drawn


@pytest.mark.slow
def test_a_terminal_that_does_not_mark_pastes(terminal: Open) -> None:
    text = CHURN + FILLER * 100 + "\n" + KOREAN
    opened = terminal()
    assert opened.send(text.replace("\n", "\r"), CTRL_D) == 0
    assert opened.text == text
    assert "한빛연금재단" in opened.screen  # it is shown, as what is typed is


@pytest.mark.slow
def test_several_pastes_and_typing_between(terminal: Open) -> None:
    opened = terminal()
    assert opened.send("Title", ENTER, pasted(CHURN), ENTER, "The end 끝", UP, ENTER, CTRL_D) == 0
    assert opened.text == f"Title\n{CHURN}\nThe end 끝\n"


@pytest.mark.slow
def test_taking_back(terminal: Open) -> None:
    opened = terminal()
    wrong = pasted("not this one")
    assert opened.send("끝x", BACKSPACE, BACKSPACE, "A", ENTER, BACKSPACE, wrong, BACKSPACE, pasted(CHURN), CTRL_D) == 0
    assert opened.text == f"A\n{CHURN}"
    assert "[paste taken back]" in opened.screen


def test_ctrl_c_gives_up_and_leaves_the_terminal_as_it_was(terminal: Open) -> None:
    opened = terminal()
    assert opened.send(pasted(CHURN), CTRL_C) == 130
    assert "reviewer: interrupted" in opened.screen
    assert "Traceback" not in opened.screen
    assert "\x1b[?2004l" in opened.screen  # no more marks around pastes


@pytest.mark.slow
def test_nothing_pasted(terminal: Open) -> None:
    opened = terminal()
    assert opened.send(ENTER, CTRL_D) == 2
    assert "pasted text is empty; paste the proposal's whole text" in opened.screen
