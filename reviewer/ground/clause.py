"""Does the text around a quote deny what the quote says?"""

import re
from collections.abc import Mapping

from reviewer.domain import Document
from reviewer.rubric.negation import negations
from reviewer.rubric.unreal import real

_REACH = 200  # characters beside a quote that its clause can reach
_ASIDE = re.compile(r"\([^()]*\)")
_END = re.compile(
    r"[|()]|[.!?。;](?:\s|$|(?=<br))|(?:<br\s?/?>\s?){2}|[,，](?:\s(?!(?:which|this|that) is (?:not true|untrue)"
    r"|which (?:we|they) (?:do not|don['’]t|cannot|can['’]t) (?:have|own|hold|get)\b)|$)"
    r"|[ ]{2,}\n|\n(?=\*\*[^*\n]{1,40}:)|\s(?:[—–/]|--)\s"
    r"|\b(?:but|although|though|while|whereas|however)\b"
    r"|(?:지만|으나|므로|니까|면서|는데|은데|인데|며)(?=[\s,])|(?<![다라자냐])고(?=\s(?!있|싶|나|보|볼|말))"
)
# "We do not, at present, have labels": the commas part nothing.
_INTERRUPTED = re.compile(
    r"(?:\b(?:not|never|cannot|without|hardly)|n['’]t)\s?,[^,.;|\n]{1,60},[^,.;|\n]*$", re.IGNORECASE
)
# "Human review: none", "| Labels | not available |", "Do we have labels? No": the answer denies what stands before.
_ANSWER = re.compile(
    r"\s*[(:|?—–-]+\s*(?:no(?:ne(?: yet| so far)?|t(?: at all)?|t (?:yet|planned|available|applicable|possible|done"
    r"|needed|required|decided|known|in scope|in place|defined))?|n/a|never|hardly|없음|없다|미정|아님|아니오|불가"
    r"|해당 ?없음|[✗✘❌×])\s*(?:[)|,;.!\n]|$)",
    re.IGNORECASE,
)
# These deny what follows them, not what stands before: "agents decide instead of a model".
_FORWARD = re.compile(r"instead\sof|rather\sthan|without", re.IGNORECASE)
_EXCLUDED = re.compile(
    r"\bnon-?goals?\b|\b(?:out[ -]of|not in|beyond (?:the )?)[ -]?scope\b|제외 ?(?:범위|사항)|비목표|범위 밖"
    r"|\b(?:won['’]?t|will not|do not) (?:have|do)\b|\bnot (?:done|included|planned|available)\b"
    r"|하지 않(?:는|을) (?:일|것)|^[\d.\s]*(?:what(?:['’]s| is) |still )*missing\W*$",
    re.IGNORECASE,
)
# The whole heading, or the head of a column: "Out-of-scope questions" go to an agent.
_SCOPE = (
    r"(?:explicit(?:ly)? )?(?:non-?goals?|anti-?goals?|(?:out[ -]of|not in|beyond the)[ -]scope)"
    r"|not (?:planned|included)|비목표|범위 ?[밖외]|제외 ?(?:범위|사항)"
)
_SCOPE_COLUMN = re.compile(rf"\W*(?:{_SCOPE})\W*$", re.IGNORECASE)
_SCOPE_HEADING = re.compile(
    rf"\W*(?:[\d.]+\s)?(?:{_SCOPE}|(?:rejected|abandoned|dropped|cancell?ed) (?:ideas?|plans?)"
    r"|if time (?:permits|allows)|time permitting|시간이 되면)\W*$",
    re.IGNORECASE,
)
# "- [ ] labels collected" is not in hand; "- [ ] Deploy it by June" and "- [ ] Phase 1 completed" are a plan.
_UNCHECKED = re.compile(
    r"\W{0,4}(?:\d+[.)]\s)?(?:\[\s?\]|[☐□])\s"
    r"(?!(?:add|agree|ask|build|check|collect|define|deploy|find|get|have|hire|label|make|measure|review|run|set|ship|start|test"
    r"|train|write)\b)"
    r"[^\n]*(?:\b(?:collected|labell?ed|annotated|trained|measured|approved|signed|obtained|agreed|hired|available"
    r"|in place|granted|secured)\b"
    r"|(?:확보|완료|승인|(?:수집|구축|마련)(?:됨|함|됐음|했음))\s*$)",
    re.IGNORECASE,
)
# "We will not do the following:" before a list, but not "Rules are not enough for two reasons:".
_REASONS = re.compile(
    r"\b(?:reasons?|because|since|why|so|instead|therefore|hence)\b|이유|때문|따라서|대신", re.IGNORECASE
)


# "Missing: labels", and before a list: the label alone says it.
_LACKING = re.compile(
    r"(?:^|[\n|.;])[\s*_>#+-]*(?:what(?:['’]s| is) |still )*(?:missing|absent|lacking|unavailable|out of scope"
    r"|not (?:available|planned|done|included|there)(?: yet)?|없는 것|없음|부족한 것|미보유|미확보|제외)[\s*_]*[:：]"
    r"[\s*_]*$",
    re.IGNORECASE,
)
# A colon parts a label from its text, but "not available yet are the following: labels, a test set" denies on.
_COLON = re.compile(r":(?=\s)")
_OPENS_LIST = re.compile(r"\b(?:following|these|those|scope)\b|다음", re.IGNORECASE)


def denied(start: int, end: int, first: int, last: int, document: Document) -> str | None:
    """Why the words around the span take back what it says, if they do. It lies in the blocks first to last."""
    text, blocks = document.text, document.blocks
    low, high = (blocks[first].start, blocks[last].end) if blocks else (0, len(text))
    if blocks and blocks[first].kind in ("code", "front_matter"):
        low = max(low, text.rfind("\n", low, start) + 1)  # each line says its own
        high = text.find("\n", end, high) if "\n" in text[end:high] else high
    tail = text[end : max(end, min(high, end + _REACH))]
    answer = _ANSWER.match(tail)
    if answer and not (answer[0].lstrip().startswith("|") and "|" in text[start:end].strip("| ")):
        return "denied by the answer that follows"
    if _denied_before(text[max(low, start - _REACH) : start]) or _denied_after(start, end, text, tail):
        return "denied in the same clause"
    if blocks and _UNCHECKED.match(text, low, high):
        return "a box that is not checked"
    return _out_of_scope(start, low, document) or _denied_list(first, document)


def cells_out_of_scope(document: Document) -> Mapping[int, list[tuple[int, int]]]:
    """The spans of each row of a table, by its block, that stand below "Out of scope"."""
    found: dict[int, list[tuple[int, int]]] = {}
    columns: set[int] = set()
    inside = False
    for at, block in enumerate(document.blocks):
        if block.kind == "table_row":
            cells = list(re.finditer(r"([^|]*)(?:\||$)", document.text[block.start : block.end]))
            if not inside:
                columns = {i for i, cell in enumerate(cells) if _SCOPE_COLUMN.match(cell[1])}
            elif columns:
                spans = (cell.span(1) for i, cell in enumerate(cells) if i in columns)
                found[at] = [(block.start + start, block.start + end) for start, end in spans]
        inside = block.kind == "table_row"
    return found


def _denied_before(lead: str) -> bool:
    lead = _ASIDE.sub(" ", lead)
    if _LACKING.search(lead):
        return True
    sentence = lead.rfind(". ") + 2 if ". " in lead else 0  # no clause begins before it
    begin = max((stop.end() for stop in _END.finditer(lead, sentence)), default=sentence)
    for colon in _COLON.finditer(lead, begin):
        if not _OPENS_LIST.search(lead, begin, colon.start()):
            begin = colon.end()
    return bool(_INTERRUPTED.search(lead, sentence)) or any(negations(lead[begin:]))


def _denied_after(start: int, end: int, text: str, tail: str) -> bool:
    # A clause that ends within the quote's last characters ends with the quote.
    if any(end <= stop.end() <= end + 1 for stop in _END.finditer(text, max(start, end - 3), end + 4)):
        return False
    tail = _ASIDE.sub(" ", tail)
    stop = _END.search(tail) or _COLON.search(tail)
    return any(not _FORWARD.match(tail, at) for at, _ in negations(tail[: stop.start()] if stop else tail))


def _out_of_scope(start: int, low: int, document: Document) -> str | None:
    """Under "Non-goals", an item's head says what is not done; what follows it tells why."""
    block = document.block_at(start)
    section = document.section_at(start)
    if not block or not section or block.kind == "heading":
        return None
    if block.kind != "list_item":
        return "listed as out of scope" if _SCOPE_HEADING.match(section.heading) else None
    if not (_EXCLUDED.search(section.heading) or _SCOPE_HEADING.match(section.heading)):
        return None
    head = document.text[low:start].lstrip("0123456789.)-*+ ")
    return None if re.search(r"[:.](?:\s|\*)", head) else "listed as out of scope"


def _denied_list(first: int, document: Document) -> str | None:
    """Does the line that opens this list deny its items?"""
    blocks, at = document.blocks, first
    while at >= 0 and blocks and blocks[at].kind == "list_item" and first - at < 30:
        at -= 1
    if at < 0 or at == first or blocks[at].kind != "paragraph":
        return None
    opening = _ASIDE.sub(" ", document.text[max(blocks[at].start, blocks[at].end - _REACH) : blocks[at].end])
    opening = opening.rstrip(" *_\n")
    if not opening.endswith((":", "：")):
        return None
    if _LACKING.search(opening) or not any(c.isalnum() for c in real(opening)):
        return "denied by the line above the list"
    sentence = re.split(r"[.!?。]\s", opening)[-1]
    return "denied by the line above the list" if any(negations(sentence)) and not _REASONS.search(sentence) else None
