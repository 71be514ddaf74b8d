"""Rules as truth tables: CEL runs once, when a rubric is loaded, over every combination of values."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, product
from typing import Any

from reviewer.domain import Criterion, Table

MAX_CRITERIA = 4
MAX_COMBINATIONS = 5_000  # of values; each is evaluated, and a criterion of several values has 2^n of them


class ExpressionError(ValueError):
    """An expression that cannot become a table; the message says why."""


def options(criterion: Criterion) -> tuple[str, ...]:
    """Every answer a criterion can have, as table keys: a value, or several joined by "+"."""
    ids = [value.id for value in criterion.values]
    if not criterion.multiple:
        return tuple(ids)
    known = [i for i in ids if i != criterion.unknown]
    subsets = ("+".join(s) for n in range(1, len(known) + 1) for s in combinations(known, n))
    return (*subsets, criterion.unknown)


def key(criterion: Criterion, value: str | tuple[str, ...]) -> str:
    """The table key of an answer."""
    if isinstance(value, str):
        return value
    order = [v.id for v in criterion.values]
    return "+".join(sorted(value, key=order.index))


def holds(table: Table, keys: Mapping[str, str]) -> bool:
    """Is the table's expression true for these answers, each as its key? Scoring asks this very often."""
    return "|".join([keys[c] for c in table.criteria]) in table.true


def compile_table(expression: str, criteria: Mapping[str, Criterion]) -> Table:
    """Evaluate a CEL expression for every combination of the criteria that it names.

    Raises ExpressionError if it does not parse, names unknown things, reads more than four criteria,
    fails for some combination or gives anything but true or false.
    """
    import celpy

    program, names = _program(expression)
    unknown = names - criteria.keys()
    if unknown:
        raise ExpressionError(f"no such criterion: {', '.join(sorted(unknown))}")
    used = tuple(c for c in criteria if c in names)
    if not 1 <= len(used) <= MAX_CRITERIA:
        raise ExpressionError(f"reads {len(used)} criteria; 1 to {MAX_CRITERIA} are allowed")
    combined = math.prod(len(options(criteria[c])) for c in used)
    if combined > MAX_COMBINATIONS:
        raise ExpressionError(f"reads {combined:,} combinations of values; {MAX_COMBINATIONS:,} are the most")
    if bad := _unknown_values(expression, [criteria[c] for c in used]):
        raise ExpressionError(f"no such value: {', '.join(bad)}")
    true = set()
    for combination in product(*(options(criteria[c]) for c in used)):
        bound = {
            c: celpy.celtypes.ListType([celpy.celtypes.StringType(v) for v in k.split("+")])
            for c, k in zip(used, combination, strict=True)
        }
        try:
            result = program.evaluate(bound)
        except RecursionError as error:
            raise ExpressionError("is nested too deeply") from error
        except celpy.CELEvalError as error:
            raise ExpressionError(f"fails for {'|'.join(combination)}: {error.args[0]}") from error
        if not isinstance(result, celpy.celtypes.BoolType):
            raise ExpressionError(f"gives {result!r} for {'|'.join(combination)}, not true or false")
        if result:
            true.add("|".join(combination))
    return Table(criteria=used, true=frozenset(true))


@cache
def _environment() -> Any:
    import celpy

    return celpy.Environment()


def _program(expression: str) -> tuple[Any, set[str]]:
    import celpy

    try:
        tree = _environment().compile(expression)
    except celpy.CELParseError as error:
        raise ExpressionError(f"not a CEL expression ({str(error.args[0]).splitlines()[0]})") from error
    except RecursionError as error:
        raise ExpressionError("is nested too deeply") from error
    # Methods and functions are idents, too, but stand in other nodes; only plain names are criteria.
    names = {str(node.children[0]) for node in tree.find_data("ident")}
    return _environment().program(tree), names


def _unknown_values(expression: str, criteria: Sequence[Criterion]) -> list[str]:
    import re

    known = {value.id for criterion in criteria for value in criterion.values}
    said = re.findall(r"'([^']*)'|\"([^\"]*)\"", expression)
    return sorted({a or b for a, b in said} - known)


def combinations_of(table: Table, criteria: Mapping[str, Criterion]) -> Iterator[tuple[str, ...]]:
    """Every combination that a table was made for."""
    return product(*(options(criteria[c]) for c in table.criteria))
