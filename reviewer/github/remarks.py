"""Remarks on lines of the diff: each finding once, however often somebody pushes."""

import re
from collections.abc import Iterable, Sequence

from reviewer.domain import Finding, Review
from reviewer.domain.base import Frozen
from reviewer.github.changes import QUIET, Left
from reviewer.github.comment import SEVERITIES, Saying, brief
from reviewer.github.reviews import Reviewed, open_findings
from reviewer.pipeline import escape_markdown, lines_of, say

MOST = 30  # of one push, in one call
_FINDING = re.compile(r"<!-- reviewer:finding ([0-9a-f]{16}) -->")
# Behind the words: in a line that begins with a comment, Markdown reads no marks.
_NOTED = re.compile(r"[^\n]*<!-- reviewer:(fixed|again) -->\n\n")


class Remark(Frozen):
    """A finding on a line, to be posted."""

    path: str
    line: int
    fingerprint: str
    body: str


class Standing(Frozen):
    """A remark of ours that is there."""

    id: int
    path: str
    body: str

    @property
    def fingerprint(self) -> str:
        """The finding that it is about; empty if it is none of the remarks that we write."""
        found = _FINDING.findall(self.body)
        return found[-1] if found else ""

    @property
    def fixed(self) -> bool:
        """Whether it says that the finding is gone."""
        noted = _NOTED.match(self.body)
        return noted is not None and noted[1] == "fixed"


class Edit(Frozen):
    """A remark that is there, to be rewritten."""

    id: int
    body: str


def new_remarks(reviewed: Iterable[Reviewed], standing: Iterable[Standing], saying: Saying) -> tuple[Remark, ...]:
    """The findings on lines that the diff shows and that have no remark yet, the gravest first."""
    there = {(one.path, one.fingerprint) for one in standing}
    found = [
        (
            SEVERITIES.index(finding.severity),
            Remark(path=one.path, line=line, fingerprint=finding.fingerprint, body=body),
        )
        for one in reviewed
        for finding in open_findings(one.review)
        if (one.path, finding.fingerprint) not in there
        and (line := next((line for line in lines_of(finding, one.review.document) if line in one.lines), 0))
        and (body := _body(finding, one.review, saying))
    ]
    return tuple(remark for _, remark in sorted(found, key=lambda pair: pair[0])[:MOST])


def edits(
    reviewed: Sequence[Reviewed], left: Iterable[Left], standing: Sequence[Standing], head: str, saying: Saying
) -> tuple[Edit, ...]:
    """The remarks whose finding or file is gone, or is there again. What was not reviewed says nothing about either."""
    open_now = {
        one.path: {finding.fingerprint for finding in one.review.findings}
        for one in reviewed
        if one.review.status == "reviewed"
    }
    unknown = {one.path for one in reviewed} - open_now.keys() | {one.path for one in left if one.why not in QUIET}
    changed = []
    for remark in standing:
        # Where GitHub does not list all files, one that is not among them may still be there.
        if not remark.fingerprint or remark.path in unknown or ("" in unknown and remark.path not in open_now):
            continue
        gone = remark.fingerprint not in open_now.get(remark.path, ())
        if gone != remark.fixed:
            mark = "fixed" if gone else "again"
            word = mark if remark.path in open_now else "gone"
            noted = f"**{saying.tell(f'remark.{word}', head=head[:7])}** <!-- reviewer:{mark} -->\n\n"
            changed.append(Edit(id=remark.id, body=noted + _NOTED.sub("", remark.body, count=1)))
    return tuple(changed)


def _body(finding: Finding, review: Review, saying: Saying) -> str:
    tell = saying.tell
    blocks = [brief(finding, review, saying, place=False)]
    if finding.why:
        source = say(review.language)("source", source=finding.source) if finding.source else ""
        blocks.append(escape_markdown(f"{finding.why} ({source})" if source else finding.why))
    if finding.advice:
        blocks.append(f"*{tell('write')}:* {escape_markdown(finding.advice)}")
    if saying.voice == "coach" and not finding.id.startswith("missing."):
        blocks.insert(1, escape_markdown(finding.message))
    return "\n\n".join((*blocks, f"<!-- reviewer:finding {finding.fingerprint} -->"))
