"""How LiteLLM's simple shuffle spreads a model's requests, as weights of its deployments."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bastide.gateway.adapters.litellm.plan import Plan
from bastide.gateway.adapters.litellm.values import amount
from bastide.kit.json import JsonObject

_MOST = 1000
_SHUFFLES = (None, "simple-shuffle")

Places = Sequence[tuple[JsonObject, JsonObject]]
"""Deployments of one model, each with the parameters that it was read from."""


def weigh(plan: Plan, places: Mapping[str, Places], strategy: str | None) -> None:
    """LiteLLM takes the first of `weight`, `rpm` and `tpm` that the model's first deployment has."""
    words = ("weight", "rpm", "tpm") if strategy in _SHUFFLES else ("weight",)
    for name, found in places.items():
        word = next((each for each in words if amount(found[0][1].get(each)) is not None), None)
        if word is None or (word != "weight" and len(found) < 2):
            continue
        shares = [amount(parameters.get(word)) or Decimal(0) for _, parameters in found]
        weights = _whole(shares)
        for (deployment, _), weight in zip(found, weights, strict=True):
            deployment["weight"] = weight
        if word != "weight" or not all(weights):
            told = " : ".join(str(weight) for weight in weights)
            plan.changed(f"{name}: {word}", f"its places get requests {told}, as LiteLLM's shuffle does")


def _whole(shares: Sequence[Decimal]) -> list[int]:
    """In the same proportion, from 0 to 1,000; none that has a share loses it."""
    factor = next(
        (each for each in map(Decimal, (1, 10, 100)) if all(share * each % 1 == 0 for share in shares)),
        Decimal(100),
    )
    factor = min(factor, _MOST / (max(shares) or Decimal(1)))
    return [max(1, round(share * factor)) if share else 0 for share in shares]
