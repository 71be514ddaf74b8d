"""Where notes belong in a proposal, for the formats that show the text itself."""

from reviewer.domain import Document, Finding, Section

# Formats whose `Document.text` is the file's own text, so that lines and columns mean something in it.
LINED = ("markdown", "text")


def belongs(finding: Finding, document: Document) -> Section | None:
    """The section where what is missing would stand; None where that is the text as a whole."""
    named = finding.search.sections[:1] if finding.search else ()
    found = next((section for section in document.sections if section.heading in named), None)
    # The first heading is the document's title: what is missing "there" is missing altogether.
    return None if found is None or found.start == first_heading(document) else found


def first_heading(document: Document) -> int | None:
    """Where the first heading begins."""
    return next((section.start for section in document.sections if section.heading), None)


def heading_end(document: Document, section: Section) -> int:
    """The end of a section's heading line: a note fits there without breaking a list, a table or a fence."""
    end = document.text.find("\n", section.start, section.end)
    end = section.end if end < 0 else end
    return section.start + len(document.text[section.start : end].rstrip())


def top(document: Document) -> int:
    """Where a note about the whole text fits: behind the first heading, else before the first block."""
    start = first_heading(document)
    if start is not None:
        return heading_end(document, next(s for s in document.sections if s.start == start and s.heading))
    return next((block.start for block in document.blocks if block.kind != "front_matter"), 0)


def lines_of(finding: Finding, document: Document) -> tuple[int, ...]:
    """The lines of the file that a finding is about, the best one first; none where the file has no lines."""
    if document.format not in LINED:
        return ()
    if finding.evidence:
        return tuple(evidence.line for evidence in finding.evidence)
    section = belongs(finding, document)
    return (document.line(section.start),) if section else ()
