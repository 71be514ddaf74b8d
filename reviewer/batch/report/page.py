"""An archive on one page that needs nothing else: the map, the ranked table, and what is missing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from markupsafe import Markup

from reviewer.batch.report.alike import Alike
from reviewer.batch.report.entries import Entry, Left, asked, common_folder
from reviewer.batch.report.ranks import Ranked, ranked
from reviewer.batch.report.words import WORDS
from reviewer.domain import Review, Rubric, Texts
from reviewer.pipeline import Say, say, web

HTML = Path(__file__).parent / "html"
SHAPES = 4  # that index.html.j2 draws; further archetypes share them, and have their names
MOST_LACKED = MOST_ALIKE = 10  # shown at once; the others are folded away
TONES = {"go": "good", "revise": "major", "stop": "blocker"}
ORIGIN, UNIT = (40.0, 330.0), 3.2  # of the map, in its own units


@dataclass(slots=True)
class Archive:
    """What is gathered in the one pass over the records."""

    entries: list[Entry] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    methods: Counter[tuple[str, str]] = field(default_factory=Counter)  # (who read, rubric)
    languages: Counter[str] = field(default_factory=Counter)
    alike: Alike = field(default_factory=Alike)
    texts: int = 0

    def add(self, entry: Entry, review: Review) -> None:
        """Remember a reviewed document; its text goes no further than the index of near-duplicates."""
        if review.document.text:
            self.texts += 1
            self.alike.add(len(self.entries), review.document.text)
        self.entries.append(entry)
        self.languages[review.language] += 1
        self.methods[_reader(review), f"{review.rubric.id} {review.rubric.version} ({review.rubric.sha256[:8]})"] += 1

    @property
    def language(self) -> str:
        """The language that most reviews speak."""
        return max(self.languages, key=lambda name: self.languages[name], default="en")


def write_page(archive: Archive, rubric: Rubric, language: str, file: TextIO) -> None:
    """Write index.html, piece by piece."""
    tell, words = say(language, WORDS), rubric.words(language)
    style, script = web.style() + (HTML / "index.css").read_text("utf-8"), (HTML / "index.js").read_text("utf-8")
    order = ranked(archive.entries)
    rows = {item.entry.id: number for number, item in enumerate(order)}
    total = len(archive.entries) + len(archive.left)
    shapes = {a.id: index % (SHAPES - 1) for index, a in enumerate(rubric.archetypes)}
    folder = common_folder([*(e.name for e in archive.entries), *(one.name for one in archive.left)])
    file.writelines(
        web.templates(HTML)
        .get_template("index.html.j2")
        .generate(
            language=language,
            tell=tell,
            title=words.title,
            heading=tell("archive.one" if total == 1 else "archive.many", count=total),
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=web.policy(style, script),
            counts=_counts(archive, rubric, tell),
            verdicts=[(v, tell(f"verdict.{v}")) for v in TONES] if rubric.verdict else [],
            archetypes=[(a.id, _short(words.archetypes.get(a.id, a.id)), shapes[a.id]) for a in rubric.archetypes],
            axes=[words.axes.get(axis.id, axis.id) for axis in rubric.axes],
            tones=TONES,
            quadrants=words.quadrants,
            map=_map(order, rubric, words, shapes) if order else None,
            lacks=list(_lacks(archive, rubric, words)),
            rows=order,
            total=len(order),
            href=lambda entry: "reports/" + quote(entry.report),
            groups=list(_groups(archive, rows, folder, tell)),
            alike_state=_alike_state(archive),
            left=archive.left,
            folder=folder,
            short=lambda name: name.removeprefix(folder),
            methods=[tell("method.many", count=n, by=by, rubric=r) for (by, r), n in archive.methods.most_common()],
            most_lacked=MOST_LACKED,
            most_alike=MOST_ALIKE,
        )
    )


def _counts(archive: Archive, rubric: Rubric, tell: Say) -> list[tuple[str, str]]:
    found = Counter(entry.verdict for entry in archive.entries if rubric.verdict)
    counts = [(TONES.get(v, "plain"), f"{tell(f'verdict.{v}')} {found[v]}") for v in (*TONES, "") if found[v]]
    return [*counts, *([("open", tell("unreviewed", count=len(archive.left)))] if archive.left else [])]


def _map(order: Iterable[Ranked], rubric: Rubric, words: Texts, shapes: Mapping[str, int]) -> dict[str, Any] | None:
    """Impact over feasibility, each entry where its figures put it."""
    ids = [axis.id for axis in rubric.axes]
    if not {"impact", "feasibility"} <= set(ids) or not rubric.verdict:
        return None
    up, along = ids.index("impact"), ids.index("feasibility")
    thresholds = rubric.verdict.thresholds
    return {
        "up": words.axes.get("impact", "impact"),
        "along": words.axes.get("feasibility", "feasibility"),
        "left": ORIGIN[0],
        "bottom": ORIGIN[1],
        "size": 100 * UNIT,
        "cut": (_x(thresholds.get("feasibility", 50)), _y(thresholds.get("impact", 50))),
        "thresholds": (thresholds.get("feasibility", 50), thresholds.get("impact", 50)),
        "usual": [
            (_short(words.archetypes.get(a.id, a.id)), _x(a.place[1]), _y(a.place[0])) for a in rubric.archetypes
        ],
        "dots": [
            {
                "x": _x(item.entry.axes[along].point),
                "y": _y(item.entry.axes[up].point),
                "spread": " ".join(
                    f"{figure:g}"
                    for figure in (
                        _x(item.entry.axes[along].low),
                        _y(item.entry.axes[up].high),
                        _x(item.entry.axes[along].high),
                        _y(item.entry.axes[up].low),
                    )
                ),
                "shape": shapes.get(item.entry.archetype, SHAPES - 1),
                "entry": item.entry,
            }
            for item in order
        ],
    }


def _x(figure: float) -> float:
    return round(ORIGIN[0] + figure * UNIT, 1)


def _y(figure: float) -> float:
    return round(ORIGIN[1] - figure * UNIT, 1)


def _lacks(archive: Archive, rubric: Rubric, words: Texts) -> Iterator[dict[str, Any]]:
    """What is not said, the most often unsaid first."""
    found = Counter(index for entry in archive.entries for index in entry.lacks)
    names = asked(rubric)
    for index, count in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        text = words.criteria.get(names[index])
        yield {"index": index, "count": count, "name": text.name if text else names[index]}


def _groups(archive: Archive, rows: Mapping[str, int], folder: str, tell: Say) -> Iterator[list[dict[str, Any]]]:
    """Near-duplicates, the first of each group by itself and each other with what it is alike."""

    def member(number: int, said: str) -> dict[str, Any]:
        entry = archive.entries[number]
        return {"name": entry.name.removeprefix(folder), "row": rows[entry.id], "said": said}

    for copies in archive.alike.groups():
        known = {copy.text for copy in copies}
        first = next(copy.of for copy in copies if copy.of not in known)
        yield [
            member(first, ""),
            *(
                # Rounded down: 100 % is the same text.
                member(
                    c.text,
                    tell(
                        "alike.of", share=int(100 * c.similarity), name=archive.entries[c.of].name.removeprefix(folder)
                    ),
                )
                for c in copies
            ),
        ]


def _alike_state(archive: Archive) -> str:
    if not archive.alike.available:
        return "alike.missing"
    if archive.entries and not archive.texts:
        return "alike.no_text"
    return "alike.what" if archive.alike.copies else "alike.none"


def _reader(review: Review) -> str:
    """Who read the proposal, as far as it decides whether figures compare."""
    extraction = review.extraction
    if extraction is None:
        return "?"
    if extraction.model is None:
        return extraction.engine
    return f"{extraction.model.answered or extraction.model.requested}, {extraction.model.prompt}".rstrip(", ")


def _short(name: str) -> str:
    return name.split("(")[0].strip()
