"""Agreement with labels whose right figures are known by construction."""

import json
from pathlib import Path

import pytest

from reviewer.__main__ import main
from reviewer.domain import Review
from reviewer.domain.resources import resource
from reviewer.errors import InputError
from reviewer.evaluate import Evaluation, Interval, measure, moved, picture, read_labels, table
from reviewer.evaluate.agreement import CriterionAgreement
from reviewer.evaluate.labels import Label
from reviewer.pipeline import load_rubric, review

FSDL = load_rubric("fsdl")
EXAMPLES = sorted(resource("examples").glob("*.md"))


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals are not looked at here; two hundred resamples of each criterion take seconds."""
    monkeypatch.setattr("reviewer.evaluate.agreement.RESAMPLES", 3)


@pytest.fixture(scope="module")
def reviews() -> dict[str, Review]:
    return {path.stem: review(path, rubric=FSDL) for path in EXAMPLES}


def echo(reviews: dict[str, Review]) -> list[Label]:
    """Labels that say what the reviews say."""
    return [
        Label(
            document=name,
            values={f.criterion: f.value for f in done.facts},
            quotes={f.criterion: tuple(e.quote for e in f.evidence) for f in done.facts},
            scores={axis: done.scorecard.axes[axis].point for axis in ("impact", "feasibility")},
            decision=done.scorecard.verdict,
            gaps=tuple(f.criterion for f in done.findings),
        )
        for name, done in reviews.items()
        if done.scorecard
    ]


def test_an_echo_agrees(reviews: dict[str, Review]) -> None:
    found = measure(echo(reviews), reviews, FSDL)
    assert found.documents == len(EXAMPLES)
    assert (found.macro_kappa_stated, found.macro_kappa_assessed, found.stated_or_silent) == (1, 1, 1)
    assert (found.gaps_raised, found.false_findings) == (1, 0)
    assert found.evidence_precision == found.evidence_recall == 1
    assert found.spearman["impact"].value == pytest.approx(1)
    assert found.disagreements == ()


def test_silence_disagrees(reviews: dict[str, Review]) -> None:
    labels = [
        label.model_copy(update={"values": {c.id: c.values[0].id for c in FSDL.criteria if not c.multiple}, "gaps": ()})
        for label in echo(reviews)
    ]
    found = measure(labels, reviews, FSDL)
    assert found.stated_or_silent is not None
    assert found.stated_or_silent < 1
    assert found.false_findings is not None
    assert found.false_findings > 0
    assert found.gaps_raised is None


def test_a_disagreement_names_what_stands_between(reviews: dict[str, Review]) -> None:
    [label] = [one for one in echo(reviews) if one.document == "smart-campus"]
    [said] = measure([label.model_copy(update={"decision": "go"})], reviews, FSDL).disagreements
    assert said.startswith("smart-campus: revise, you decided go; between them: ")
    assert "data_access" in said


def test_confusion_counts_documents(reviews: dict[str, Review]) -> None:
    [one] = [c for c in measure(echo(reviews), reviews, FSDL).criteria if c.criterion == "fallback"]
    assert sum(n for row in one.confusion.values() for n in row.values()) == len(EXAMPLES) == one.n


def test_a_picture_and_a_table(reviews: dict[str, Review]) -> None:
    found = measure(echo(reviews), reviews, FSDL)
    drawn = picture(found)
    assert drawn.count("<circle") == len(found.criteria) + 2 * len(found.points)
    assert len(found.points) == len(EXAMPLES)
    assert "href" not in drawn
    assert f"{'macro kappa, stated':<33} 1.00" in table(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "beyond"),
    [
        ((0.2, 0.1, 0.3), (0.8, 0.7, 0.9), True),
        ((0.2, 0.0, 0.6), (0.5, 0.3, 0.7), False),
        ((0.2, None, None), (0.9, None, None), False),
    ],
)
def test_what_moved(
    before: tuple[float, ...], after: tuple[float, ...], beyond: bool, reviews: dict[str, Review]
) -> None:
    def run(kappa: tuple[float, ...]) -> Evaluation:
        one = CriterionAgreement(
            criterion="labels",
            kind="stated",
            n=9,
            agreement=0.5,
            kappa=Interval(value=kappa[0], low=kappa[1], high=kappa[2]),
            weighted_kappa=None,
            evidence_precision=None,
            evidence_recall=None,
            confusion={},
        )
        return measure(echo(reviews), reviews, FSDL).model_copy(update={"criteria": (one,)})

    [change] = moved(run(before), run(after))
    assert change.beyond_noise is beyond


def test_csv_of_decisions(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text("document,decision,reason,impact\nchurn.md,Go,clear data,4\nshelf-robot.md,revise,,\n", "utf-8-sig")
    first, second = read_labels(path, FSDL)
    assert (first.document, first.decision, first.reason, first.scores) == (
        "churn",
        "go",
        "clear data",
        {"impact": 4.0},
    )
    assert (second.document, second.decision, second.scores) == ("shelf-robot", "revise", {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,decision\nx,go\n", "csv:1: no column 'document'"),
        ("document,decision\n,go\n", "csv:2: 'document' is empty"),
        ("document,decision\nx,maybe\n", "csv:2: decision 'maybe'"),
        ("document,criterion,value\nx,label,manual\n", "csv:2: no criterion 'label'"),
        ("document,criterion,value\nx,labels,hand\n", "csv:2: labels has no value 'hand'"),
        ("document,impact\nx,high\n", "csv:2: impact 'high' is no score from 1 to 5"),
        ("document,impact\nx,nan\n", "csv:2: impact 'nan' is no score from 1 to 5"),
        ("document,impact\nx,50\n", "csv:2: impact '50' is no score from 1 to 5"),
        ("document,decision\na/x.md,go\nb/x.md,stop\n", "csv:3: b/x.md and a/x.md differ by their folders alone"),
    ],
)
def test_bad_csv(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        read_labels(path, FSDL)


@pytest.mark.parametrize(
    ("expert", "said"),
    [({"impact": "nan"}, "impact 'nan' is no score"), ({"decision": "perhaps"}, "decision 'perhaps'")],
)
def test_bad_json(expert: dict[str, str], said: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"labels": {}, "expert": expert}))
    with pytest.raises(InputError, match=said):
        read_labels(tmp_path, FSDL)


def test_records_are_of_one_rubric_and_of_one_document_each(
    tmp_path: Path, reviews: dict[str, Review], capfd: pytest.CaptureFixture[str]
) -> None:
    labels, records = tmp_path / "labels.csv", tmp_path / "reviews.jsonl"
    labels.write_text("document,criterion,value\nchurn,labels,available\n", "utf-8")
    mark = review(EXAMPLES[0].parent / "churn.md", rubric="course-proposal")
    one = reviews["churn"]
    two = one.model_copy(update={"document": one.document.model_copy(update={"name": "b/churn.md"})})
    for stored, said in (([mark], "was reviewed by course-proposal 1"), ([one, two], "are both called 'churn'")):
        records.write_text("".join(f"{r.model_dump_json()}\n" for r in stored), "utf-8")
        assert main(["evaluate", str(labels), "--records", str(records)]) == 2
        assert said in capfd.readouterr().err
    course = load_rubric("course-proposal")
    decided = Label(document="churn", decision="go")
    assert measure([decided], {"churn": mark}, course).disagreements == ()  # a mark is no verdict


def test_command(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("document,criterion,value\nchurn,labels,available\nshelf-robot,labels,manual\n", "utf-8")
    docs = str(EXAMPLES[0].parent)
    assert main(["evaluate", str(labels), "--docs", docs, "--format", "json"]) == 0
    stored = capfdbinary.readouterr().out
    assert json.loads(stored)["documents"] == 2
    (tmp_path / "before.json").write_bytes(stored)
    svg = tmp_path / "kappa.svg"
    asked = ["evaluate", str(labels), "--docs", docs, "--against", str(tmp_path / "before.json"), "--picture", str(svg)]
    assert main(asked) == 0
    assert b"labels" in capfdbinary.readouterr().out
    assert svg.read_text("utf-8").startswith("<svg")
    assert main(["evaluate", str(labels)]) == 2


@pytest.mark.parametrize(("text", "said"), [("{", "not an earlier evaluation"), (None, "cannot be read: No such file")])
def test_an_earlier_evaluation_that_is_none(
    text: str | None, said: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    labels, before = tmp_path / "labels.csv", tmp_path / "before.json"
    labels.write_text("document,criterion,value\nchurn,labels,available\n", "utf-8")
    if text is not None:
        before.write_text(text)
    asked = ["evaluate", str(labels), "--docs", str(EXAMPLES[0].parent), "--against", str(before)]
    assert main(asked) == 2
    assert f"{before}: {said}" in capfdbinary.readouterr().err.decode()
