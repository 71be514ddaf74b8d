"""Text from a terminal: pasted or typed, of any size.

A terminal in its usual line mode cuts a line at 4,096 bytes, so it is read in raw mode and through
prompt_toolkit's parser of keys. Its editor is not used: it would draw a megabyte on the screen.
"""

import codecs
import os
import select
import sys
from collections.abc import Iterator

HOW = """\
Paste the proposal here (any length, any language), then press Ctrl-D to have it reviewed.
Ctrl-C gives up. To review a file: reviewer review FILE. More: reviewer --help
"""


def read_paste() -> bytes:
    """Explain how to paste, and read until Ctrl-D. Ctrl-C raises KeyboardInterrupt."""
    if sys.platform == "win32":  # its console has neither raw mode on a descriptor nor the limit
        _show(HOW)
        return sys.stdin.buffer.read()
    # Bytes that the terminal's encoding does not have came as surrogates; as bytes, the parser sees to them.
    return _typed().encode("utf-8", "surrogateescape")


def _typed() -> str:
    from prompt_toolkit.input.vt100 import raw_mode
    from prompt_toolkit.keys import Keys
    from prompt_toolkit.output import create_output

    screen = create_output(sys.stderr)
    text: list[str] = []  # one character each, or one paste
    with raw_mode(sys.stdin.fileno()):
        try:
            screen.enable_bracketed_paste()
            screen.flush()
            _show(HOW)
            for keys in _batches(sys.stdin.fileno()):
                echo = ""
                for key, data in keys:
                    if key == Keys.ControlC:
                        raise KeyboardInterrupt
                    if key == Keys.ControlD:
                        _show(echo + "\n")
                        return "".join(text)
                    echo += _take(key, data, text)
                _show(echo)
        finally:
            screen.disable_bracketed_paste()
            screen.flush()
    return "".join(text)


def _take(key: str, data: str, text: list[str]) -> str:
    """Add what a key says to the text, and return what the screen shows for it."""
    from prompt_toolkit.keys import Keys
    from prompt_toolkit.utils import get_cwidth

    if key == Keys.BracketedPaste:
        pasted = data.replace("\r\n", "\n").replace("\r", "\n")
        text.append(pasted)
        size = sum(map(len, text))
        return f"[pasted {pasted.count(chr(10)) + 1} lines; {size:,} characters so far; Ctrl-D ends]\n"
    if key in (Keys.ControlM, Keys.ControlJ):
        text.append("\n")
        return "\n"
    if key == Keys.ControlI:
        text.append("\t")
        return " "
    if key == Keys.ControlH:
        # Takes back a typed character, or the whole of a paste; never the line before.
        if not text or text[-1] == "\n":
            return ""
        gone = text.pop()
        return "\b \b" * get_cwidth(gone) if len(gone) == 1 else "[paste taken back]\n"
    if isinstance(key, Keys):  # arrows and the like
        return ""
    text.append(data)
    return data if data.isprintable() else ""


def _batches(descriptor: int) -> Iterator[list[tuple[str, str]]]:
    """Key presses as they come, many at once where many are waiting, until the terminal goes away."""
    from prompt_toolkit.input.vt100_parser import Vt100Parser

    keys: list[tuple[str, str]] = []
    parser = Vt100Parser(lambda press: keys.append((press.key, press.data)))
    decoder = codecs.getincrementaldecoder(sys.stdin.encoding or "utf-8")("surrogateescape")
    while data := _read(descriptor):
        parser.feed(decoder.decode(data))
        if not _ready(descriptor, 0.1):
            parser.flush()  # a lone Escape, not the beginning of an arrow key
        yield keys
        keys.clear()


def _read(descriptor: int) -> bytes:
    """All that is waiting: one by one, the blocks of a large paste would each be searched again."""
    data = b""
    try:
        while block := os.read(descriptor, 65_536):
            data += block
            if len(data) > 1_000_000 or not _ready(descriptor, 0):
                break
    except OSError:  # the terminal is gone
        pass
    return data


def _ready(descriptor: int, seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], seconds)[0])


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
