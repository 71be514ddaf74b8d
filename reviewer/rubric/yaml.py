"""YAML as rubric files use it: version 1.2, no duplicate keys, no aliases, limits on size and depth."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reviewer.domain.base import Frozen
from reviewer.errors import RubricError, one_line

MAX_BYTES = 500_000
MAX_DEPTH = 16
MAX_MARKS = 30_000  # line ends, commas, colons and brackets: twice the largest bundled rubric, read in two seconds
_MARKS = "\n,:[{"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_LONGEST_NUMBER = 40

Path_ = tuple[str | int, ...]


class Problem(Frozen):
    """Something wrong in a rubric: where, what, and what to do about it."""

    path: str
    line: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" + (f"; {self.remedy}" if self.remedy else "")


class Source(Frozen):
    """A file's content as plain values, with the line of every key."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[Path_, int]

    def line(self, at: Path_) -> int:
        """The line of a key, or of the nearest one around it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)


def read_yaml(path: Path, data: bytes, what: str = "a rubric", begins: str = "id: my-rubric") -> Source:
    """Read one file. RubricError for anything that is not a plain, modest mapping; `what` it is, is said there."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if not str(path).isprintable():
        raise RubricError(f"{one_line(str(path))}: a path with control characters; rename it")
    if len(data) > MAX_BYTES:
        raise RubricError(f"{path}: larger than {MAX_BYTES:,} bytes; {what} is a small file")
    try:
        text = data.decode("utf-8-sig")
        if sum(map(text.count, _MARKS)) > MAX_MARKS:
            raise RubricError(f"{path}: more than {MAX_MARKS:,} entries; {what} is a small file")
        if text.startswith("%") or "\n%" in text:
            raise RubricError(f"{path}: a line that begins with %; {what} is YAML 1.2 without directives")
        node, tree = _load(path, text)
    except UnicodeDecodeError as error:
        raise RubricError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RubricError(f"{path}:{line}: {error.problem or error}; mend the YAML there") from error
    except YAMLError as error:
        raise RubricError(f"{path}:1: {error}; mend the YAML") from error
    except RecursionError as error:
        raise RubricError(f"{path}: nested too deeply; {what} needs {MAX_DEPTH} levels at most") from error
    if not isinstance(tree, Mapping):
        raise RubricError(f"{path}:1: not a mapping; begin with '{begins}'")
    lines = dict(_lines(node, ()))
    return Source(path=str(path), values=_plain(tree), lines=lines)


def _load(path: Path, text: str) -> tuple[Any, Any]:
    """One pass for nodes, whose marks tell lines, and the values made from them."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer
    from ruamel.yaml.constructor import SafeConstructor
    from ruamel.yaml.events import AliasEvent

    class Plain(Composer):
        """Refuses an alias as it is met, before anything is built from it."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.parser.peek_event()
            if isinstance(event, AliasEvent):
                raise RubricError(
                    f"{path}:{event.start_mark.line + 1}: an alias (*{event.anchor}); write the value out"
                )
            return super().compose_node(parent, index)

    class Dated(SafeConstructor):
        """Refuses a date that no calendar has by its line; Python's own word for it has none."""

    def dated(constructor: Any, node: Any) -> Any:
        try:
            return constructor.construct_yaml_timestamp(node)
        except ValueError:
            line = node.start_mark.line + 1
            raise RubricError(f"{path}:{line}: {node.value!r} is no date; mend it, or write it in quotes") from None

    Dated.add_constructor("tag:yaml.org,2002:timestamp", dated)
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = Dated
    yaml.Composer = Plain
    yaml.max_depth = MAX_DEPTH
    node = yaml.compose(text)
    _check(path, node)
    return node, yaml.constructor.construct_document(node) if node is not None else None


def _check(path: Path, root: Any) -> None:
    """Refuse what is YAML, but nothing that a rubric says: keys that are no text, endless numbers, unseen letters."""
    nodes = [root] if root is not None else []
    while nodes:
        node = nodes.pop()
        where = f"{path}:{node.start_mark.line + 1}"
        if node.id == "scalar":
            if _UNSEEN.search(node.value):
                raise RubricError(f"{where}: a text with control characters; take them out")
            if node.tag.endswith((":int", ":float")) and len(node.value) > _LONGEST_NUMBER:
                raise RubricError(f"{where}: a number of {len(node.value):,} characters; write a shorter one")
        elif node.id == "sequence":
            nodes += node.value
        else:
            for key, value in node.value:
                if not key.tag.endswith(":str"):
                    shown = f" ({key.value})" if key.id == "scalar" else ""
                    raise RubricError(
                        f"{path}:{key.start_mark.line + 1}: a key that is no text{shown}; put it in quotes"
                    )
                nodes += (key, value)


def _lines(node: Any, at: Path_) -> Iterator[tuple[Path_, int]]:
    yield at, node.start_mark.line + 1
    if node.id == "mapping":
        for key, value in node.value:
            yield from _lines(value, (*at, str(key.value)))
            yield (*at, str(key.value)), key.start_mark.line + 1
    elif node.id == "sequence":
        for i, value in enumerate(node.value):
            yield from _lines(value, (*at, i))


def _plain(value: Any) -> Any:
    """Round-trip types as the plain ones that validation is strict about."""
    if isinstance(value, Mapping):
        return {_plain(k): _plain(v) for k, v in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [_plain(v) for v in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return value  # dates and the like: validation names them
