"""What a reader should know beside the critique; it earns and costs nothing."""

from collections.abc import Iterable, Iterator, Mapping

from reviewer.domain import Document, Extraction, Fact, Notice, Region, Rubric
from reviewer.pipeline.waivers import ignores
from reviewer.rubric.reasons import in_language

_SHOWN = 10  # of one kind
_PLACES = 10  # of one cause that are named
_EXCERPT = 120  # characters of the first, so that a person need not open the file

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "hidden": "{where}: text that a reader does not see ({why}){excerpt}; it was not read",
        "template": "{where}: left over from a template ({why}){excerpt}; it counts for nothing",
        "addressed": "{where}: text addressed to a reviewer ({why}){excerpt}; it counts for nothing",
        "line": "line {line}",
        "more": "{places} and {n} more places",
        "waiver": "line {line}: asks to have '{criterion}' ignored; {why}",
        "waiver.not_allowed": "this rubric does not let a proposal do that",
        "waiver.unknown": "the rubric has no such criterion",
        "waiver.no_reason": "it says no reason, so it does not count",
        "not_read": "Not read: {what}",
        "unverified": "{name}: claimed, but not proven: “{quote}” ({why})",
        "extraction": "{note}",
    },
    "ko": {
        "hidden": "{where}: 독자에게 보이지 않는 글({why}){excerpt}이며 읽지 않았습니다",
        "template": "{where}: 양식에 남아 있던 안내문({why}){excerpt}이며 평가에 반영하지 않았습니다",
        "addressed": "{where}: 검토자에게 말을 거는 글({why}){excerpt}이며 평가에 반영하지 않았습니다",
        "line": "{line}행",
        "more": "{places} 외 {n}곳",
        "waiver": "{line}행: '{criterion}' 항목을 무시하도록 요청함. {why}",
        "waiver.not_allowed": "이 평가 기준은 제안서의 그런 요청을 허용하지 않습니다",
        "waiver.unknown": "평가 기준에 그런 항목이 없습니다",
        "waiver.no_reason": "이유가 없어 인정하지 않습니다",
        "not_read": "읽지 못한 것: {what}",
        "unverified": "{name}: 주장되었으나 확인되지 않음: “{quote}” ({why})",
        "extraction": "{note}",
    },
}


def notices(
    document: Document, facts: Iterable[Fact], extraction: Extraction, rubric: Rubric, language: str
) -> tuple[Notice, ...]:
    """Hidden, left-over and addressed text, what could not be read, and claims without proof."""
    words = _WORDS.get(language, _WORDS["en"])
    return (
        *region_notices(document, language),
        *_ignores(document, rubric, words),
        *(Notice(kind="not_read", message=words["not_read"].format(what=what)) for what in document.not_read),
        *_unverified(facts, rubric, language, words),
        *([Notice(kind="extraction", message=extraction.note)] if extraction.note else []),
    )


def region_notices(document: Document, language: str, *, quoting: bool = True) -> Iterator[Notice]:
    """One notice for each cause: a page with a hundred hidden cells has one thing to say about them."""
    words = _WORDS.get(language, _WORDS["en"])
    causes: dict[tuple[str, str], list[Region]] = {}
    for region in document.regions:
        if region.kind == "waiver" or _is_mark(document.text[region.start : region.end].strip()):
            continue
        causes.setdefault((region.kind, region.why), []).append(region)
    for (kind, why), regions in causes.items():
        first = regions[0]
        message = words[kind].format(
            where=_where(regions, document, words), why=why, excerpt=_excerpt(first, document) if quoting else ""
        )
        yield Notice(kind=kind, message=message, start=first.start, end=first.end)


def _is_mark(text: str) -> bool:
    """A sign that shows when one points at it, as "¶" beside a heading; it says nothing."""
    return len(text) <= 2 and text.isprintable() and not text.isalnum()


def _where(regions: list[Region], document: Document, words: Mapping[str, str]) -> str:
    """Page, cell or paragraph; lines where those are what a person can look up."""
    places = [
        document.place(region.start) or words["line"].format(line=document.line(region.start)) for region in regions
    ]
    places = list(dict.fromkeys(places))
    told = ", ".join(places[:_PLACES])
    return told if len(places) <= _PLACES else words["more"].format(places=told, n=len(places) - _PLACES)


def _excerpt(region: Region, document: Document) -> str:
    text = " ".join(document.text[region.start : min(region.end, region.start + 4 * _EXCERPT)].split())
    cut = text if len(text) <= _EXCERPT else text[:_EXCERPT].rstrip() + " …"
    return f": “{cut}”" if any(c.isalnum() for c in cut) else ""


def _ignores(document: Document, rubric: Rubric, words: Mapping[str, str]) -> Iterator[Notice]:
    """What the proposal asks to have ignored in vain."""
    for one in ignores(document)[:_SHOWN]:
        why = "not_allowed" if not rubric.waivable else "unknown" if one.criterion not in rubric.by_id else "no_reason"
        if why != "no_reason" or not one.why:
            message = words["waiver"].format(
                line=document.line(one.start), criterion=one.criterion[:60], why=words[f"waiver.{why}"]
            )
            yield Notice(kind="waiver", message=message, start=one.start, end=one.end)


def _unverified(facts: Iterable[Fact], rubric: Rubric, language: str, words: Mapping[str, str]) -> Iterator[Notice]:
    texts = rubric.words(language)
    for fact in facts:
        if fact.status == "unverified" and fact.rejected:
            first = fact.rejected[0]
            name = texts.criteria[fact.criterion].name if fact.criterion in texts.criteria else fact.criterion
            message = words["unverified"].format(
                name=name, quote=first.quote[:200], why=in_language(first.why, language)
            )
            yield Notice(kind="unverified", message=message)
