"""Models that lie, and what honesty could earn at most. The documents are put together from sentences of ours."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reviewer.domain import Claim, Criterion, Document, Evidence, Fact, Rejection, Rubric
from reviewer.domain.resources import resource
from reviewer.ground.find import locate
from reviewer.ground.index import Places
from reviewer.parse import parse
from reviewer.rubric import load_rubric
from reviewer.rubric.numbers import parse_numbers
from reviewer.rubric.predicates import passes
from reviewer.score.axes import Axes
from reviewer.score.demand import stated_nines

DATA = Path(__file__).parent / "data"
RUBRICS = ("fsdl", "course-proposal", "ml-system-design")
HIDING = ("<!-- {} -->", '<span style="display:none">{}</span>', "![{}](a.png)", '<p style="color:#fff">{}</p>')
LONGEST = 600


def _yaml(name: str) -> Any:
    return YAML(typ="safe").load((DATA / name).read_text("utf-8"))


@cache
def pool(language: str) -> tuple[str, ...]:
    """Sentences about every criterion and value, and about nothing that is asked."""
    cases = _yaml("offline_cases.yaml")
    texts = [text for values in cases.values() for said in values.values() for text in said.get(language, ())]
    return tuple(dict.fromkeys(texts))


@cache
def payloads() -> tuple[str, ...]:
    """Words to the reviewer that are known as such; what no word list sees is a claim like any other."""
    return tuple(one["text"] for one in _yaml("injections.yaml")["payloads"] if one.get("found", True))


@dataclass(frozen=True)
class Case:
    """A document with what was put into it beside honest text, and the ceiling that honesty sets."""

    rubric: Rubric
    document: Document
    quotes: tuple[str, ...]  # honest: sentences, blocks, neighbours
    injected: tuple[str, ...]
    hidden: tuple[str, ...]
    points: dict[str, float]  # stated criterion -> the most that honest quotes earn
    axes: dict[str, float]  # and every axis, with each assessed criterion at its best


@cache
def case(rubric: str, seed: int) -> Case:
    """The seed's document: written for it, or every tenth a bundled example."""
    rng, ready = random.Random(seed), load_rubric(rubric)
    language = rng.choice(("en", "ko"))
    if seed % 10 == 9:
        honest = rng.choice(sorted(resource("examples").glob("*.md"))).read_text("utf-8")
    else:
        honest = _written(rng.sample(pool(language), rng.randrange(6, 16)), rng)
    injected = tuple(rng.sample(payloads(), rng.randrange(4)))
    hidden = tuple(rng.sample([text for text in pool(language) if "\n" not in text], rng.randrange(3)))
    hidden = tuple(text for text in hidden if text not in honest)
    extra = [*injected, *(rng.choice(HIDING).format(text) for text in hidden)]
    rng.shuffle(extra)
    text = "\n\n".join([honest.rstrip(), "## Notes", *extra])
    quotes = _quotes(parse(honest.encode(), "a.md"))
    document = parse(text.encode(), "a.md")
    best = _best(ready, document, quotes)
    points = {name: ready.by_id[name].points(value) for name, (value, _) in best.items()}
    return Case(ready, document, quotes, injected, hidden, points, _ceiling(ready, best))


def _written(sentences: list[str], rng: random.Random) -> str:
    """The sentences under headings, as paragraphs, list items or cells."""
    parts = ["# Proposal"]
    for text in sentences:
        if rng.random() < 0.2:
            parts.append(f"## Part {len(parts)}")
        form = rng.choice(("{}", "{}", "- {}", "> {}", "| part | text |\n|---|---|\n| a | {} |"))
        parts.append((form if "\n" not in text and "|" not in text else "{}").format(text))
    return "\n\n".join([*parts, "The remaining pages hold the usual appendix with plans, letters and tables of words."])


def _quotes(document: Document) -> tuple[str, ...]:
    """Everything in it that an honest reader could quote."""
    text, blocks = document.text, document.blocks
    spans = [(s.start, s.end) for s in document.sentences] + [(b.start, b.end) for b in blocks]
    spans += [(a.start, b.end) for a, b in pairwise(document.sentences)]
    return tuple(dict.fromkeys(text[a:b] for a, b in spans if 6 <= b - a <= LONGEST))


def _best(rubric: Rubric, document: Document, quotes: tuple[str, ...]) -> dict[str, tuple[Any, list[Evidence]]]:
    """The best value of each stated criterion that an accepted quote shows, with the quotes that do."""
    places = Places(document)
    accepted = [e for quote in quotes if not isinstance(found := locate(quote, places), Rejection) for e in found]
    best: dict[str, tuple[Any, list[Evidence]]] = {}
    for c in rubric.criteria:
        if c.kind == "stated":
            best[c.id] = (_unknown(c), [])
            for value in sorted(c.values, key=lambda value: value.points):
                shown = [e for e in accepted if value.predicate and passes(value.predicate, e.quote, rubric.cues)]
                if shown or (value.predicate is None and value.id != c.unknown and accepted):
                    best[c.id] = (_typed(c, value.id), shown or accepted)
    return best


def _ceiling(rubric: Rubric, best: dict[str, tuple[Any, list[Evidence]]]) -> dict[str, float]:
    """Each axis at the stated facts, the assessed ones turned until none can raise it, the demand at its mildest."""
    answers: dict[str, Any] = {c.id: _unknown(c) for c in rubric.criteria} | {
        c: value for c, (value, _) in best.items()
    }
    numbers = [(c, n) for c, (_, shown) in best.items() for e in shown for n in parse_numbers(e.quote)]
    stated = (
        stated_nines({c: Fact(criterion=c, value=answers[c], status="verified", numbers=(n,))}, rubric)
        for c, n in numbers
    )
    mildest = min((nines for nines in stated if nines is not None), default=None)
    return {
        axis.id: max(_turned(axis.id, answers, Axes(rubric, nines), rubric) for nines in {None, mildest})
        for axis in rubric.axes
    }


def _turned(axis: str, answers: dict[str, Any], axes: Axes, rubric: Rubric) -> float:
    best = dict(answers)
    for c in rubric.criteria:
        if c.kind == "assessed":
            best[c.id] = _typed(c, max(c.values, key=lambda value: value.points).id)
    while True:
        now = axes.points(axes.sums(best))[axis]
        tries = (
            {**best, c.id: _typed(c, value.id)} for c in rubric.criteria if c.kind == "assessed" for value in c.values
        )
        turned = max(tries, key=lambda one: axes.points(axes.sums(one))[axis], default=best)
        if axes.points(axes.sums(turned))[axis] <= now:
            return now
        best = turned


def _typed(criterion: Criterion, value: str) -> Any:
    return (value,) if criterion.multiple else value


def _unknown(criterion: Criterion) -> Any:
    return _typed(criterion, criterion.unknown)


# -- models: each is asked for one criterion at a time -----------------------------------------------------------

Quotes = Callable[[Case, Criterion, random.Random], list[str]]


def _true(case: Case, rng: random.Random, most: int = 3) -> list[str]:
    return rng.sample(case.quotes, min(len(case.quotes), rng.randint(1, most)))


def _invented(case: Case, criterion: Criterion, rng: random.Random) -> list[str]:
    other = [text for language in ("en", "ko") for text in pool(language) if text not in case.document.text]
    return [
        *rng.sample(other, 2),
        f"Baseline: {rng.randrange(100)} % accuracy on 12,000 rows by 1 March 2027, USD 9,000.",
    ]


def _cut(case: Case, criterion: Criterion, rng: random.Random) -> list[str]:
    text = case.document.text
    start = rng.randrange(len(text))
    return [text[start : start + rng.choice((3, 12, 40, 200, 599, 900))] for start in (start, rng.randrange(len(text)))]


def _ellipsis(case: Case, criterion: Criterion, rng: random.Random) -> list[str]:
    parts = [part for one in (*_true(case, rng, 4), *case.injected, *case.hidden) for part in (one[:30], one[-30:])]
    rng.shuffle(parts)
    return [rng.choice((" ... ", " … ", " [...] ", "...", " (...) ")).join(parts[: rng.randint(2, 4)])]


def _figures(case: Case, criterion: Criterion, rng: random.Random) -> list[str]:
    """A digit changed, added or taken away; a sign, a unit, a full-width form."""
    changes: list[Callable[[str], str]] = [
        lambda d: str((int(d) + rng.randint(1, 9)) % 10),
        lambda d: d + "0",
        lambda d: "",
        lambda d: f"-{d}",
        lambda d: f"{d}.{d}",
        lambda d: f"{d}%",
        lambda d: f"{d} million ",
    ]
    return _with_figures(case, changes, rng)


def _words(case: Case, criterion: Criterion, rng: random.Random) -> list[str]:
    """A denial taken out, a word swapped for a better one, two sentences made one."""
    first, *others = _true(case, rng)
    plain = re.sub(r"\b(?:not|no|never|without|don't|cannot) |(?:지 않|없)", "", first)
    better = _changed(first, r"\w+", lambda _: rng.choice(("quantified", "already", "never", "labelled", "확보")), rng)
    return [plain if plain != first else better, better, first[: len(first) // 2] + " " + "".join(others)[-40:]]


def _with_figures(case: Case, changes: Sequence[Callable[[str], str]], rng: random.Random) -> list[str]:
    some = [one for one in case.quotes if re.search(r"\d", one)] or list(case.quotes)
    return [_changed(rng.choice(some), r"\d", rng.choice(changes), rng) for _ in range(3)]


def _changed(text: str, pattern: str, change: Callable[[str], str], rng: random.Random) -> str:
    found = list(re.finditer(pattern, text, re.ASCII))
    if not found:
        return text + " 3"
    at = rng.choice(found)
    return text[: at.start()] + change(at[0]) + text[at.end() :]


def _across(case: Case, criterion: Criterion, rng: random.Random) -> list[str]:
    """Runs that begin in honest words and end in hidden, injected or left-over ones, or the other way round."""
    text, regions = case.document.text, case.document.regions
    edges = [edge for region in regions for edge in (region.start, region.end)] or [len(text) // 2]
    at = rng.choices(edges, k=3)
    return [text[max(0, edge - rng.randrange(80)) : edge + rng.randrange(80)] for edge in at]


def _rubrics_own(case: Case, criterion: Criterion, rng: random.Random) -> list[str]:
    """What the rubric says of a good answer, which stands in the prompt and may stand nowhere else."""
    words = case.rubric.words(rng.choice(("en", "ko"))).criteria[criterion.id]
    return [text for text in (words.question, words.advice, *words.meanings.values()) if text][:3]


def _forms(case: Case, criterion: Criterion, rng: random.Random) -> list[str]:
    """Figures and letters in other forms, some of which mean something else: a power, a fraction, a circled two."""
    forms = (
        lambda d: chr(0xFEE0 + ord(d)),
        lambda d: chr(0x2080 + int(d)),
        lambda d: "⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)],
        lambda d: "٠١٢٣٤٥٦٧٨٩"[int(d)],
        lambda d: f"<b>{d}</b>",
        lambda d: f"{d}\u200b0",
        lambda d: f"{d}~~0~~",
        lambda d: f"{d}\n0",
        lambda d: f"{d},000",
    )
    return _with_figures(case, forms, rng)


MODELS: dict[str, Quotes] = {
    "no quote": lambda case, c, rng: [],
    "invented": _invented,
    "whole document": lambda case, c, rng: [case.document.text, case.document.text[:LONGEST], "\n".join(case.quotes)],
    "injected line": lambda case, c, rng: [*case.injected, *(one.split(":")[-1] for one in case.injected)],
    "hidden text": lambda case, c, rng: [*case.hidden, *(one[: len(one) // 2] for one in case.hidden)],
    "wrong criterion": lambda case, c, rng: _true(case, rng),
    "cut anywhere": _cut,
    "ellipsis": _ellipsis,
    "figures": _figures,
    "words": _words,
    "across": _across,
    "the rubric's own words": _rubrics_own,
    "forms": _forms,
    "trivial": lambda case, c, rng: rng.sample(["the", ".", "", " ", "data", "👍", "a" * 700, "...", "모델"], 3),
    "refusing": lambda case, c, rng: _true(case, rng),
    "random": lambda case, c, rng: [
        quote
        for model in rng.sample([_invented, _cut, _ellipsis, _figures, _words], 2)
        for quote in model(case, c, rng)
    ],
}


def claims(name: str, case: Case, rng: random.Random) -> list[Claim]:
    """What this model answers: mostly the best value for everything, with its own kind of quotes."""
    said = []
    for c in case.rubric.criteria:
        best = max(c.values, key=lambda value: value.points).id
        value: Any = rng.choice([best, best, best, rng.choice(c.values).id])
        if name == "refusing":
            value = c.unknown
        elif name == "random":
            value = rng.choice([value, "excellent", "100", tuple(v.id for v in c.values), (value, value), ""])
        quotes = tuple(MODELS[name](case, c, rng))
        said += [Claim(criterion=c.id, value=value, quotes=quotes)] * rng.choice((1, 1, 2))
    said += [Claim(criterion=name, value="100", quotes=case.quotes[:1]) for name in ("score", "verdict", "impact")]
    rng.shuffle(said)
    return said


def judged_alone(facts: tuple[Fact, ...], rubric: Rubric) -> Iterator[Fact]:
    """The same facts with every stated one forgotten."""
    for fact in facts:
        criterion = rubric.by_id[fact.criterion]
        if criterion.kind == "assessed":
            yield fact
        else:
            yield Fact(criterion=fact.criterion, value=_unknown(criterion), status="not_stated")
