"""Rate-limit headers as OpenAI's clients expect them.

https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers
"""

from collections.abc import Iterable, Mapping
from math import ceil
from types import MappingProxyType

from bastide.gateway.domain.limits import WINDOW_S, Metric, Standing
from bastide.kit.errors import BastideError

_NAMES = {Metric.REQUESTS: "requests", Metric.TOKENS: "tokens"}
_HEADERS: Mapping[Metric, tuple[bytes, bytes, bytes]] = MappingProxyType(
    {
        metric: (
            f"x-ratelimit-limit-{name}".encode(),
            f"x-ratelimit-remaining-{name}".encode(),
            f"x-ratelimit-reset-{name}".encode(),
        )
        for metric, name in _NAMES.items()
    }
)
_SLIDING = frozenset(WINDOW_S)


def limit_headers(standings: Iterable[Standing]) -> list[tuple[bytes, bytes]]:
    """Of the tightest limit per minute or hour, for requests and for tokens."""
    tightest: dict[Metric, Standing] = {}
    for each in standings:
        known = tightest.get(each.metric)
        if each.metric in _NAMES and (known is None or _tightness(each) < _tightness(known)):
            tightest[each.metric] = each
    headers: list[tuple[bytes, bytes]] = []
    for metric, each in tightest.items():
        limit, remaining, reset = _HEADERS[metric]
        headers.append((limit, b"%d" % each.amount))
        headers.append((remaining, b"%d" % max(each.remaining, 0)))
        headers.append((reset, b"%ds" % each.window_s))
    return headers


def _tightness(standing: Standing) -> tuple[int, int, int]:
    return standing.remaining, standing.amount, standing.window_s


def refusal_headers(error: BastideError) -> list[tuple[bytes, bytes]]:
    """The same of the limit that has refused a request: what is left, and when as much is free again."""
    details = error.details
    name = _NAMES.get(details.get("metric", ""))
    if name is None or details.get("period") not in _SLIDING or "retry_after_s" not in details:
        return []
    left = max(0, int(details["amount"]) - int(details["used"]))
    values = (
        ("limit", details["amount"]),
        ("remaining", left),
        ("reset", f"{ceil(details['retry_after_s'])}s"),
    )
    return [(f"x-ratelimit-{word}-{name}".encode(), str(value).encode()) for word, value in values]
