"""Bad rubrics: each is the small good one below with one thing changed, and each message says where and what."""

import os
from pathlib import Path

import pytest

from reviewer.errors import RubricError
from reviewer.pipeline import check_rubric, render, review
from reviewer.rubric import bundled_rubrics, load_rubric

GOOD = """\
id: small
version: "1"
sections:
  - id: basics
    criteria:
      - id: goal
        weight: 2
        answer: clear
        values:
          clear: {points: 1, needs: {cue: aim}, falls_to: loose}
          loose: {points: 0.5, needs: {any_of: [number, {cue: aim}]}, finding: minor}
          not_stated: {points: 0, finding: major}
      - id: danger
        kind: assessed
        values:
          low: {points: 1}
          high: {points: 0}
          unclear: {points: 0}
axes:
  mark: {basics: 1}
rules:
  - id: careless
    when: "!('low' in danger) && 'not_stated' in goal"
    axis: mark
    factor: 0.9
gates:
  - id: aimed
    closed_when: "'clear' in goal"
    closed_by: [goal]
classes:
  aim: {en: ['\\b(goals?|aims?)\\b']}
cues:
  criteria:
    goal: {values: {clear: {en: ['our goal is']}}}
texts:
  en:
    title: Small
    axes: {mark: Mark}
    sections: {basics: Basics}
    criteria:
      goal:
        name: Goal
        question: What for?
        meanings: {clear: said, loose: hinted, not_stated: nothing}
        missing: No goal.
        weak: {loose: Only hinted.}
      danger:
        name: Danger
        question: How dangerous?
        meanings: {low: little, high: much, unclear: cannot be told}
        missing: Cannot be told.
    rules: {careless: {message: Careless.}}
    gates: {aimed: {message: Aim first.}}
tests:
  - {name: nothing, facts: {}, axes: {mark: 0}}
"""

RULE = "!('low' in danger) && 'not_stated' in goal"
CASES = [
    # what is replaced, by what, the line that is named, what the message says
    ("duplicate key", "        weight: 2\n", "        weight: 2\n        weight: 3\n", 8, "duplicate key"),
    ("unknown key", "weight: 2", "wieght: 2", 7, "wieght: unknown key"),
    ("missing", 'version: "1"\n', "", 1, "version: missing"),
    ("a version that YAML makes a number", 'version: "1"', "version: 1.10", 2, "valid string"),
    ("points above 1", "clear: {points: 1,", "clear: {points: 1.5,", 10, "less than or equal to 1"),
    ("points not a number", "clear: {points: 1,", "clear: {points: .nan,", 10, "finite"),
    ("points as text", "clear: {points: 1,", 'clear: {points: "1",', 10, "valid number"),
    ("a weight that is no number", "weight: 2", "weight: true", 7, "valid number"),
    ("an endless weight", "weight: 2", "weight: 1e400", 7, "finite"),
    ("text for a number", "weight: 2", "weight: 1,5", 7, "valid number"),
    ("an included file", 'version: "1"', 'version: "1"\ninclude: ../secrets.yaml', 3, "unknown key"),
    ("negative weight", "weight: 2", "weight: -2", 7, "greater than or equal to 0"),
    ("silence pays", "not_stated: {points: 0,", "not_stated: {points: 0.7,", 11, "silence"),
    ("no proof", "clear: {points: 1, needs: {cue: aim},", "clear: {points: 1,", 10, "without proof"),
    ("falls to nothing", "falls_to: loose", "falls_to: lose", 10, "did you mean 'loose'"),
    (
        "falls in a circle",
        "needs: {any_of: [number, {cue: aim}]}",
        "needs: number, falls_to: clear",
        10,
        "circle",
    ),
    ("no such predicate", "needs: {any_of: [number, {cue: aim}]}", "needs: figure", 11, "no such predicate"),
    ("nested any_of", "[number, {cue: aim}]", "[{any_of: [number]}]", 11, "no such predicate"),
    ("any_of nothing", "[number, {cue: aim}]", "[]", 11, "no such predicate"),
    ("any_of null", "[number, {cue: aim}]", "[~]", 11, "no such predicate"),
    ("empty class", "{en: ['\\b(goals?|aims?)\\b']}", "{en: []}", 10, "class 'aim' has no words"),
    ("no such class", "[number, {cue: aim}]", "[{cue: aims}]", 11, "no class of words 'aims'"),
    ("unknown value", "answer: clear", "answer: plain", 6, "answer is 'plain'"),
    ("answer is silence", "answer: clear", "answer: not_stated", 6, "answer is the unknown value"),
    ("criterion twice", "- id: danger", "- id: goal", 13, "criterion 'goal' twice"),
    ("bad id", "- id: danger", "- id: Danger!", 13, "should match pattern"),
    ("no axis of that name", "axis: mark", "axis: marks", 24, "no axis 'marks'"),
    ("no section of that name", "mark: {basics: 1}", "mark: {basic: 1}", 20, "no section 'basic'"),
    (
        "no criterion in a rule",
        "'not_stated' in goal\"",
        "'not_stated' in gaol\"",
        23,
        "no such criterion: gaol",
    ),
    ("no value in a rule", "'low' in danger", "'lwo' in danger", 23, "no such value: lwo"),
    ("not CEL", "!('low' in danger) &&", "!('low' in danger) and", 23, "not a CEL expression"),
    (
        "not a truth value",
        "\"!('low' in danger) && 'not_stated' in goal\"",
        '"size(goal)"',
        23,
        "not true or false",
    ),
    (
        "no criterion at all",
        "\"!('low' in danger) && 'not_stated' in goal\"",
        '"true"',
        23,
        "reads 0 criteria",
    ),
    (
        "never fires",
        "!('low' in danger) && 'not_stated' in goal",
        "'high' in danger && 'low' in danger",
        23,
        "never fire",
    ),
    (
        "always fires",
        "!('low' in danger) && 'not_stated' in goal",
        "'high' in danger || true",
        23,
        "always fires",
    ),
    (
        "rule rewards silence",
        "!('low' in danger) && 'not_stated' in goal",
        "'clear' in goal",
        23,
        "leaving goal unknown",
    ),
    ("no effect", "    axis: mark\n    factor: 0.9\n", "", 22, "no effect"),
    ("factor without an axis", "    axis: mark\n", "", 22, "a factor needs an axis"),
    ("factor of nothing", "factor: 0.9", "factor: 0", 25, "greater than 0"),
    (
        "finding without a criterion",
        "    factor: 0.9\n",
        "    factor: 0.9\n    finding: minor\n",
        22,
        "no criterion",
    ),
    (
        "gate that never closes",
        "\"'clear' in goal\"",
        "\"'clear' in goal && 'loose' in goal\"",
        28,
        "never close",
    ),
    (
        "gate closed by judgement",
        "\"'clear' in goal\"",
        "\"'low' in danger\"",
        28,
        "although nothing is stated",
    ),
    (
        "gate closed by silence",
        "\"'clear' in goal\"",
        "\"'not_stated' in goal\"",
        28,
        "silence on goal closes",
    ),
    ("pattern that is none", "\\b(goals?|aims?)\\b", "(goals", 32, "cannot be used"),
    ("a pattern for anything", "\\b(goals?|aims?)\\b", "(goals)?", 32, "where nothing stands"),
    ("an empty pattern", "\\b(goals?|aims?)\\b", "", 32, "where nothing stands"),
    ("look-around", "\\b(goals?|aims?)\\b", "(?<!no )goal", 32, "no look-around"),
    (
        "cues for nothing",
        "clear: {en: ['our goal is']}",
        "plain: {en: ['our goal is']}",
        34,
        "cues for goal.plain",
    ),
    ("words missing", "        weak: {loose: Only hinted.}\n", "", 41, "finding without words"),
    ("meanings differ", "loose: hinted, ", "", 41, "meanings and values differ"),
    (
        "words for nothing",
        "{aimed: {message: Aim first.}}",
        "{aimd: {message: Aim first.}}",
        53,
        "no words for gates.aimed",
    ),
    ("test that fails", "axes: {mark: 0}", "axes: {mark: 50}", 1, "mark is 0.0, not 50"),
    ("test of nothing", "facts: {}", "facts: {gaol: clear}", 55, "no such fact"),
    ("alias bomb", 'version: "1"', 'version: &v "1"\nwaivable: *v', 3, "alias"),
    # RU03, RU06: YAML's words for numbers and truth are not converted, and no weight turns a figure over.
    ("a weight as text", "mark: {basics: 1}", "mark: {basics: '1'}", 20, "valid number"),
    ("a weight as truth", "mark: {basics: 1}", "mark: {basics: true}", 20, "valid number"),
    ("a negative axis weight", "mark: {basics: 1}", "mark: {basics: -1}", 20, "greater than or equal to 0"),
    ("an endless axis weight", "mark: {basics: 1}", "mark: {basics: 1.0e+308}", 20, "less than or equal to 1000"),
    ("an axis that weighs nothing", "mark: {basics: 1}", "mark: {basics: 0}", 20, "axis mark weighs nothing"),
    ("yes for true", "kind: assessed\n", "kind: assessed\n        multiple: yes\n", 15, "valid boolean"),
    ("text for truth", 'version: "1"', 'version: "1"\nwaivable: "true"', 3, "valid boolean"),
    ("a figure for truth", 'version: "1"', 'version: "1"\nwaivable: 1', 3, "valid boolean"),
    ("a cue's weight as text", "['our goal is']", "[{pattern: goal, weight: '3'}]", 34, "valid number"),
    ("a date for a title", "title: Small", "title: 2026-01-01", 37, "valid string"),
    ("bytes for a title", "title: Small", "title: !!binary aGk=", 37, "valid string"),
    # Values are joined by "|" and "+" in a rule's table.
    ("a value of two", "          low: {points: 1}", "          'lo|w': {points: 1}", 16, "should match pattern"),
    ("a language that is a path", "texts:\n  en:", "texts:\n  '../x':", 36, "should match pattern"),
    # RU15: what is found in any words proves nothing.
    ("a pattern for any letter", "\\b(goals?|aims?)\\b", ".", 32, "found in any words"),
    ("a pattern for any word", "\\b(goals?|aims?)\\b", "\\w+ \\S+", 32, "found in any words"),
    ("a pattern for any Korean word", "\\b(goals?|aims?)\\b", "[가-힣]+", 32, "found in any words"),
    ("nested expression", f'"{RULE}"', f"\"{'(' * 300}'clear' in goal{')' * 300}\"", 23, "nested too deeply"),
    ("a chain of nots", f'"{RULE}"', f"\"{'!' * 900}('clear' in goal)\"", 23, "nested too deeply"),
    ("an attribute", f'"{RULE}"', '"goal.__class__ == goal"', 23, "field select"),
    ("a builtin", f'"{RULE}"', '"__builtins__ == goal"', 23, "no such criterion: __builtins__"),
    ("a call", f'"{RULE}"', "\"open('goal') == goal\"", 23, "no such value: goal"),
    ("tab", "  - id: basics", "\t- id: basics", 4, ""),
    ("not a mapping", GOOD, "- a\n- b\n", 1, "not a mapping"),
    ("empty", GOOD, "", 1, "not a mapping"),
]


def problems(text: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "small.yaml"
    path.write_text(text, "utf-8")
    try:
        return [str(problem) for problem in check_rubric(path)]
    except RubricError as error:
        return [str(error)]


def test_the_good_one_is_good(tmp_path: Path) -> None:
    assert problems(GOOD, tmp_path) == []


@pytest.mark.parametrize(("name", "old", "new", "line", "message"), CASES, ids=[case[0] for case in CASES])
def test_bad_rubric(name: str, old: str, new: str, line: int, message: str, tmp_path: Path) -> None:
    assert old in GOOD
    said = problems(GOOD.replace(old, new, 1), tmp_path)
    hits = [one for one in said if message in one]
    assert hits, said
    assert any(f"small.yaml:{line}:" in one for one in hits), said
    assert "; " in hits[0]  # a remedy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id: " + "[" * 50 + "]" * 50, "depth"),
        ("a: " + "x" * 1_100_000, "larger than"),
        (b"id: \xff\xfe", "not UTF-8"),
        ("id: &a [&b [*b, *b], *a]", "an alias"),
        ("id: &x [*x]", "an alias"),
        ("".join(f"k{n}: 1\n" for n in range(40_000)), "more than 30,000 entries"),
        ("id: [" + "1," * 100_000 + "1]", "more than 30,000 entries"),
        ("a: no\n1: b", "rubric.yaml:2: a key that is no text"),
        ("true: b", r"a key that is no text \(true\)"),
        ("? [a, b]\n: c", "a key that is no text"),
        ("%YAML 1.1\n---\nid: no", "without directives"),
        ("id: 2024-13-45", "is no date"),
        ("[" * 20_000, "depth"),
        ("{a: " * 7_000, "depth"),
        ("id: " + "9" * 5000, "a number of 5,000 characters"),
        ('id: !!python/object/apply:os.system ["id"]', "could not determine a constructor"),
        ("id: !include /etc/passwd", "could not determine a constructor"),
        ('id: "a\\e[31mb"', "control characters"),
        ('id: "a\\ud800"', "control characters"),
        ('id: "a\\u202eb"', "control characters"),
        ("id: a\0b", "unacceptable character"),
        ("id: a\n---\nid: b", "another document"),
    ],
    ids=[
        *("RU07-deep", "RU02-large", "not-utf-8", "RU01-alias", "RU07-self", "RU02-keys", "RU02-list", "RU03-int-key"),
        *(
            "RU03-bool-key",
            "RU03-list-key",
            "RU03-yaml-1.1",
            "RU03-date",
            "RU07-brackets",
            "RU07-braces",
            "RU07-digits",
        ),
        *("RU08-python", "RU12-include", "RE-ansi", "RE-surrogate", "RE-bidi", "nul", "two-documents"),
    ],
)
def test_hostile_file(text: str | bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RubricError, match=message):
        check_rubric(path)


def test_more_than_four_criteria_in_a_rule(tmp_path: Path) -> None:
    extra = "".join(
        f"      - id: more{i}\n        kind: assessed\n"
        "        values: {good: {points: 1}, unclear: {points: 0}}\n"
        for i in range(4)
    )
    rule = " && ".join(["'high' in danger", *(f"'good' in more{i}" for i in range(4))])
    text = GOOD.replace("axes:\n", extra + "axes:\n", 1).replace("!('low' in danger) && 'not_stated' in goal", rule)
    assert any("reads 5 criteria" in one for one in problems(text, tmp_path))


def test_a_rule_does_not_multiply_without_end(tmp_path: Path) -> None:
    """A criterion of n values that takes several has 2^n answers, and a rule may read four of them."""
    values = ", ".join(f"v{n}: {{points: 1}}" for n in range(11))
    extra = "".join(
        f"      - id: m{n}\n        kind: assessed\n        multiple: true\n"
        f"        values: {{{values}, unclear: {{points: 0}}}}\n"
        for n in range(4)
    )
    rule = " && ".join(f"'v0' in m{n}" for n in range(4))
    text = GOOD.replace("axes:\n", extra + "axes:\n", 1).replace(RULE, rule)
    assert any("17,592,186,044,416 combinations of values; 5,000" in one for one in problems(text, tmp_path))


def test_texts_are_no_templates(tmp_path: Path) -> None:
    said = "{0.__class__} {name} {{7*7}} ${HOME} %s $criteria"
    path = tmp_path / "small.yaml"
    path.write_text(GOOD.replace("No goal.", f"'{said}'").replace("What for?", f"'{said}'"), "utf-8")
    rubric = load_rubric(path)
    done = review("We hold letters of many years in two rooms of the house. " * 8, rubric=rubric, force=True)
    assert said in {finding.message for finding in done.findings}
    assert said in render(done, rubric, "terminal", width=100)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files there")
def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rubric.yaml")
    with pytest.raises(RubricError, match=r"no rubric\.yaml"):
        load_rubric(tmp_path)


def test_a_folder_without_a_rubric(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match=r"no rubric\.yaml"):
        load_rubric(tmp_path)


def test_no_such_rubric() -> None:
    with pytest.raises(RubricError, match="fsdl"):
        load_rubric("no-such-rubric")


@pytest.mark.parametrize("name", bundled_rubrics())
def test_bundled_rubrics_are_sound(name: str) -> None:
    assert [str(problem) for problem in check_rubric(name)] == []


def test_a_compiled_rubric_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWER_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "small.yaml"
    path.write_text(GOOD, "utf-8")
    compiled = load_rubric(path)
    assert list((tmp_path / "cache").rglob("*.json"))
    assert load_rubric(path) == compiled
    path.write_text(GOOD.replace("points: 0.5", "points: 0.4"), "utf-8")
    assert load_rubric(path).by_id["goal"].by_id["loose"].points == 0.4
