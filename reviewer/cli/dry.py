"""`--dry-run`: what a model would be sent and what it would cost, told before anything is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.domain import Estimate

OFFLINE = "Dry run: no model is named, so the offline engine reads, and nothing would be sent.\n"


def described(estimate: "Estimate") -> str:
    """An estimate for people."""
    if not estimate.calls:
        would = f"nothing would be sent to {estimate.host}."
    else:
        would = f"{_counted(estimate.documents)} would be sent to {estimate.host} (model {estimate.model})."
    about = "" if estimate.counted == "tiktoken" else "about "
    out = f"about {estimate.output_tokens:,} out, at most {estimate.most_output_tokens:,}"
    lines = [f"Dry run: nothing was sent. {would[0].upper()}{would[1:]}"]
    if estimate.calls:
        lines += [
            "",
            "What: the text that readers see, and the rubric's questions; no file names.",
            f"Calls: {estimate.calls:,}",
            f"Tokens: {about}{estimate.input_tokens:,} in; {out}",
            f"Price: {_price(estimate)}",
            "On top come retries, and one call for each proposal with quotes that are not in it.",
        ]
    if estimate.short:
        lines += ["", f"It would stop before its end: {estimate.short}."]
    if estimate.kept:
        lines += ["", f"Kept from before, at no cost: {_counted(estimate.kept)}"]
    if estimate.left_out:
        reasons = ((out.name, out.reason.removeprefix(f"{out.name}: ")) for out in estimate.left_out)
        lines += ["", "Left out:", *(f"- {name}: {reason}" for name, reason in reasons)]
    return "\n".join(lines) + "\n"


def _counted(documents: int) -> str:
    return "1 proposal" if documents == 1 else f"{documents:,} proposals"


def _price(estimate: "Estimate") -> str:
    if estimate.likely_cost is None or estimate.most_cost is None:
        return f"unknown: no list price for {estimate.model} at {estimate.host}; set one with REVIEWER_PRICE=IN,OUT"
    return f"about ${estimate.likely_cost:.4f}, at most ${estimate.most_cost:.4f}"
