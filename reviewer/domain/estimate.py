"""What a run with a model would take, before anything is sent."""

from reviewer.domain.base import Frozen


class LeftOut(Frozen):
    """A document that would not be sent, and why."""

    name: str
    reason: str


class Estimate(Frozen):
    """Calls, tokens and money. Asking again, about rejected quotes or after a failure, comes on top."""

    host: str  # who would see the documents
    model: str
    documents: int = 0  # that would be sent
    kept: int = 0  # whose answers are kept from before: they cost nothing
    left_out: tuple[LeftOut, ...] = ()
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0  # of answers of the usual length
    most_output_tokens: int = 0  # of answers as long as the settings allow
    largest_call: int = 0  # tokens in of the largest call, as many as are set aside for it under a limit
    counted: str = "estimate"  # how tokens were counted: "tiktoken", or "estimate"
    likely_cost: float | None = 0.0  # US dollars; None: no price is known
    most_cost: float | None = 0.0
    short: str = ""  # the limit of the user's that a run would most likely reach before its end
