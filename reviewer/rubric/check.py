"""What a rubric of the right shape can still get wrong: silence that pays, dead rules, missing words."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from reviewer.domain import Criterion, Cue, Rubric, Table, Texts
from reviewer.errors import RubricError
from reviewer.rubric import patterns
from reviewer.rubric.build import Locate
from reviewer.rubric.tables import combinations_of, key
from reviewer.rubric.yaml import Path_, Problem

# Strict structured output takes 1,000 enum values in all (OpenAI's limit); leave room for what we add.
MAX_VALUES = 900

Found = Iterator[tuple[Path_, str, str]]


def check(rubric: Rubric, locate: Locate) -> list[Problem]:
    """Every problem, in the order of the file."""
    found = [
        *_criteria(rubric),
        *_ids(rubric),
        *_effects(rubric),
        *_verdict(rubric),
        *_weights(rubric),
        *_rules(rubric),
        *_gates(rubric),
        *_demand(rubric),
        *_texts(rubric),
        *_cues(rubric),
        *_tests(rubric),
    ]
    problems = []
    for at, message, remedy in found:
        path, line = locate(at)
        problems.append(Problem(path=path, line=line, message=message, remedy=remedy))
    return problems


def _at(rubric: Rubric, criterion: Criterion) -> Path_:
    section = rubric.sections.index(criterion.section)
    peers = [c.id for c in rubric.criteria if c.section == criterion.section]
    return ("sections", section, "criteria", peers.index(criterion.id))


def _criteria(rubric: Rubric) -> Found:
    if sum(len(c.values) for c in rubric.criteria) > MAX_VALUES:
        yield (
            ("sections",),
            f"more than {MAX_VALUES} values in all",
            "a model's schema cannot hold them; split the rubric",
        )
    for c in rubric.criteria:
        at = _at(rubric, c)
        silent = c.by_id[c.unknown]
        for value in c.values:
            where = (*at, "values", value.id)
            if value.points < silent.points:
                yield (
                    where,
                    f"{c.id}: saying {value.id!r} earns {value.points}, silence ({c.unknown!r}) earns {silent.points}",
                    "give no value fewer points than the unknown one",
                )
            if c.kind == "stated" and value.points > 0 and value.id != c.unknown and value.predicate is None:
                yield (
                    where,
                    f"{c.id}.{value.id} earns points without proof",
                    "say what its quote needs (needs: ...)",
                )
            seen, step = {value.id}, value.falls_to
            while step is not None:
                if step in seen:
                    yield (
                        where,
                        f"{c.id}.{value.id}: falls_to goes in a circle",
                        "end at a value without falls_to",
                    )
                    break
                seen.add(step)
                step = c.by_id[step].falls_to
        if c.answer == c.unknown:
            yield at, f"{c.id}: answer is the unknown value", "name the value that an author could state"
        if c.kind == "assessed" and c.answer:
            yield at, f"{c.id}: an assessed criterion cannot be answered by writing", "remove answer"


def _ids(rubric: Rubric) -> Found:
    for axis in rubric.axes:
        for section in axis.sections:
            if section not in rubric.sections:
                yield ("axes", axis.id, section), f"axis {axis.id}: no section {section!r}", "mend the name"
    for i, gate in enumerate(rubric.gates):
        for name in _strange(gate.closed_by, rubric):
            yield ("gates", i, "closed_by"), f"gate {gate.id}: no criterion {name!r}", "mend the name"
    if rubric.archetype is not None and rubric.archetype not in rubric.by_id:
        yield ("archetype",), f"no criterion {rubric.archetype!r}", "mend the name"
    for i, archetype in enumerate(rubric.archetypes):
        for question in archetype.questions:
            for name in _strange(question.criteria, rubric):
                yield ("archetypes", i), f"question {question.id}: no criterion {name!r}", "mend the name"
    for name, values in rubric.hard_problems.items():
        if name not in rubric.by_id or set(values) - set(rubric.by_id[name].by_id):
            yield (
                ("hard_problems", name),
                f"hard_problems: no such criterion or value at {name!r}",
                "mend the name",
            )


def _strange(ids: tuple[str, ...], rubric: Rubric) -> list[str]:
    return [i for i in ids if i not in rubric.by_id]


def _effects(rubric: Rubric) -> Found:
    axes = {axis.id for axis in rubric.axes}
    for i, rule in enumerate(rubric.rules):
        if rule.axis is not None and rule.axis not in axes:
            yield ("rules", i, "axis"), f"rule {rule.id}: no axis {rule.axis!r}", "mend the name"
        if (rule.axis is None) != (rule.factor == 1.0):
            yield (
                ("rules", i),
                f"rule {rule.id}: a factor needs an axis, and an axis a factor",
                "give both or none",
            )
        if rule.severity is not None and rule.criterion not in rubric.by_id:
            yield ("rules", i), f"rule {rule.id}: its finding belongs to no criterion", "set criterion"
        if rule.axis is None and rule.severity is None:
            yield ("rules", i), f"rule {rule.id} has no effect", "give it a factor or a finding"
        if rule.contradiction and rule.axis is not None:
            yield (
                ("rules", i),
                f"rule {rule.id}: a contradiction gives a finding, no factor",
                "remove the factor",
            )


def _verdict(rubric: Rubric) -> Found:
    axes = {axis.id for axis in rubric.axes}
    if rubric.verdict is not None:
        for name in rubric.verdict.thresholds:
            if name not in axes:
                yield ("verdict", "thresholds", name), f"verdict: no axis {name!r}", "mend the name"
        if len(rubric.verdict.thresholds) != 2 or set(rubric.verdict.quadrants) != _QUADRANTS:
            yield (
                ("verdict",),
                "verdict: needs two thresholds and four quadrants",
                f"quadrants: {', '.join(sorted(_QUADRANTS))}",
            )


_QUADRANTS = {"high_priority", "moonshot", "quick_win", "reconsider"}


def _weights(rubric: Rubric) -> Found:
    sums = {name: sum(c.weight for c in rubric.criteria if c.section == name) for name in rubric.sections}
    for axis in rubric.axes:
        if not any(weight * sums.get(name, 0) for name, weight in axis.sections.items()):
            yield ("axes", axis.id), f"axis {axis.id} weighs nothing", "give a section, and its criteria, a weight"
    weighed = {s for axis in rubric.axes for s, weight in axis.sections.items() if weight > 0}
    used = {c for table in _tables(rubric) for c in table.criteria}
    if rubric.archetype:
        used.add(rubric.archetype)
    for c in rubric.criteria:
        if (c.section not in weighed or c.weight == 0) and c.id not in used:
            yield (
                _at(rubric, c),
                f"{c.id} weighs nothing and no rule or gate reads it",
                "weigh its section in an axis",
            )


def _tables(rubric: Rubric) -> Iterator[Table]:
    yield from (rule.table for rule in rubric.rules)
    for gate in rubric.gates:
        yield gate.closed
        if gate.fails:
            yield gate.fails


def _rules(rubric: Rubric) -> Found:
    for i, rule in enumerate(rubric.rules):
        at: Path_ = ("rules", i, "when")
        total = sum(1 for _ in combinations_of(rule.table, rubric.by_id))
        if not rule.table.true:
            yield at, f"rule {rule.id} can never fire", "mend or remove it"
        elif len(rule.table.true) == total:
            yield at, f"rule {rule.id} always fires", "mend or remove it"
        if rule.factor != 1.0:
            for name in _silence_pays(rule.table, rubric.by_id, fires_is_good=rule.factor > 1):
                yield (
                    at,
                    f"rule {rule.id}: leaving {name} unknown gives a better factor than saying it",
                    f"let {rubric.by_id[name].unknown!r} count with the worst value of {name}",
                )


def _gates(rubric: Rubric) -> Found:
    for i, gate in enumerate(rubric.gates):
        at: Path_ = ("gates", i, "closed_when")
        if not gate.closed.true:
            yield at, f"gate {gate.id} can never close", "mend the expression"
        for name in _silence_pays(gate.closed, rubric.by_id, fires_is_good=True):
            yield at, f"gate {gate.id}: silence on {name} closes it", "a gate is closed by what is said"
        if gate.fails and (names := _silence_pays(gate.fails, rubric.by_id, fires_is_good=False, stated_only=True)):
            yield (
                ("gates", i, "fails_when"),
                f"gate {gate.id}: silence on {names[0]} saves it",
                "read assessed values",
            )
        stated = [c for c in gate.closed.criteria if rubric.by_id[c].kind == "stated"]
        silent = {c: rubric.by_id[c].unknown for c in stated}
        for combination in combinations_of(gate.closed, rubric.by_id):
            bound = dict(zip(gate.closed.criteria, combination, strict=True))
            if all(bound[c] == u for c, u in silent.items()) and "|".join(combination) in gate.closed.true:
                yield at, f"gate {gate.id} closes although nothing is stated", "let it need a stated value"
                break


def _silence_pays(
    table: Table, criteria: Mapping[str, Criterion], *, fires_is_good: bool, stated_only: bool = False
) -> list[str]:
    """Criteria whose unknown value gives a better outcome than some known one, all else equal."""
    names = []
    for position, name in enumerate(table.criteria):
        criterion = criteria[name]
        if stated_only and criterion.kind != "stated":
            continue
        for combination in combinations_of(table, criteria):
            if combination[position] == criterion.unknown:
                continue
            silent = [*combination]
            silent[position] = criterion.unknown
            said = ("|".join(combination) in table.true) == fires_is_good
            hushed = ("|".join(silent) in table.true) == fires_is_good
            if hushed and not said:
                names.append(name)
                break
    return names


def _demand(rubric: Rubric) -> Found:
    if (demand := rubric.demand) is None:
        return
    at: Path_ = ("demand",)
    if demand.axis not in {axis.id for axis in rubric.axes}:
        yield (*at, "axis"), f"demand: no axis {demand.axis!r}", "mend the name"
    for name in (*demand.criteria, demand.reliability):
        if name not in rubric.by_id:
            yield at, f"demand: no criterion {name!r}", "mend the name"
            return
    steps = [a - b for a, b in zip(demand.factors, demand.factors[1:], strict=False)]
    if len(demand.factors) < 2 or demand.factors[0] != 1 or min(steps, default=0) < 0 or demand.factors[-1] <= 0:
        yield (
            (*at, "factors"),
            "demand: factors must fall from 1 and stay above 0",
            "e.g. [1.0, 0.98, 0.92, 0.8]",
        )
    elif any(later < earlier for earlier, later in pairwise(steps)):
        yield (*at, "factors"), "demand: a nine costs less than the one before", "cost grows super-linearly"
    missing = set(rubric.by_id[demand.reliability].by_id) - set(demand.usual)
    if missing:
        yield (*at, "usual"), f"demand: nothing usual for {', '.join(sorted(missing))}", "add it"
    elif demand.usual[rubric.by_id[demand.reliability].unknown] < max(demand.usual.values()):
        yield (*at, "usual"), "demand: an unknown reliability counts as less than the highest", "raise it"


def _texts(rubric: Rubric) -> Found:
    for language, texts in rubric.texts.items():
        yield from _language(rubric, language, texts)


def _language(rubric: Rubric, language: str, texts: Texts) -> Found:
    at: Path_ = ("texts", language)
    wanted = {
        "axes": {axis.id for axis in rubric.axes},
        "sections": set(rubric.sections),
        "criteria": set(rubric.by_id),
        "rules": {rule.id for rule in rubric.rules},
        "gates": {gate.id for gate in rubric.gates},
        "questions": {q.id for a in rubric.archetypes for q in a.questions},
        "archetypes": set(rubric.by_id[rubric.archetype].by_id) if rubric.archetype else set(),
        "quadrants": set(rubric.verdict.quadrants) if rubric.verdict else set(),
    }
    for group, ids in wanted.items():
        given = set(getattr(texts, group))
        for name in sorted(ids - given):
            yield (*at, group), f"{language}: no words for {group}.{name}", "add them"
        for name in sorted(given - ids):
            yield (
                (*at, group, name),
                f"{language}: words for {group}.{name}, which is not there",
                "remove them",
            )
    for c in rubric.criteria:
        if (text := texts.criteria.get(c.id)) is None:
            continue
        for name in sorted(set(c.by_id) ^ set(text.meanings)):
            yield (
                (*at, "criteria", c.id),
                f"{language}: {c.id}: meanings and values differ at {name!r}",
                "mend it",
            )
        weak = {v.id for v in c.values if v.severity and v.id != c.unknown}
        for name in sorted(weak - set(text.weak)):
            yield (
                (*at, "criteria", c.id),
                f"{language}: {c.id}.{name} is a finding without words",
                "add weak." + name,
            )


def _cues(rubric: Rubric) -> Found:
    for name, languages in rubric.cues.classes.items():
        for language, listed in languages.items():
            for pattern in listed:
                yield from _pattern(("cues", "classes", name, language), pattern)
    for criterion_id, cues in rubric.cues.criteria.items():
        at: Path_ = ("cues", "criteria", criterion_id)
        if criterion_id not in rubric.by_id:
            yield at, f"cues for {criterion_id!r}, which is no criterion", "mend the name"
            continue
        for value, by_language in cues.values.items():
            if value not in rubric.by_id[criterion_id].by_id:
                yield (
                    (*at, "values", value),
                    f"cues for {criterion_id}.{value}, which is no value",
                    "mend the name",
                )
            for language, spoken in by_language.items():
                for cue in spoken:
                    yield from _cue((*at, "values", value, language), cue, rubric)
        for language, headings in cues.headings.items():
            for cue in headings:
                yield from _cue((*at, "headings", language), cue, rubric)


def _cue(at: Path_, cue: Cue, rubric: Rubric) -> Found:
    for part in cue.pattern.split(" & "):
        bare = part.removeprefix("!")
        if not bare.startswith("@"):
            yield from _pattern(at, bare)
        elif bare[1:] not in rubric.cues.classes:
            yield at, f"cue {cue.pattern!r}: no class of words {bare[1:]!r}", "define it under classes"


def _pattern(at: Path_, pattern: str) -> Found:
    try:
        patterns.check(pattern)
    except RubricError as error:
        message, _, remedy = str(error).rpartition("; ")
        yield at, message, remedy


def _tests(rubric: Rubric) -> Found:
    for i, test in enumerate(rubric.tests):
        for name, value in test.facts.items():
            criterion = rubric.by_id.get(name)
            values = (value,) if isinstance(value, str) else value
            if criterion is None or set(values) - set(criterion.by_id) or not values:
                yield ("tests", i), f"test {test.name!r}: no such fact: {name}: {value}", "mend the name"
            else:
                key(criterion, value)
