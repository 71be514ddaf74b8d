"""What would be posted, decided from reviews alone: room, escapes, memory, the job's log."""

import difflib
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import render_attacks as attacks
import render_builder as build
from hypothesis import given
from hypothesis import strategies as st
from test_render_markdown import GITHUB, shown, tokens

from reviewer.compare import compare
from reviewer.domain import Extraction, ModelUsed, Review, Rubric, Waiver
from reviewer.errors import SettingsError
from reviewer.github.changes import ChangedFile, Left, commentable, matching
from reviewer.github.comment import COMMENT, SUMMARY, Comment, Fold, Part, Saying, fit
from reviewer.github.event import Ask, Skip, read_event
from reviewer.github.plan import Conditions, Plan, Thread, make_plan
from reviewer.github.reviews import Outcome, Reviewed
from reviewer.github.state import State, read, recall, remember, written
from reviewer.github.words import telling
from reviewer.github.workflow import Annotation, add_outputs, commands, quoted
from reviewer.pipeline import load_rubric, review, waive

HEAD = "b" * 40
EXAMPLES = Path(__file__).parent.parent / "examples"


def planned(
    *reviews: Review, rubric: Rubric, left: tuple[Left, ...] = (), voice: Any = "gate", language: str = "en",
    conditions: Conditions | None = None, path: str = "",
) -> Plan:  # fmt: skip
    reviewed = tuple(
        Reviewed(path=path or one.document.name, lines=frozenset(range(1, 200)), review=one, base=None)
        for one in reviews
    )
    saying = Saying(rubric, language, voice, telling(language))
    return make_plan(Outcome(reviewed, ()), left, Thread(), HEAD, saying, conditions or Conditions())


# The comment


@pytest.mark.parametrize("voice", ["gate", "coach"])
@pytest.mark.parametrize("payload", attacks.EACH)
def test_nothing_of_a_proposal_becomes_active(payload: str, voice: str) -> None:
    hostile, rubric = attacks.poisoned(build.review(), payload), attacks.poisoned_rubric(build.rubric(), payload)
    left = (Left(path=payload, why="model", detail=payload),)
    plan = planned(hostile, rubric=rubric, left=left, voice=voice, path=payload)
    benign = planned(
        build.review(), rubric=build.rubric(), left=(Left(path="a.md", why="model", detail="x"),), voice=voice
    )
    for text, plain in (
        (fit(plan.comment, COMMENT), fit(benign.comment, COMMENT)),
        *zip((one.body for one in plan.remarks), (one.body for one in benign.remarks), strict=False),
    ):
        kinds = [[token.type for token in tokens(one)] for one in (text, plain)]
        assert kinds[0].count("html_block") == kinds[1].count("html_block")
        assert kinds[0].count("html_inline") == kinds[1].count("html_inline")
        assert not {"link_open", "image", "code_block", "fence", "code_inline"} & set(kinds[0])
        seen = shown(re.sub(r"<[^>]*>", "", text)).replace(HEAD[:7], "")
        for name, pattern in GITHUB.items():
            assert not pattern.search(seen), name


def test_two_hundred_kilobytes_of_korean() -> None:
    """GH10: under the limit in bytes, cut between findings, and everything that opens closes."""
    proposal = review(EXAMPLES / "pension-letters.ko.md", language="ko")
    finding = proposal.findings[0]
    many = tuple(
        finding.model_copy(update={"fingerprint": f"{n:016x}", "message": f"{n}번 지적. {finding.message * 5}"})
        for n in range(90)
    )
    rubric = load_rubric("fsdl")
    long = proposal.model_copy(update={"findings": many})
    plan = planned(*(long.model_copy() for _ in range(6)), rubric=rubric, language="ko")
    whole_text, cut = fit(plan.comment, SUMMARY), fit(plan.comment, COMMENT, tail=written(plan.state))
    assert len(whole_text.encode()) > 200_000
    assert 50_000 < len(cut.encode()) <= COMMENT
    assert "길이 제한" in cut
    assert "길이 제한" not in whole_text
    assert read(cut) is not None
    for mark in ("details", "summary", "sub"):
        assert cut.count(f"<{mark}>") == cut.count(f"</{mark}>")
    # A finding is there whole or not at all: what follows its message is its advice, as often as the message is.
    assert cut.count("쓸 내용:*") == cut.count("이유:*")


@pytest.mark.parametrize("budget", [COMMENT, SUMMARY, 30_000])
@pytest.mark.parametrize("proposals", [0, 1, 7, 300])
def test_any_number_of_proposals_fits(budget: int, proposals: int) -> None:
    """GH10, GH14."""
    entry = "**Name:** what is wrong\n\n> " + "말" * 200 + "\n\n- *Why:* so"
    folds = (Fold(title="All", text="### Findings\n\n" + "\n\n".join([entry] * 20)),)
    parts = tuple(Part(head=f"### {n}", moved="m" * 100, lead="x" * 500, folds=folds) for n in range(proposals))
    comment = Comment(top="top", parts=parts, foot="foot", cut="cut here", cut_parts="{count} more")
    text = fit(comment, budget, "a note", "tail")
    assert len(text.encode()) <= budget
    assert text.count("<details>") == text.count("</details>")
    leads = len(re.findall(r"^### \d+$", text, re.MULTILINE))
    assert leads == proposals or f"{proposals - leads} more" in text
    assert {"a note", "foot", "tail"} <= set(re.findall(r"a note|foot|tail", text))


def test_a_failed_review_has_no_figures() -> None:
    rubric = build.rubric()
    failed = build.review().model_copy(update={"status": "failed", "reason": "no answer", "scorecard": None})
    plan = planned(failed, rubric=rubric, conditions=Conditions(any=True))
    assert (plan.check.conclusion, plan.outputs["status"], plan.outputs["verdict"]) == ("neutral", "failed", "")
    assert "no answer" in fit(plan.comment, COMMENT)


@pytest.mark.parametrize(
    ("left", "conditions", "conclusion"),
    [
        ((), Conditions(), "neutral"),
        ((), Conditions(any=True), "success"),
        ((), Conditions(any=True, unmet=("the verdict is stop",)), "failure"),
        ((Left(path="b.md", why="moved"),), Conditions(any=True), "success"),
        ((Left(path="b.md", why="bytes"),), Conditions(any=True), "neutral"),
        ((Left(path="b.md", why="cost"),), Conditions(any=True), "neutral"),
        ((Left(path="b.md", why="model"),), Conditions(any=True), "neutral"),
    ],
)
def test_the_check_is_never_green_over_a_gap(left: tuple[Left, ...], conditions: Conditions, conclusion: str) -> None:
    """GH19, GH22."""
    plan = planned(build.review(), rubric=build.rubric(), left=left, conditions=conditions)
    assert plan.check.conclusion == conclusion


@pytest.mark.parametrize("new", [True, False])
def test_what_could_not_be_compared_is_not_called_new(new: bool) -> None:
    """Where the budget was reached, the base may be the one that was not read."""
    one = Reviewed(path="a.md", lines=frozenset(), review=build.review(), new=new)
    saying = Saying(build.rubric(), "en", "gate", telling("en"))
    plan = make_plan(Outcome((one,), ()), (), Thread(), HEAD, saying, Conditions())
    assert ("New in this pull request" in plan.comment.parts[0].head) is new


def test_a_coach_gives_no_verdict() -> None:
    rubric = load_rubric("fsdl")
    plan = planned(review(EXAMPLES / "smart-campus.md"), rubric=rubric, voice="coach")
    text = fit(plan.comment, COMMENT)
    for word in ("Verdict", "Feasibility", "blocker", "Revise"):
        assert word not in text
        assert not any(word in one.body for one in plan.remarks)


@pytest.mark.parametrize(("count", "said"), [(0, "0 findings"), (1, "1 finding"), (2, "2 findings")])
def test_one_finding_is_no_findings(count: int, said: str) -> None:
    assert telling("en")("all", count=count).endswith(f": {said}")


def test_the_lowest_of_several_is_the_output() -> None:
    rubric = load_rubric("fsdl")
    plan = planned(review(EXAMPLES / "churn.md"), review(EXAMPLES / "shelf-robot.md"), rubric=rubric)
    assert (plan.outputs["verdict"], int(plan.outputs["impact"]) < 70) == ("revise", True)
    assert len(plan.record.splitlines()) == len(json.loads(plan.sarif)["runs"]) == 2


def test_no_more_runs_than_code_scanning_takes() -> None:
    """RE10: of 20 runs in a file, each with a category of its own; one more, and the whole file is refused."""
    names = [f"proposals/{n}.md" for n in range(25)]
    one = build.review()
    many = [one.model_copy(update={"document": one.document.model_copy(update={"name": name})}) for name in names]
    runs = json.loads(planned(*many, rubric=build.rubric()).sarif)["runs"]
    assert len({run["automationDetails"]["id"] for run in runs}) == len(runs) == 20


# Lines of the diff, files


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_lines_that_a_patch_shows(old: list[str], new: list[str]) -> None:
    """GH09: what a diff shows of the new text, told from the diff's text as from the two texts."""
    before, after = [f"{line}\n" for line in old], [f"{line}\n" for line in new]
    patch = "".join(list(difflib.unified_diff(before, after))[2:]).rstrip("\n")
    groups = difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(3)
    assert commentable(patch) == {n + 1 for group in groups for n in range(group[0][3], group[-1][4])}


@pytest.mark.parametrize("patch", [None, "", "Binary files differ", "@@ -1 +1 @@\n-+++ b\n+@@ -1,9 +1,9 @@"])
def test_lines_of_odd_patches(patch: str | None) -> None:
    assert commentable(patch) <= {1}


@pytest.mark.parametrize(
    ("patterns", "matched"),
    [
        (("proposals/",), ["proposals/a.md", "docs/proposals/b.md", "proposals/c.png"]),
        (("*proposal*.md",), ["my-proposal.md"]),
        (("**/proposals/**/*.md",), ["proposals/a.md", "docs/proposals/b.md"]),
        (("*.md", "!README.md"), ["proposals/a.md", "docs/proposals/b.md", "my-proposal.md"]),
    ],
)
def test_patterns_mean_what_gitignore_means(patterns: tuple[str, ...], matched: list[str]) -> None:
    names = ["proposals/a.md", "docs/proposals/b.md", "proposals/c.png", "my-proposal.md", "README.md"]
    files = [ChangedFile(path=name, status="added") for name in names]
    assert [file.path for file in matching(files, patterns)] == matched


# What the comment remembers


@pytest.mark.parametrize("model", [None, ModelUsed(requested="m", answered="m-1", prompt="p", prompt_sha256="a" * 64)])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(path.name, marks=[pytest.mark.slow] if at else [])
        for at, path in enumerate(sorted(EXAMPLES.glob("*.md")))
    ],
)
def test_what_is_remembered_scores_the_same(name: str, model: ModelUsed | None) -> None:
    rubric = load_rubric("fsdl")
    now = review(EXAMPLES / name)
    if model and now.extraction:
        now = now.model_copy(update={"extraction": now.extraction.model_copy(update={"model": model})})
    state = State(head=HEAD, digest=HEAD, asked=rubric.extraction_schema_sha256, proposals=remember([now], rubric))
    again = read(f"<!-- x -->\n{written(state)}\n")
    assert again == state
    then = recall(again, now.document.name, rubric)
    assert then is not None
    assert then.scorecard == now.scorecard
    found = compare(then, now, rubric)
    assert (found.facts, [change for change in found.findings if change.state != "open"]) == ((), [])
    assert "other_reader" not in found.caveats


GOOD = {"v": 1, "head": HEAD, "digest": HEAD, "asked": HEAD}
PAST = {"path": "a.md", "sha256": HEAD, "engine": "offline", "facts": {"labels": ["manual"]}}


@pytest.mark.parametrize(
    "block",
    [
        "{}", "{not json}", "[1]", json.dumps(GOOD | {"v": 2}), json.dumps(GOOD | {"head": "; rm -rf /"}),
        json.dumps(GOOD | {"extra": 1}), json.dumps(GOOD | {"proposals": [PAST | {"facts": {"labels": [[]]}}]}),
        json.dumps(GOOD | {"proposals": [PAST] * 301}),
        json.dumps(GOOD | {"proposals": [PAST | {"facts": {"x" * 201: ["y"]}}]}),
        json.dumps(GOOD | {"proposals": [PAST | {"demand": {"labels": [{"value": 1e999, "unit": "", "role": ""}]}}]}),
        json.dumps(GOOD | {"proposals": [PAST | {"path": "x" * 100_000}]}),
    ],
)  # fmt: skip
def test_a_forged_memory_is_no_memory(block: str) -> None:
    assert read(f"<!-- reviewer:state {block} -->") is None


@pytest.mark.parametrize(
    "facts", [{}, {"labels": ["no such value"]}, {"nothing": ["here"]}, {"labels": ["manual", "available", "manual"]}]
)
def test_a_memory_of_odd_values_is_harmless(facts: dict[str, list[str]]) -> None:
    rubric = load_rubric("fsdl")
    block = GOOD | {"asked": rubric.extraction_schema_sha256, "proposals": [PAST | {"facts": facts}]}
    state = read(f"<!-- reviewer:state {json.dumps(block)} -->")
    assert state is not None
    past = recall(state, "a.md", rubric)
    assert past is not None
    assert past.scorecard is not None
    assert recall(state, "b.md", rubric) is None


@given(st.text(st.sampled_from('-->!<ab"\\é'), max_size=40))
def test_no_path_ends_the_memory(path: str) -> None:
    state = State.model_validate(GOOD | {"proposals": [PAST | {"path": path, "facts": {"labels": ("manual",)}}]})
    text = written(state)
    assert "--" not in text[4:-3]
    assert read(text) == state


# The job


@pytest.mark.parametrize(
    "line",
    ["::error file=x::pwn", "::add-mask::a", "::stop-commands::t", "##[command]x",
     "a\n::set-output name=x::y", "\r::debug::x", "%0A::warning::x",
     "b\x1b[2J\x9b31m\u202e.md"],
)  # fmt: skip
def test_no_line_of_a_proposal_is_a_command(line: str) -> None:
    """GH15."""
    annotation = Annotation(level="warning", message=line, title=line, path=line, line=3)
    [command] = commands([annotation])
    for text in (command.removeprefix("::warning "), *quoted(line)):
        assert not re.search(r"(?m)^\s*(::|##\[)", text)
    assert all(text.isprintable() for text in quoted(line))
    # The properties end at the first "::" behind them: none of them may hold one, or a comma.
    assert re.fullmatch(r"::warning file=[^:,\r\n]*,line=3,title=[^:,\r\n]*::[^\r\n]*", command)


def test_as_many_annotations_as_github_shows() -> None:
    found = [Annotation(level=level, message="x") for level in ("warning", "notice") for _ in range(15)]
    assert len(list(commands(found))) == 20


def test_no_output_sets_another(tmp_path: Path) -> None:
    file = tmp_path / "output"
    add_outputs(str(file), {"verdict": "go\nend_\nrecord<<x\n/etc/passwd\nx", "record": "a.jsonl"})
    [first, second] = re.findall(r"^(\w+)<<(end_\w{32})\n", file.read_text(), re.MULTILINE)[:1] + re.findall(
        r"^(record)<<(end_\w{32})\n", file.read_text(), re.MULTILINE
    )
    assert (first[0], second[0]) == ("verdict", "record")
    assert first[1] != second[1]


# The event


def event(tmp_path: Path, name: str, payload: object, **environ: str) -> Ask | Skip:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(payload))
    return read_event(
        {"GITHUB_EVENT_PATH": str(file), "GITHUB_EVENT_NAME": name, "GITHUB_REPOSITORY": "o/r", **environ}
    )


def said(body: str = "/review", association: str = "OWNER", kind: str = "User", **more: object) -> dict[str, object]:
    return {
        "action": "created",
        "issue": {"number": 7, "pull_request": {"url": "x"}},
        "comment": {"body": body, "author_association": association, "user": {"login": "x", "type": kind}},
        **more,
    }


PULL = {"number": 7, "head": {"sha": HEAD}}


@pytest.mark.parametrize(
    ("name", "payload", "reviewed"),
    [
        pytest.param("pull_request", {"action": "opened", "pull_request": PULL}, True, id="opened"),
        pytest.param("pull_request", {"action": "labeled", "pull_request": PULL}, True, id="GH08 label"),
        pytest.param("pull_request_target", {"action": "synchronize", "pull_request": PULL}, True, id="GH01 target"),
        pytest.param("pull_request", {"action": "closed", "pull_request": PULL}, False, id="closed"),
        pytest.param("merge_group", {"action": "checks_requested"}, False, id="GH21 merge queue"),
        pytest.param("push", {"after": HEAD}, False, id="GH21 push"),
        pytest.param("schedule", {}, False, id="GH21 schedule"),
        pytest.param("workflow_dispatch", {"inputs": {}}, False, id="GH21 by hand, without a number"),
        pytest.param("issue_comment", said(), True, id="GH18 owner"),
        pytest.param("issue_comment", said(association="MEMBER"), True, id="GH18 member"),
        pytest.param("issue_comment", said(" /review\n", "COLLABORATOR"), True, id="GH18 collaborator"),
        pytest.param("issue_comment", said(association="CONTRIBUTOR"), True, id="GH18 perhaps a private member"),
        *[
            pytest.param("issue_comment", said(association=name), False, id=f"GH18 {name.lower()}")
            for name in ("FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN", "NONE")
        ],
        pytest.param("issue_comment", said("/review --base_url=https://evil.example"), False, id="GH18 arguments"),
        pytest.param("issue_comment", said("/review\n--rubric=http://evil.example"), False, id="GH18 lines"),
        pytest.param("issue_comment", said("please /review"), False, id="GH18 in a sentence"),
        pytest.param("issue_comment", said(kind="Bot"), False, id="GH18 bot"),
        pytest.param("issue_comment", said(action="edited"), False, id="GH18 edited"),
        pytest.param("issue_comment", said(issue={"number": 7}), False, id="GH18 an issue"),
    ],
)  # fmt: skip
def test_which_events_are_reviewed(tmp_path: Path, name: str, payload: object, reviewed: bool) -> None:
    found = event(tmp_path, name, payload)
    assert isinstance(found, Ask) is reviewed, found
    if isinstance(found, Skip):
        assert ("--pr NUMBER" in found.reason) is (name == "workflow_dispatch")
    else:
        assert (found.repository, found.number) == ("o/r", 7)


def test_outside_of_a_workflow_it_says_what_to_do() -> None:
    with pytest.raises(SettingsError, match="--dry-run --base"):
        read_event({})


def test_waived_findings_get_no_remark() -> None:
    rubric = load_rubric("fsdl")
    proposal = review(EXAMPLES / "shelf-robot.md")
    waiver = Waiver(finding="weak.data_access", who="the data team", why="agreed", where="reviewer.waivers.yaml:2")
    plain = planned(proposal, rubric=rubric)
    waived = planned(waive(proposal, [waiver], date(2026, 5, 14)), rubric=rubric)
    assert len(waived.remarks) == len(plain.remarks) - 1
    assert "Waived" in fit(waived.comment, COMMENT)


@pytest.mark.parametrize(("engine", "told"), [("", True), ("offline 0.0.1", False)])
def test_another_engine_is_no_merit_of_a_push(engine: str, told: bool) -> None:
    rubric = load_rubric("fsdl")
    then, now = review(EXAMPLES / "smart-campus.md"), review(EXAMPLES / "churn.md")
    [past] = remember([then], rubric)
    past = past.model_copy(update={"engine": engine or past.engine})
    state = State(head="a" * 40, digest=HEAD, asked=rubric.extraction_schema_sha256, proposals=(past,))
    before = recall(state, then.document.name, rubric)
    assert before is not None
    one = Reviewed(path="a.md", lines=frozenset(), review=now, base=None, since_push=compare(before, now, rubric))
    saying = Saying(rubric, "en", "gate", telling("en"))
    plan = make_plan(Outcome((one,), ()), (), Thread(state=state), HEAD, saying, Conditions())
    assert ("**Since aaaaaaa:** Revise → **Go**" in fit(plan.comment, COMMENT)) is told


@pytest.mark.parametrize(("cost", "told"), [(0.0123, "a_model-1 · cost &#36;0.0123"), (None, "cost not known")])
def test_the_comment_says_who_read_it_and_what_it_cost(cost: float | None, told: str) -> None:
    read_by = Extraction(method="llm", engine="x", model=ModelUsed(requested="m", answered="a_model-1"), cost=cost)
    plan = planned(build.review().model_copy(update={"extraction": read_by}), rubric=build.rubric())
    assert told in plan.comment.foot
