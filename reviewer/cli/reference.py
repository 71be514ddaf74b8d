"""A rubric as a page of Markdown: what it asks, what each answer earns and must prove, its rules and gates."""

from collections.abc import Callable, Iterator

from reviewer.domain import Criterion, Predicate, Rubric, Rule, Texts


def reference(rubric: Rubric, words: Texts, proof: Callable[[Predicate], str]) -> str:
    """The whole rubric; `proof` says in words what a quote must hold."""
    return "\n".join(_lines(rubric, words, proof)).rstrip() + "\n"


def _lines(rubric: Rubric, words: Texts, proof: Callable[[Predicate], str]) -> Iterator[str]:
    yield f"# {_one(words.title)}"
    yield f"\n`{rubric.id}`, version {rubric.version}, {len(rubric.criteria)} criteria. {_one(words.summary)}\n"
    yield from _axes(rubric, words)
    for section in rubric.sections:
        yield f"## {_one(words.sections.get(section, section))}\n"
        for criterion in rubric.criteria:
            if criterion.section == section:
                yield from _criterion(criterion, words, proof)
    yield from _rules(rubric, words)
    yield from _verdict(rubric, words)


def _axes(rubric: Rubric, words: Texts) -> Iterator[str]:
    names = [words.axes.get(axis.id, axis.id) for axis in rubric.axes]
    yield f"| section | {' | '.join(map(_cell, names))} |"
    yield "|---|" + "---|" * len(names)
    for section in rubric.sections:
        shares = [axis.sections.get(section, 0) / sum(axis.sections.values()) for axis in rubric.axes]
        cells = " | ".join(f"{100 * share:.0f} %" if share else "" for share in shares)
        yield f"| {_cell(words.sections.get(section, section))} | {cells} |"
    yield ""


def _criterion(criterion: Criterion, words: Texts, proof: Callable[[Predicate], str]) -> Iterator[str]:
    text = words.criteria[criterion.id]
    kind = {"stated": "credited for a quote", "assessed": "judged from the text"}[criterion.kind]
    several = ", several answers" if criterion.multiple else ""
    source = f", lecture {criterion.source}" if criterion.source else ""
    yield f"### {_one(text.name)}\n"
    yield f"`{criterion.id}`: {kind}{several}, weight {criterion.weight:g}{source}. {_one(text.question)}\n"
    yield "| answer | points | meaning | the quote must hold |\n|---|---|---|---|"
    for value in criterion.values:
        falls = f"; else it counts as `{value.falls_to}`" if value.falls_to else ""
        needs = proof(value.predicate) + falls if value.predicate else ""
        yield f"| `{value.id}` | {value.points:g} | {_cell(text.said(value.id))} | {_cell(needs)} |"
    yield ""
    yield from (f"{_one(said)}\n" for said in (text.why, text.advice) if said)


def _rules(rubric: Rubric, words: Texts) -> Iterator[str]:
    if not rubric.rules:
        return
    yield "## Rules\n\n| rule | when | effect | what it says |\n|---|---|---|---|"
    for rule in rubric.rules:
        said = words.rules[rule.id].message if rule.id in words.rules else ""
        yield f"| `{rule.id}` | `{_cell(rule.when)}` | {_cell(_effect(rule, words))} | {_cell(said)} |"
    yield ""


def _effect(rule: Rule, words: Texts) -> str:
    parts = [f"{words.axes.get(rule.axis, rule.axis)} × {rule.factor:g}"] if rule.axis else []
    return ", ".join([*parts, *([f"{rule.severity} finding"] if rule.severity else [])])


def _verdict(rubric: Rubric, words: Texts) -> Iterator[str]:
    if rubric.gates:
        yield "## Gates\n\n| gate | closed when | fails when |\n|---|---|---|"
        for gate in rubric.gates:
            fails = f"`{_cell(gate.fails_when)}`" if gate.fails_when else ""
            yield f"| `{gate.id}`: {_cell(words.gates[gate.id].message)} | `{_cell(gate.closed_when)}` | {fails} |"
        yield ""
    if rubric.verdict is not None:
        least = ", ".join(
            f"{words.axes.get(axis, axis)} {points:g}" for axis, points in rubric.verdict.thresholds.items()
        )
        yield f"## Verdict\n\nThe quadrants part at {least}. With every gate closed:\n"
        yield "| quadrant | verdict |\n|---|---|"
        for quadrant, verdict in rubric.verdict.quadrants.items():
            yield f"| {_cell(words.quadrants.get(quadrant, quadrant))} | {verdict} |"
        yield "\nA failed gate stops; an open one holds a go back; points alone never stop."


def _one(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _one(text).replace("|", "\\|")
