"""What an organisation lays down for all of its calls."""

from dataclasses import dataclass

LONGEST_CACHED_S = 86_400
LONGEST_KEPT_DAYS = 3650


@dataclass(frozen=True, slots=True)
class GatewayPolicy:
    """Nothing but the defaults for most organisations.

    Attributes:
        cache_keys: ids of API keys whose calls may be answered from the cache without asking for it.
        cache_ttl_s: how long such an answer is kept, and one that is asked for without a time.
        log_prompts: what is asked and answered is kept, sealed, for `prompt_days`.
    """

    organisation_id: str
    cache_keys: frozenset[str] = frozenset()
    cache_ttl_s: int = 300
    log_prompts: bool = False
    prompt_days: int = 30
