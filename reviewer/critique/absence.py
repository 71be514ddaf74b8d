"""Proof of absence: where something was looked for, and the nearest thing that was there."""

from reviewer.domain import Document, Evidence, Fact, Rubric, Search
from reviewer.rubric import patterns

SECTIONS = 4


def search_for(fact: Fact, document: Document, rubric: Rubric) -> Search:
    """The sections where it is usually said (none: the whole text was read), and what came closest."""
    cues = rubric.cues.criteria.get(fact.criterion)
    headings = [cue.pattern for listed in (cues.headings.values() if cues else ()) for cue in listed]
    usual = tuple(
        s.heading for s in document.sections if s.heading and any(patterns.search(p, s.heading) for p in headings)
    )
    nearest, why_not = _nearest(fact, document)
    return Search(sections=usual[:SECTIONS], nearest=nearest, why_not=why_not)


def _nearest(fact: Fact, document: Document) -> tuple[Evidence | None, str]:
    """What the extractor pointed at and the checks refused."""
    for rejection in fact.rejected:
        quote = rejection.nearest or rejection.quote
        start = document.text.find(quote) if quote else -1
        if start >= 0:
            section = document.section_at(start)
            place = section.heading if section else ""
            end = start + len(quote)
            shown = Evidence(quote=quote, start=start, end=end, line=document.line(start), place=place)
            return shown, rejection.why
    return None, ""
