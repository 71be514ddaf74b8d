"""What tokens cost, from a price list that others keep up to date."""

from reviewer.domain.record import Usage
from reviewer.llm.model import ModelSettings
from reviewer.llm.providers import provider_of


def price(usage: Usage, settings: ModelSettings, model: str = "") -> float | None:
    """US dollars for `usage`, or None where no price is known: unknown is not free."""
    if settings.price is not None:
        return (usage.input_tokens * settings.price[0] + usage.output_tokens * settings.price[1]) / 1e6
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    provider, name = provider_of(settings)
    tokens = Tokens(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=min(usage.cached_tokens, usage.input_tokens),
    )
    # A server of one's own has no list price, whatever its models are called.
    for candidate in dict.fromkeys((model or name, name)):
        try:
            return float(
                calc_price(tokens, candidate, provider_api_url=settings.base_url or provider.base_url).total_price
            )
        except LookupError:
            continue
    return None
