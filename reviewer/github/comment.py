"""The comment: first the verdicts and what moved, then what to look at, the rest folded. Markdown for GitHub."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from reviewer.domain import CriterionText, Finding, Review, Rubric, Texts
from reviewer.domain.base import Frozen
from reviewer.domain.comparison import Comparison
from reviewer.github.changes import QUIET, Left
from reviewer.github.reviews import Reviewed, open_findings, reason
from reviewer.github.state import MARKER
from reviewer.github.words import Tell
from reviewer.pipeline import Say, escape_markdown, folded, lines_of, render, render_comparison, say, shortened, whole

COMMENT = 60_000  # bytes; GitHub takes 65,536 characters, and counts some of them more than once
SUMMARY = 900_000  # bytes; GitHub throws a summary of more than 1 MiB away
TOP = 3  # findings shown before the fold
ROWS = 50  # proposals in the table
REASONS = 3  # named for a figure that moved
SEVERITIES = ("blocker", "major", "minor")

Voice = Literal["gate", "coach"]


class Fold(Frozen):
    """A part that a click opens."""

    title: str
    text: str


class Part(Frozen):
    """What is said of one proposal."""

    head: str
    moved: str = ""  # since the last push: of this run alone, so that it is no reason to write the same again
    lead: str = ""
    folds: tuple[Fold, ...] = ()


class Comment(Frozen):
    """All that is said, before it is known how much room there is."""

    top: str
    parts: tuple[Part, ...]
    foot: str
    cut: str  # what stands where something was cut
    cut_parts: str  # with {count}


class Saying(NamedTuple):
    """How it is said."""

    rubric: Rubric
    language: str
    voice: Voice
    tell: Tell

    @property
    def words(self) -> Texts:
        """The rubric's words in the language of the comment."""
        return self.rubric.words(self.language)


def compose(reviewed: Sequence[Reviewed], left: Sequence[Left], foot: str, last: str, saying: Saying) -> Comment:
    """The comment about these proposals. `last` is the commit that the comment was about before."""
    tell = saying.tell
    blocks = [MARKER, f"## {tell('title')}"]
    if reviewed:
        blocks.append("\n".join(_table(reviewed, saying)))
    if not reviewed and all(one.why in QUIET for one in left):
        blocks.append(tell("none"))
    if left:
        rows = [f"- **{name_of(one.path)}**: {_why(one, tell)}" if one.path else f"- {_why(one, tell)}" for one in left]
        more = [f"- {tell('others', count=len(rows) - ROWS)}"] if len(rows) > ROWS else []
        blocks.append("\n".join([f"{tell('left')}:", "", *rows[:ROWS], *more]))
    return Comment(
        top="\n\n".join(blocks),
        parts=tuple(_part(one, last, saying) for one in reviewed),
        foot=foot,
        cut=tell("cut"),
        cut_parts=tell("cut.proposals", count="{count}"),
    )


def fit(comment: Comment, budget: int, note: str = "", tail: str = "") -> str:
    """The comment in at most so many bytes: whole proposals, then whole findings are left out, and it is said so."""
    top = "\n\n".join(filter(None, (comment.top, note and f"> [!NOTE]\n> {note}")))
    end = "\n\n".join(filter(None, ("---", comment.foot, tail)))
    room = budget - _size(top, end, comment.cut_parts) - 40
    leads = []
    for part in comment.parts:
        lead = "\n\n".join(filter(None, (part.head, part.moved, part.lead)))
        if (room := room - _size(lead)) < 0:
            break
        leads.append(lead)
    shown = []
    for part, lead in zip(comment.parts, leads, strict=False):
        shown.append(lead)
        for fold in part.folds:
            text = _cut(fold.text, room - _size(fold.title) - 80, comment.cut)
            if text:
                shown.append(f"<details>\n<summary>{fold.title}</summary>\n\n{text}\n\n</details>")
                room -= _size(shown[-1])
    if missing := len(comment.parts) - len(leads):
        shown.append(comment.cut_parts.format(count=missing))
    return "\n\n".join((top, *shown, end)) + "\n"


def _size(*texts: str) -> int:
    return sum(len(text.encode()) + 2 for text in texts)


def _cut(text: str, budget: int, cut: str) -> str:
    """As many whole entries as there is room for. An entry begins with a heading or a name in bold, and
    nothing of a proposal can begin a block like that, because it is escaped."""
    if _size(text) <= budget:
        return text.strip()
    kept: list[str] = []
    entry: list[str] = []
    room = budget - _size(cut)
    for block in (*text.strip().split("\n\n"), "**"):
        if block.startswith(("**", "#")) and entry:
            room -= _size(*entry)
            if room < 0:
                break
            kept, entry = [*kept, *entry], []
        entry.append(block)
    return "\n\n".join((*kept, cut)) if kept else ""


def _table(reviewed: Sequence[Reviewed], saying: Saying) -> Iterator[str]:
    tell, words = saying.tell, saying.words
    axes = [axis.id for axis in saying.rubric.axes] if saying.voice == "gate" else []
    word = say(saying.language)
    heads = [tell("proposal"), word("verdict") if axes else "", *(words.axes.get(axis, axis) for axis in axes)]
    yield "| " + " | ".join(map(escape_markdown, heads)) + " |"
    yield "|---|---|" + "---:|" * len(axes)
    for one in reviewed[:ROWS]:
        card = one.review.scorecard
        if card is None:
            cells = [tell("unreviewed"), *("" for _ in axes)]
        elif not axes:
            cells = [tell("questions", count=len(open_findings(one.review)))]
        else:
            cells = [_verdict(one, word)]
            cells += [_figure(one, axis) for axis in axes]
        yield f"| {name_of(one.path)} | " + " | ".join(cells) + " |"
    if len(reviewed) > ROWS:
        yield f"| {tell('others', count=len(reviewed) - ROWS)} |  |" + "  |" * len(axes)


def _verdict(one: Reviewed, word: Say) -> str:
    after = one.review.scorecard.verdict if one.review.scorecard else None
    before = one.base.scorecard.verdict if one.base and one.base.scorecard else None
    return _moved(before and word(f"verdict.{before}"), word(f"verdict.{after}")) if after else ""


def _figure(one: Reviewed, axis: str) -> str:
    """An axis as it was, as it is, and how far it could still go."""
    card = one.review.scorecard
    if card is None or axis not in card.axes:
        return ""
    now = card.axes[axis]
    spread = f" ({whole(now.low)}–{whole(now.high)})" if now.high > now.low else ""
    before = one.base.scorecard.axes.get(axis) if one.base and one.base.scorecard else None
    return _moved(whole(before.point) if before else None, whole(now.point)) + spread


def _moved(before: str | None, now: str) -> str:
    return f"{before} → **{now}**" if before and before != now else f"**{now}**"


def _part(one: Reviewed, last: str, saying: Saying) -> Part:
    tell, review = saying.tell, one.review
    blocks = [f"### {name_of(one.path)}"]
    if review.status != "reviewed":
        blocks.append(f"**{say(saying.language)(f'status.{review.status}')}.** {escape_markdown(reason(review))}")
        return Part(head="\n\n".join(blocks))
    if one.new:
        blocks.append(tell("new.file"))
    elif one.since_base and one.since_base.obstacle is None:
        blocks.append(f"**{tell('since.base')}:** {moves(one.since_base, saying)}")
    folds = []
    if saying.voice == "gate" and one.since_base and one.since_base.obstacle is None and one.since_base.facts:
        news = tuple(
            change for change in one.since_base.findings if change.state != "open"
        )  # the review has the others
        base = one.since_base.model_copy(update={"findings": news})
        text = render_comparison(base, saying.rubric, "markdown", saying.language)
        folds.append(Fold(title=tell("changes"), text=_below(text)))
    text = render(review, saying.rubric, "markdown", voice=saying.voice)
    folds.append(Fold(title=tell("all", count=len(review.findings)), text=_below(text)))
    moved, since = "", one.since_push
    # Read by another engine, the same text says other things: that is no merit of a push.
    if last and since is not None and since.obstacle is None and "other_reader" not in since.caveats:
        moved = f"**{tell('since.push', head=last[:7])}:** {moves(since, saying)}"
    return Part(head="\n\n".join(blocks), moved=moved, lead="\n\n".join(_top(review, saying)), folds=tuple(folds))


def _below(text: str) -> str:
    """The report without its title, which stands above it already."""
    return text.split("\n\n", 2)[-1]


def _top(review: Review, saying: Saying) -> Iterator[str]:
    if saying.voice == "gate" and review.next_steps:
        yield f"{say(saying.language)('next')}:"
        yield "\n".join(f"{i}. {escape_markdown(step)}" for i, step in enumerate(review.next_steps[:TOP], 1))
    if not (found := open_findings(review)):
        yield say(saying.language)("none")
        return
    yield f"{saying.tell('top')}:"
    yield "\n".join(f"- {brief(finding, review, saying)}" for finding in found[:TOP])


def brief(finding: Finding, review: Review, saying: Saying, *, place: bool = True) -> str:
    """A finding on one line, with its place in the file or without."""
    text = text_of(saying.rubric.words(review.language), finding.criterion)
    lines = lines_of(finding, review.document) if place else ()
    line = f" ({saying.tell('line', line=lines[0])})" if lines else ""
    name = escape_markdown(text.name)
    if saying.voice == "coach":
        return f"**{name}:** {escape_markdown(text.question)}{line}"
    grave = say(saying.language)(f"{finding.severity}.one")
    return f"**{name}** ({grave}): {escape_markdown(finding.message)}{line}"


def moves(comparison: Comparison, saying: Saying) -> str:
    """What moved and why, on one line: "Feasibility 41 → 63: Labels stated"."""
    tell, words = saying.tell, saying.words
    parts = []
    if saying.voice == "gate":
        word, verdict = say(saying.language), comparison.verdict
        if verdict.before and verdict.after and verdict.before != verdict.after:
            parts.append(_moved(word(f"verdict.{verdict.before}"), word(f"verdict.{verdict.after}")))
        for axis, move in comparison.axes.items():
            if move.before and move.after and whole(move.before.point) != whole(move.after.point):
                figures = _moved(whole(move.before.point), whole(move.after.point))
                parts.append(f"{escape_markdown(words.axes.get(axis, axis))} {figures}")
    counts = []
    for state in ("fixed", "new", "regressed"):
        if found := comparison.counting(state):
            names = [escape_markdown(text_of(words, change.finding.criterion).name) for change in found]
            # What got worse has to be looked at.
            named = f" ({_first(names, saying)})" if state != "fixed" else ""
            counts.append(tell(state, count=len(found)) + named)
    reasons = _first(list(_reasons(comparison, saying)), saying)
    told = ", ".join(parts) + (": " if parts and reasons else "") + reasons
    return "; ".join(filter(None, (told, ", ".join(counts)))) or tell("unmoved")


def _first(texts: Sequence[str], saying: Saying) -> str:
    more = [saying.tell("others", count=len(texts) - REASONS)] if len(texts) > REASONS else []
    return ", ".join((*texts[:REASONS], *more))


def _reasons(comparison: Comparison, saying: Saying) -> Iterator[str]:
    tell, rubric, words = saying.tell, saying.rubric, saying.words
    for fact in sorted(comparison.facts, key=lambda fact: -abs(fact.gained)):
        text, silent = text_of(words, fact.criterion), rubric.by_id[fact.criterion].unknown
        name = escape_markdown(text.name)
        before, after = (value if isinstance(value, tuple) else (value,) for value in (fact.before, fact.after))
        if silent in before:
            yield tell("said", name=name)
        elif silent in after:
            yield tell("unsaid", name=name)
        else:
            yield f"{name}: {escape_markdown(', '.join(text.said(value) for value in after))}"


def text_of(words: Texts, criterion: str) -> CriterionText:
    """A criterion's words; its id where a rubric gives none."""
    return words.criteria.get(criterion) or CriterionText(name=criterion, question=criterion, meanings={}, missing="")


def _why(left: Left, tell: Tell) -> str:
    return tell(f"left.{left.why}", detail=escape_markdown(left.detail))


def name_of(path: str) -> str:
    """A path as text."""
    # Not as code, where nothing can be escaped: a backtick in a path would end it.
    return escape_markdown(shortened(folded(path), 200))
