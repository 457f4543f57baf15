"""When an answer may be given again, and to which requests."""

import hashlib
import re
from collections.abc import Sequence
from typing import cast

import msgspec

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Model
from bastide.gateway.domain.guardrails.rules import Screen
from bastide.gateway.domain.policies import LONGEST_CACHED_S, GatewayPolicy

_CACHED = frozenset({"chat/completions", "messages", "completions", "embeddings", "rerank"})
_SECONDS = re.compile(r"[0-9]{1,9}")
_ON = frozenset({"on", "true", "yes"})


def lifetime_s(call: Call, asked: str | None, policy: GatewayPolicy) -> int | None:
    """How long the answer may be kept and given again; None: neither.

    Args:
        call: what may be answered from the cache.
        asked: the request's `X-Bastide-Cache`: `on`, `off`, or seconds. It goes before what its key says.
        policy: of the caller's organisation.
    """
    if call.operation.value not in _CACHED or "bastide" in call.members:
        return None
    word = (asked or "").strip().lower()
    if not word:
        return policy.cache_ttl_s if call.principal.key_id in policy.cache_keys else None
    if word in _ON:
        return policy.cache_ttl_s
    return min(int(word), LONGEST_CACHED_S) or None if _SECONDS.fullmatch(word) else None


def cache_key(call: Call, model: Model, screens: Sequence[Screen]) -> str:
    """Equal for requests that mean the same, asked by callers who may use the same, of the same model.

    Part of it: the organisation, the protocol, every member of the request in sorted order (whether it
    streams is one), the models that the key may use, whether the request is sensitive, where the model runs,
    and the guardrails.
    """
    principal = call.principal
    allowed = principal.allowed_models
    parts = [
        principal.organisation_id,
        call.operation.value,
        None if allowed is None else sorted(allowed),
        call.sensitive,
        call.passed,
        [place.id for place in model.deployments],
        list(model.routing.fallbacks),
        [_seen(screen) for screen in screens],
        {name: cast("object", msgspec.json.decode(raw)) for name, raw in call.members.items()},
    ]
    digest = hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()
    return f"{principal.organisation_id}:gateway:answer:{digest}"


def _seen(screen: Screen) -> list[str]:
    return [screen.guardrail_id, screen.kind, screen.action, screen.label, screen.pattern]
