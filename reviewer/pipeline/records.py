"""Stored reviews: read, checked, scored again."""

from typing import Any, get_args

from pydantic import ValidationError

from reviewer.critique import critique
from reviewer.domain import SCHEMA_VERSION, Document, Review, Rubric
from reviewer.domain.document import RegionKind
from reviewer.errors import InputError, one_line
from reviewer.pipeline.notices import notices, region_notices
from reviewer.pipeline.one import Language, used
from reviewer.pipeline.waivers import asked
from reviewer.score import check_facts, score


def record_schema() -> dict[str, Any]:
    """The JSON Schema of a record."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Review.model_json_schema(mode="serialization"),
    }


def read_record(data: bytes, name: str) -> Review:
    """A record as it was written. Raises InputError if it is none, or of another version."""
    name = one_line(name)
    try:
        review = Review.model_validate_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{name}: not a record ({where or 'top level'}: {first['msg']}); "
            "name what `reviewer review --format json -o FILE` wrote"
        ) from error
    if review.schema_version != SCHEMA_VERSION:
        raise InputError(
            f"{name}: record of schema version {review.schema_version}, not {SCHEMA_VERSION}; review it again"
        )
    # A record may be anybody's: what is said of it stands beside words of ours.
    called, reason = one_line(review.document.name), one_line(review.reason)
    if (called, reason) == (review.document.name, review.reason):
        return review
    document = review.document.model_copy(update={"name": called})
    return review.model_copy(update={"document": document, "reason": reason})


def rescore(review: Review, rubric: Rubric, language: Language | None = None) -> Review:
    """Score and criticise stored facts again, with no model, under a changed rubric.

    Raises InputError if the facts answer other questions than the rubric asks, or there are none.
    """
    if review.status != "reviewed" or review.extraction is None:
        raise InputError(
            f"{review.document.name}: {review.status} ({review.reason}), so it has no facts; review it again"
        )
    if review.rubric.extraction_schema_sha256 != rubric.extraction_schema_sha256:
        raise InputError(
            f"{review.document.name}: its facts were extracted for other criteria or values "
            f"({review.rubric.id} {review.rubric.version}) than those of {rubric.id} {rubric.version}; "
            "review the document again with --rubric"
        )
    check_facts(review.facts, rubric, review.document.name)
    spoken = language or ("ko" if review.language == "ko" else "en")
    scorecard = score(review.facts, rubric)
    said = critique(scorecard, review.facts, review.document, rubric, spoken)
    findings, waived = said.findings, tuple(asked(review.document, said.findings, rubric))
    noticed = notices(review.document, review.facts, review.extraction, rubric, spoken)
    if not review.document.text:  # stored without: what was seen in it cannot be looked up again
        noticed = (*(notice for notice in review.notices if notice.kind in get_args(RegionKind)), *noticed)
        seen = {finding.id: finding.search for finding in review.findings}
        there = {finding.fingerprint for finding in findings} if rubric.waivable else set()
        waived = tuple(one for one in review.waived if not one.who and one.fingerprint in there)
        findings = tuple(f.model_copy(update={"search": seen.get(f.id) or f.search}) for f in findings)
    stability = review.stability
    if stability and review.rubric.sha256 != rubric.sha256:  # only the values that won are stored, not each answer's
        stability = stability.model_copy(update={"axes": {}, "verdicts": {}, "robust": False})
    return review.model_copy(
        update={
            "language": spoken,
            "rubric": used(rubric),
            "scorecard": scorecard,
            "stability": stability,
            "findings": findings,
            "strengths": said.strengths,
            "questions": said.questions,
            "next_steps": said.next_steps,
            "notices": noticed,
            "waived": waived,
        }
    )


def without_text(review: Review) -> Review:
    """The record without the proposal's whole text; the quotes stay, since they are the proof."""
    # Made anew: a copy would keep what the document has worked out from its text.
    kept = review.document.model_dump(exclude={"text", "sections", "blocks", "regions"})
    bare = Document.model_validate(kept | {"text": ""})
    if review.document.text:
        unquoted = tuple(region_notices(review.document, review.language, quoting=False))
        others = (n for n in review.notices if n.kind not in {notice.kind for notice in unquoted})
        review = review.model_copy(update={"notices": (*unquoted, *others)})
    return review.model_copy(update={"document": bare})
