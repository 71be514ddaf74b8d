"""What a run would take, before anything is sent."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.domain import Estimate, LeftOut, Review, Rubric, Usage
from reviewer.errors import IncompleteError, InputError
from reviewer.extract import llm
from reviewer.llm import kept, price
from reviewer.llm.providers import host_of
from reviewer.pipeline.leaving import check_leaving
from reviewer.pipeline.one import Named, Run, Source, named, opened, ready

if TYPE_CHECKING:
    from reviewer.llm import ModelSettings


def estimate(
    sources: Iterable[Source | Named],
    *,
    model: "ModelSettings",
    rubric: str | Path | Rubric = "fsdl",
    force: bool = False,
    samples: int = 1,
) -> Estimate:
    """Calls, tokens and money that `review_many` would take, and who would see the documents. Sends nothing.

    It needs no key. What no model would be asked about (no proposal, a scanned page, a file that cannot be read) is
    left out and told; what an earlier run paid for is not counted again. A limit of the settings that would be reached
    is told; raises SettingsError where it could not be kept.
    """
    from reviewer.llm.budget import check_price

    check_price(model)
    run = Run(rubric=ready(rubric), force=force, samples=samples)
    total = Estimate(host=host_of(model), model=model.name)
    with kept(model) as known:
        for source, name in map(named, sources):
            found = _document(source, name, run, model, known)
            if isinstance(found, LeftOut):
                total = total.model_copy(update={"left_out": (*total.left_out, found)})
            else:
                total = _sum((total, found))
    return total.model_copy(update={"short": _short(total, model)})


def _document(source: Source, name: str, run: Run, model: "ModelSettings", known: llm.Known) -> Estimate | LeftOut:
    try:
        found = opened(source, run, name)
        if isinstance(found, Review):
            return LeftOut(name=name, reason=found.reason)
        whole = _sum([llm.estimate(found, run.rubric, model, known, sample=i) for i in range(run.samples)])
        if whole.calls:
            check_leaving(found, model)
    except (InputError, IncompleteError) as error:
        return LeftOut(name=name, reason=str(error))
    # A document that is asked about several times is still one.
    return whole.model_copy(update={"documents": int(whole.calls > 0), "kept": int(whole.calls == 0)})


def _short(total: Estimate, model: "ModelSettings") -> str:
    """The limit that a run would reach before its end. The worst case of each call is set aside before it is made."""
    if not total.calls:
        return ""
    # All of them as usual but the last, for which as much must be left as it is set aside.
    usual, most = 1 - 1 / total.calls, Usage(input_tokens=total.largest_call, output_tokens=model.max_output_tokens)
    tokens = usual * (total.input_tokens + total.output_tokens) + most.input_tokens + most.output_tokens
    dollars = usual * (total.likely_cost or 0.0) + (price(most, model) or 0.0)
    if model.max_calls is not None and total.calls > model.max_calls:
        return f"calls: {total.calls:,} needed, limit {model.max_calls:,}"
    if model.max_tokens is not None and tokens > model.max_tokens:
        return f"tokens: about {tokens:,.0f} needed, with room for a longest answer, limit {model.max_tokens:,}"
    if model.max_cost is not None and dollars > model.max_cost:
        return f"dollars: about {dollars:.4f} needed, with room for a longest answer, limit {model.max_cost:g}"
    return ""


def _sum(parts: Sequence[Estimate]) -> Estimate:
    adding = ("documents", "kept", "calls", "input_tokens", "output_tokens", "most_output_tokens")
    total = {name: sum(getattr(part, name) for part in parts) for name in adding}
    for name in ("likely_cost", "most_cost"):
        costs = [getattr(part, name) for part in parts]
        total[name] = None if None in costs else sum(costs)
    largest = max(part.largest_call for part in parts)
    counted = next((part.counted for part in parts if part.calls), "estimate")
    return parts[0].model_copy(update={**total, "counted": counted, "largest_call": largest})
