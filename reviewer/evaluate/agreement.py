"""Agreement between reviews and labels. The statistics are scikit-learn's and SciPy's."""

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from reviewer.domain import Criterion, Fact, Review, Rubric
from reviewer.domain.base import Frozen
from reviewer.domain.record import Answer
from reviewer.errors import SettingsError
from reviewer.evaluate.labels import DECISIONS, Label
from reviewer.pipeline import find_quotes

RESAMPLES = 200
SEED = 20221  # of the bootstrap: the same data give the same intervals
OVERLAP = 0.5  # of the shorter span: from there on two quotes are the same evidence


class Interval(Frozen):
    """A figure with its 95 % bootstrap interval over documents."""

    value: float | None
    low: float | None = None
    high: float | None = None


class CriterionAgreement(Frozen):
    """How well a criterion's facts agree with its labels."""

    criterion: str
    kind: Literal["stated", "assessed"]
    n: int
    agreement: float
    kappa: Interval  # Cohen's, unweighted
    weighted_kappa: float | None  # linear, where the values are ordered
    evidence_precision: float | None
    evidence_recall: float | None
    confusion: Mapping[str, Mapping[str, int]]  # label -> found -> documents


class Point(Frozen):
    """One document's axes beside the expert's scores."""

    document: str
    ours: Mapping[str, float]  # axis -> 0-100
    theirs: Mapping[str, float]  # axis -> 1-5


class Evaluation(Frozen):
    """Everything that was measured in one run."""

    rubric: str
    method: str
    documents: int
    criteria: tuple[CriterionAgreement, ...]
    macro_kappa_stated: float | None
    macro_kappa_assessed: float | None
    stated_or_silent: float | None
    evidence_precision: float | None
    evidence_recall: float | None
    spearman: Mapping[str, Interval]  # impact, feasibility; clarity against completeness
    decision_kappa: Interval
    gaps_raised: float | None  # share of the experts' gaps that a finding is about
    false_findings: float | None  # findings on what the label says is stated, for each document
    disagreements: tuple[str, ...]  # documents whose verdict and decision differ, and which criteria stand between
    points: tuple[Point, ...] = ()


def measure(labels: Sequence[Label], reviews: Mapping[str, Review], rubric: Rubric) -> Evaluation:
    """Compare reviews (by document name) with labels. Documents without both are left out."""
    pairs = [(label, reviews[label.document]) for label in labels if label.document in reviews]
    pairs = [(label, review) for label, review in pairs if review.scorecard is not None]
    criteria = tuple(one for c in rubric.criteria if (one := _criterion(c, pairs)) is not None)
    hits = [_evidence(c.id, pairs) for c in rubric.criteria if c.kind == "stated"]
    right, shown, wanted, met = (sum(column) for column in zip(*hits, strict=True)) if hits else (0, 0, 0, 0)
    return Evaluation(
        rubric=f"{rubric.id} {rubric.version}",
        method=", ".join(sorted({r.extraction.method for _, r in pairs if r.extraction})),
        documents=len(pairs),
        criteria=criteria,
        macro_kappa_stated=_mean([c.kappa.value for c in criteria if c.kind == "stated"]),
        macro_kappa_assessed=_mean([c.kappa.value for c in criteria if c.kind == "assessed"]),
        stated_or_silent=_said(pairs, rubric),
        evidence_precision=right / shown if shown else None,
        evidence_recall=met / wanted if wanted else None,
        spearman=_correlations(pairs),
        decision_kappa=decision_kappa(_decisions(pairs)),
        gaps_raised=_gaps(pairs),
        false_findings=_false(pairs, rubric),
        disagreements=tuple(
            _disagreement(label, review)
            for label, review in pairs
            if label.decision and review.scorecard and review.scorecard.verdict not in (None, label.decision)
        ),
        points=tuple(
            Point(
                document=label.document,
                ours={axis: figure.point for axis, figure in review.scorecard.axes.items()},
                theirs=label.scores,
            )
            for label, review in pairs
            if review.scorecard and label.scores
        ),
    )


def _disagreement(label: Label, review: Review) -> str:
    """Where a person's decision and the rubric part: what holds our verdict back, or what the person missed in it."""
    card = review.scorecard
    if card is None:
        return label.document
    graver = [f.criterion for f in review.findings if f.severity != "minor"]
    waits = [c for gate in card.gates if gate.state == "open" for c in gate.closes]
    ours_is_lower = DECISIONS.index(card.verdict or "stop") > DECISIONS.index(label.decision or "stop")
    between = list(dict.fromkeys([*waits, *graver] if ours_is_lower else label.gaps))[:5]
    why = f"; between them: {', '.join(between)}" if between else ""
    return f"{label.document}: {card.verdict}, you decided {label.decision}{why}"


Pairs = Sequence[tuple[Label, Review]]


def _criterion(criterion: Criterion, pairs: Pairs) -> CriterionAgreement | None:
    labelled = [(label, review) for label, review in pairs if criterion.id in label.values]
    if not labelled:
        return None
    gold = [_key(label.values[criterion.id]) for label, _ in labelled]
    got = [_key(_fact(review, criterion.id).value) for _, review in labelled]
    confusion: dict[str, Counter[str]] = {}
    for a, b in zip(gold, got, strict=True):
        confusion.setdefault(a, Counter())[b] += 1
    points = [value.points for value in criterion.values]
    ordered = len(points) > 2 and points == sorted(points, reverse=True) and len(set(points)) == len(points)
    right, shown, wanted, met = _evidence(criterion.id, pairs)
    return CriterionAgreement(
        criterion=criterion.id,
        kind=criterion.kind,
        n=len(labelled),
        agreement=sum(a == b for a, b in zip(gold, got, strict=True)) / len(labelled),
        kappa=_interval(_kappa, gold, got),
        weighted_kappa=_kappa(gold, got, "linear", [v.id for v in criterion.values]) if ordered else None,
        evidence_precision=right / shown if shown else None,
        evidence_recall=met / wanted if wanted else None,
        confusion={a: dict(row) for a, row in confusion.items()},
    )


def _kappa(
    gold: Sequence[str], got: Sequence[str], weights: str | None = None, order: Sequence[str] | None = None
) -> float | None:
    metrics = _library("sklearn.metrics")
    if set(gold) | set(got) <= {gold[0]}:
        return 1.0  # both always say the same one thing; the formula is 0/0
    return float(metrics.cohen_kappa_score(list(gold), list(got), weights=weights, labels=order))


def _interval(statistic: Callable[..., float | None], *columns: Sequence[Any]) -> Interval:
    """The statistic over all documents, and its percentile bootstrap over documents."""
    value = statistic(*columns)
    if value is None or len(columns[0]) < 5:
        return Interval(value=value)
    numpy = _library("numpy")
    stats = _library("scipy.stats")
    codes = numpy.arange(len(columns[0]))

    def resampled(at: Any, axis: int = -1) -> float:
        found = statistic(*([column[i] for i in at] for column in columns))
        return value if found is None or found != found else found

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a resample without variance says nothing, and is counted as no change
        found = stats.bootstrap(
            (codes,), resampled, n_resamples=RESAMPLES, vectorized=False, method="percentile", rng=SEED
        ).confidence_interval
    return Interval(value=value, low=float(found.low), high=float(found.high))


def _correlations(pairs: Pairs) -> dict[str, Interval]:
    found = {}
    for scale in ("impact", "feasibility", "clarity"):
        rows = [
            (card.completeness if scale == "clarity" else card.axes[scale].point, label.scores[scale])
            for label, review in pairs
            if (card := review.scorecard) and scale in label.scores and (scale == "clarity" or scale in card.axes)
        ]
        if len(rows) > 2:
            found[scale] = _interval(_spearman, *zip(*rows, strict=True))
    return found


def _spearman(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    if len(set(ours)) < 2 or len(set(theirs)) < 2:
        return None
    return float(_library("scipy.stats").spearmanr(ours, theirs).statistic)


def decision_kappa(rows: Sequence[tuple[str, str]]) -> Interval:
    """Kappa of decisions and verdicts."""
    return _interval(_kappa, *zip(*rows, strict=True)) if rows else Interval(value=None)


def _decisions(pairs: Pairs) -> list[tuple[str, str]]:
    return [
        (label.decision, review.scorecard.verdict)
        for label, review in pairs
        if label.decision and review.scorecard and review.scorecard.verdict
    ]


def _said(pairs: Pairs, rubric: Rubric) -> float | None:
    same = [
        (label.values[c.id] == c.unknown) == (_fact(review, c.id).value == c.unknown)
        for label, review in pairs
        for c in rubric.criteria
        if c.kind == "stated" and c.id in label.values
    ]
    return sum(same) / len(same) if same else None


def _evidence(criterion: str, pairs: Pairs) -> tuple[int, int, int, int]:
    """Our quotes that are the label's, our quotes, the label's quotes, the label's quotes that we have."""
    right = shown = wanted = met = 0
    for label, review in pairs:
        quotes = label.quotes.get(criterion, ())
        if not quotes:
            continue  # what the label calls silent has no right evidence; `agreement` counts it
        gold = find_quotes(review.document, quotes)
        ours = [(e.start, e.end) for e in _fact(review, criterion).evidence]
        right += sum(any(_same(a, b) for b in gold) for a in ours)
        met += sum(any(_same(a, b) for a in ours) for b in gold)
        shown, wanted = shown + len(ours), wanted + len(gold)
    return right, shown, wanted, met


def _same(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return min(a[1], b[1]) - max(a[0], b[0]) >= OVERLAP * min(a[1] - a[0], b[1] - b[0])


def _gaps(pairs: Pairs) -> float | None:
    raised = [
        gap in {finding.criterion for finding in review.findings} for label, review in pairs for gap in label.gaps
    ]
    return sum(raised) / len(raised) if raised else None


def _false(pairs: Pairs, rubric: Rubric) -> float | None:
    """Findings that say "not stated" of what the label quotes."""
    labelled = [(label, review) for label, review in pairs if label.values]
    wrong = sum(
        finding.id == f"missing.{finding.criterion}"
        and label.values.get(finding.criterion) not in (None, rubric.by_id[finding.criterion].unknown)
        for label, review in labelled
        for finding in review.findings
    )
    return wrong / len(labelled) if labelled else None


def _fact(review: Review, criterion: str) -> Fact:
    return next(fact for fact in review.facts if fact.criterion == criterion)


def _key(answer: Answer) -> str:
    return answer if isinstance(answer, str) else "+".join(answer)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _library(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise SettingsError(
            f"{name.partition('.')[0]} is not installed; pip install 'proposal-reviewer[evaluate]'"
        ) from None
