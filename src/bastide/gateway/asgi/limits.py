"""Rate-limit headers as OpenAI's clients expect them.

https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers
"""

from collections.abc import Iterable
from math import ceil

from bastide.gateway.domain.limits import WINDOW_S, Metric, Standing
from bastide.kit.errors import BastideError

_NAMES = {Metric.REQUESTS: "requests", Metric.TOKENS: "tokens"}
_SLIDING = frozenset(WINDOW_S)


def limit_headers(standings: Iterable[Standing]) -> list[tuple[bytes, bytes]]:
    """Of the tightest limit per minute or hour, for requests and for tokens."""
    tightest: dict[str, tuple[int, int, int]] = {}
    for limit in standings:
        if (name := _NAMES.get(limit.metric)) is not None:
            found = (limit.remaining, limit.amount, limit.window_s)
            tightest[name] = min(tightest.get(name, found), found)
    headers: list[tuple[bytes, bytes]] = []
    for name, (remaining, amount, window_s) in tightest.items():
        for word, value in (("limit", amount), ("remaining", max(remaining, 0)), ("reset", f"{window_s}s")):
            headers.append((f"x-ratelimit-{word}-{name}".encode(), str(value).encode()))
    return headers


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
