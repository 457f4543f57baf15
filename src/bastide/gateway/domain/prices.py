"""What tokens cost, in integers only: no sum is ever rounded.

Prices are written per million tokens with up to six decimals, so that one token costs a whole number of
picounits (10⁻¹² of the installation's currency): 0.15 per million = 150,000 picounits per token.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from bastide.gateway.domain.usage import Counts

PICO = 10**12
_MICRO = 10**6


@dataclass(frozen=True, slots=True)
class Price:
    """Picounits per token by kind, and per request. `cached` None: as `prompt`."""

    prompt: int = 0
    completion: int = 0
    cached: int | None = None
    request: int = 0

    def of(self, counts: Counts) -> int:
        """Picounits."""
        cached = self.prompt if self.cached is None else self.cached
        fresh = counts.prompt - counts.cached
        return (
            self.request + fresh * self.prompt + counts.cached * cached + counts.completion * self.completion
        )


FREE = Price()


def per_million(amount: Decimal) -> int:
    """Picounits per token from a price per million tokens. Raises ValueError: over six decimals, negative."""
    scaled = amount * _MICRO
    if scaled != scaled.to_integral_value() or amount < 0:
        raise ValueError("a price is not negative and has at most six decimals")
    return int(scaled)


def written(picounits: int) -> str:
    """An amount as an exact decimal: `written(1_500_000_000_000) == "1.5"`."""
    with localcontext() as context:
        context.prec = 60
        text = f"{Decimal(picounits) / PICO:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read(amount: Decimal) -> int:
    """Picounits from an amount. Raises ValueError: over twelve decimals."""
    with localcontext() as context:
        context.prec = 60
        scaled = amount * PICO
    if scaled != scaled.to_integral_value():
        raise ValueError("an amount has at most twelve decimals")
    return int(scaled)
