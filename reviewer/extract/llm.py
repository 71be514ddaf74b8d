"""What a language model says that the text says: a schema and a prompt from the rubric, and claims from the answer."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from string import Template
from typing import Any, TypeVar

from reviewer.domain import Claim, Criterion, Document, Estimate, Extraction, ModelUsed, Rubric, Usage
from reviewer.domain.record import Answer
from reviewer.domain.resources import resource
from reviewer.errors import IncompleteError, ProviderError, SettingsError, TooLongError
from reviewer.llm import Model, ModelSettings, Prompt, Reply, count, host_of, price
from reviewer.llm.tokens import asked_for
from reviewer.rubric.once import once

EXTRACT, REASK = "extract.v2", "reask.v1"
BUDGET = 40_000  # tokens of text in one call
MOST = 400_000  # tokens of one document: a book of a thousand pages, and far from a flood
_LEAST = 1000  # tokens of text that are worth a call: below, a rubric would outweigh them
_ANSWER = 35  # tokens that an answer takes for one criterion
_QUOTES = "_quotes"

T = TypeVar("T")
Known = Callable[[Prompt, Mapping[str, Any]], bool]  # is the answer to this question kept from before?


class Account:
    """A model as one document asks it: what it took, also in vain, and how much it reads at once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.room: int | None = None  # tokens of text, once more of them were refused
        self.calls = 0
        self.usage: Usage | None = Usage()
        self.cost: float | None = 0.0

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        """Ask the model. What is stopped on its way may have been paid for, which nobody will tell."""
        calls, usage, cost = 0, None, None
        try:
            reply = await self._model.ask(prompt, schema)
            calls, usage, cost = reply.calls, reply.usage, reply.cost
        except ProviderError as error:
            calls, (usage, cost) = error.calls, error.spent
            raise
        except asyncio.CancelledError as stopped:
            calls = vars(stopped).get("calls", 0)
            raise
        finally:
            self.calls += calls
            self.usage = None if self.usage is None or usage is None else self.usage + usage
            self.cost = None if self.cost is None or cost is None else self.cost + cost
        return reply

    def told(self, extraction: Extraction) -> Extraction:
        """The extraction with all that was taken until now."""
        taken = {"calls": self.calls, "usage": self.usage, "cost": self.cost}
        return extraction.model_copy(update={**taken, "cached": extraction.cached and not self.calls})


async def extract_llm(
    document: Document, rubric: Rubric, model: Model, *, budget: int = BUDGET, most: int = MOST, sample: int = 0
) -> Extraction:
    """What `model` reads in the document: one call, or one for each part of a long one.

    Parts are asked side by side and merged criterion by criterion: a part that found nothing does not count;
    of stated values the most favourable one wins, because its quotes must prove it; of judged values the least
    favourable, because a part that shows no danger does not exclude one; several values where the criterion takes
    several. Quotes are those of the parts that gave the winning value, in the order of the text.
    """
    return await _extract(document, replace(_whole(rubric), sample=sample), model, budget, most)


async def reask(
    document: Document,
    rubric: Rubric,
    model: Model,
    rejected: Mapping[str, Sequence[str]],
    *,
    budget: int = BUDGET,
    most: int = MOST,
    sample: int = 0,
) -> Extraction:
    """Ask once more about the criteria whose quotes were rejected (criterion id -> quotes). The caller bounds it."""
    criteria = [criterion for criterion in rubric.criteria if criterion.id in rejected]
    lines = [f"- {c.id}: {_one_line(quote)}" for c in criteria for quote in rejected[c.id]]
    after = "\nRejected quotes\n" + "\n".join(lines) + "\n"
    question = _Question.of(rubric, criteria, REASK, after, sample)
    return await _extract(document, question, model, budget, most)


def room(rubric: Rubric, settings: ModelSettings) -> int:
    """Tokens of text that one call may hold beside the prompt and the answer."""
    if settings.context_tokens is None:
        return BUDGET
    left = settings.context_tokens - settings.max_output_tokens - count(_whole(rubric).fixed, settings.name)[0]
    if left < _LEAST:
        raise SettingsError(
            f"a context of {settings.context_tokens:,} tokens leaves no room for a text beside the prompt and an "
            f"answer of up to {settings.max_output_tokens:,}; lower max_output_tokens, or use a model that reads more"
        )
    return min(BUDGET, left)


def estimate(
    document: Document,
    rubric: Rubric,
    settings: ModelSettings,
    known: Known = lambda *_: False,
    *,
    sample: int = 0,
) -> Estimate:
    """What `extract_llm` will take; asking again about rejected quotes, and retries, come on top.

    `known` tells which answers are kept from before.
    """
    question = replace(_whole(rubric), sample=sample)
    parts = _parts(document, readable(document), room(rubric, settings), settings.max_document_tokens)
    asked = [prompt for prompt in map(question.about, parts) if not known(prompt, question.schema)]
    counts = [count(question.fixed + prompt.user, settings.name) for prompt in asked]
    tokens, calls = sum(n for n, _ in counts), len(asked)
    usual, most = calls * _ANSWER * len(rubric.criteria), calls * settings.max_output_tokens
    return Estimate(
        host=host_of(settings),
        model=settings.name,
        documents=1 if asked else 0,
        kept=0 if asked else 1,
        calls=calls,
        input_tokens=tokens,
        output_tokens=usual,
        most_output_tokens=most,
        largest_call=max((asked_for(prompt, question.schema) for prompt in asked), default=0),
        counted=counts[0][1] if counts else "estimate",
        likely_cost=price(Usage(input_tokens=tokens, output_tokens=usual), settings) if asked else 0.0,
        most_cost=price(Usage(input_tokens=tokens, output_tokens=most), settings) if asked else 0.0,
    )


def schema_for(criteria: Sequence[Criterion]) -> dict[str, Any]:
    """The JSON Schema of an answer: for each criterion its quotes, then its value. No marks, no confidence.

    Strict-mode clean: closed, all required, no constraint but enum, no reference. Two flat groups, because an object
    for each criterion would take a third more tokens.
    """
    groups = {}
    for group, members in _groups(criteria).items():
        properties: dict[str, Any] = {}
        for criterion in members:
            value: dict[str, Any] = {"type": "string", "enum": [value.id for value in criterion.values]}
            properties[criterion.id + _QUOTES] = {"type": "array", "items": {"type": "string"}}
            properties[criterion.id] = {"type": "array", "items": value} if criterion.multiple else value
        groups[group] = _closed(properties)
    return _closed(groups)


def instructions(rubric: Rubric, criteria: Sequence[Criterion], prompt: str) -> str:
    """The part of the prompt that is the same for every document, byte for byte."""
    text = (resource("prompts") / f"{prompt}.md").read_text("utf-8")
    unknown = dict.fromkeys(c.unknown for c in criteria if c.kind == "stated")
    return Template(text).substitute(
        criteria="\n\n".join(
            f"{group}:\n" + "\n".join(_criterion(rubric, criterion) for criterion in members)
            for group, members in _groups(criteria).items()
        ),
        unknown=" or ".join(unknown) or "not_stated",
    )


def readable(document: Document) -> str:
    """What a model is shown: the visible text without what can never be evidence, long gaps closed."""
    text, parts, at = document.visible(), [], 0
    for region in sorted((r for r in document.regions if r.kind != "hidden"), key=lambda r: r.start):
        parts.append(text[at : max(region.start, at)])
        at = max(region.end, at)
    parts.append(text[at:])
    return re.sub(r"\n\s*\n", "\n\n", re.sub(r"[ \t]+(?=\n)|(?<=\S)[ \t]{3,}", " ", "".join(parts))).strip()


def split(text: str, budget: int, model: str = "") -> list[str]:
    """Parts of at most `budget` tokens, cut before headings where possible, else between paragraphs or sentences."""
    if len(text) <= budget or count(text, model)[0] <= budget:  # no token is shorter than a character
        return [text]
    parts: list[str] = []
    room = 0
    for piece, tokens in _pieces(text, budget, model):
        if parts and tokens <= room:
            parts[-1] += piece
            room -= tokens
        else:
            parts.append(piece)
            room = budget - tokens
    return [part.strip("\n") for part in parts if part.strip()]


@dataclass(frozen=True)
class _Question:
    """What is asked about a document: the same for each of its parts."""

    criteria: Sequence[Criterion]
    id: str
    system: str
    schema: Mapping[str, Any]
    after: str
    sample: int

    @classmethod
    def of(
        cls, rubric: Rubric, criteria: Sequence[Criterion], prompt: str, after: str = "", sample: int = 0
    ) -> "_Question":
        system = instructions(rubric, criteria, prompt)
        return cls(criteria, prompt, system, schema_for(criteria), after, sample)

    @property
    def fixed(self) -> str:
        """What goes out beside the document."""
        return self.system + json.dumps(self.schema, ensure_ascii=False, separators=(",", ":")) + self.after

    def about(self, part: str) -> Prompt:
        return Prompt(id=self.id, system=self.system, user=_fenced(part) + self.after, sample=self.sample)


@once
def _whole(rubric: Rubric) -> _Question:
    """What every document is asked."""
    return _Question.of(rubric, rubric.criteria, EXTRACT)


async def _extract(document: Document, question: _Question, model: Model, budget: int, most: int) -> Extraction:
    criteria, account = question.criteria, model if isinstance(model, Account) else Account(model)
    parts = _parts(document, readable(document), min(budget, account.room or budget), most)
    replies = await _read(account, question, parts)
    claims, notes = _merge(criteria, [_claims(criteria, reply.data) for reply in replies])
    notes = [*dict.fromkeys(reply.note for reply in replies if reply.note), *notes]
    if len(replies) > 1:
        notes.insert(0, f"read in {len(replies)} parts")
    first = replies[0]
    return Extraction(
        method="llm",
        engine=first.engine,
        model=ModelUsed(
            requested=first.requested,
            answered=", ".join(dict.fromkeys(reply.answered for reply in replies)),
            fingerprint=", ".join(dict.fromkeys(reply.fingerprint for reply in replies if reply.fingerprint)),
            host=first.host,
            mode=first.mode,
            prompt=question.id,
            prompt_sha256=question.about("").sha256,
            parameters=first.parameters,
        ),
        usage=_sum([reply.usage for reply in replies], Usage()),
        cost=_sum([reply.cost for reply in replies], 0.0),
        calls=sum(reply.calls for reply in replies),
        cached=all(reply.cached for reply in replies),
        note="; ".join(notes),
        claims=claims,
    )


def _parts(document: Document, text: str, budget: int, most: int) -> list[str]:
    """The parts that are asked about; a flood is refused, since it is mostly not meant, and always dear."""
    # No token is longer than a few characters, and counting a flood takes its time.
    if len(text) > most and (tokens := count(text)[0]) > most:
        raise IncompleteError(
            f"{document.name}: about {tokens:,} tokens are more than the {most:,} that one document may have; "
            "review a part of it, or set max_document_tokens higher"
        )
    return split(text, budget)


async def _read(account: Account, question: _Question, parts: Sequence[str]) -> list[Reply]:
    """The answers about all parts, in their order; where the model reads less than we thought, about smaller ones."""

    async def ask(part: str) -> Reply | TooLongError:
        try:
            return await account.ask(question.about(part), question.schema)
        except TooLongError as error:
            return error

    async def again(at: int) -> list[Reply]:
        half = count(parts[at])[0] // 2
        if half < _LEAST:
            raise refused[at]
        account.room = min(account.room or half, half)
        return await _read(account, question, split(parts[at], account.room))

    answers = await together(map(ask, parts))
    refused = {at: error for at, error in enumerate(answers) if isinstance(error, TooLongError)}
    read = {at: [answer] for at, answer in enumerate(answers) if isinstance(answer, Reply)}
    if refused:
        first, *others = refused
        read[first] = await again(first)  # alone it finds out how much the model reads
        read |= zip(others, await together(map(again, others)), strict=True)
    return [reply for at in sorted(read) for reply in read[at]]


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Every result; the first error stops the rest and is raised as itself."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _groups(criteria: Sequence[Criterion]) -> dict[str, list[Criterion]]:
    """What the text says, and what is judged from it: other rules hold for each."""
    groups = {
        "says": [c for c in criteria if c.kind == "stated"],
        "judged": [c for c in criteria if c.kind != "stated"],
    }
    return {name: members for name, members in groups.items() if members}


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _criterion(rubric: Rubric, criterion: Criterion) -> str:
    words = rubric.words("en").criteria.get(criterion.id)
    meanings: Mapping[str, str] = words.meanings if words else {}
    question = words.question if words else ""
    several = " (all that apply)" if criterion.multiple and "(all that apply)" not in question else ""
    values = "".join(
        f"\n {value.id}: {meanings[value.id]}" if value.id in meanings else f"\n {value.id}"  # "- " takes a token more
        for value in criterion.values
        if value.id != criterion.unknown
    )
    return f"{criterion.id}: {question}{several}{values}"


def _fenced(text: str) -> str:
    """The document as data: nobody can write the closing mark into a text whose hash it holds."""
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return f"<document {mark}>\n{text}\n</document>{mark}\n"


def _one_line(quote: str) -> str:
    return re.sub(r"\s+", " ", quote)[:300]


def _pieces(text: str, budget: int, model: str) -> Iterator[tuple[str, int]]:
    """Runs that need not be cut: sections, else paragraphs, else sentences, else just so many characters."""
    cuts = (r"(?m)^(?=#{1,6} )", r"(?<=\n\n)", r"(?<=[.!?。]\s)|(?<=\n)")

    def cut(run: str, level: int) -> Iterator[tuple[str, int]]:
        tokens = count(run, model)[0]
        if tokens <= budget:
            yield run, tokens
        elif level < len(cuts):
            for piece in re.split(cuts[level], run):
                if piece:
                    yield from cut(piece, level + 1)
        else:
            half = len(run) // 2
            yield from cut(run[:half], level)
            yield from cut(run[half:], level)

    return cut(text, 0)


def _claims(criteria: Sequence[Criterion], data: Mapping[str, Any]) -> dict[str, Claim]:
    """The entries of an answer that can be used; the reply's note says what could not."""
    found = {}
    for group, members in _groups(criteria).items():
        entries = data.get(group)
        entries = entries if isinstance(entries, dict) else {}
        for criterion in members:
            given, quotes = entries.get(criterion.id), entries.get(criterion.id + _QUOTES)
            listed = given if isinstance(given, list) else [given]
            values = tuple(dict.fromkeys(v for v in listed if isinstance(v, str) and v in criterion.by_id))
            if values:
                texts = [q for q in quotes if isinstance(q, str) and q.strip()] if isinstance(quotes, list) else []
                value: Answer = values if criterion.multiple else values[0]
                found[criterion.id] = Claim(criterion=criterion.id, value=value, quotes=tuple(dict.fromkeys(texts)))
    return found


def _merge(criteria: Sequence[Criterion], parts: Sequence[Mapping[str, Claim]]) -> tuple[tuple[Claim, ...], list[str]]:
    """One claim for each criterion, by the rule that `extract_llm` states."""
    claims, unanswered = [], []
    for criterion in criteria:
        given = [part[criterion.id] for part in parts if criterion.id in part]
        if not given:
            unanswered.append(criterion.id)
        known = [claim for claim in given if claim.value not in (criterion.unknown, (criterion.unknown,))]
        if not known:
            unknown: Answer = (criterion.unknown,) if criterion.multiple else criterion.unknown
            claims.append(Claim(criterion=criterion.id, value=unknown))
            continue
        if criterion.multiple:
            every = dict.fromkeys(v for claim in known for v in claim.value)
            value: Answer = tuple(v.id for v in criterion.values if v.id in every and v.id != criterion.unknown)
        else:
            choose = max if criterion.kind == "stated" else min
            value = choose((claim.value for claim in known), key=criterion.points)
            known = [claim for claim in known if claim.value == value]
        quotes = dict.fromkeys(quote for claim in known for quote in claim.quotes)
        claims.append(Claim(criterion=criterion.id, value=value, quotes=tuple(quotes)))
    notes = [f"no answer for {', '.join(unanswered)}"] if unanswered else []
    return tuple(claims), notes


def _sum(values: Sequence[Any], start: Any) -> Any:
    """The sum; None if one of them is not known."""
    for value in values:
        if value is None:
            return None
        start = start + value
    return start
