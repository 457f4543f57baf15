"""`router_settings`, `litellm_settings`, `general_settings` and the rest of the file."""

from collections.abc import Mapping
from types import MappingProxyType

from bastide.gateway.adapters.litellm.plan import Plan
from bastide.gateway.adapters.litellm.values import amount, number, rows, table, text
from bastide.kit.json import Json, JsonObject

_MAX_FALLBACKS = 8
_STRATEGIES: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {
        "simple-shuffle": ("weighted", True),
        "least-busy": ("least_busy", True),
        "latency-based-routing": ("latency", True),
        "usage-based-routing": ("least_busy", False),
        "usage-based-routing-v2": ("least_busy", False),
        "cost-based-routing": ("least_busy", False),
    }
)
_PERIODS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("1h", "60m", "3600s"), "hour"),
        **dict.fromkeys(("1d", "24h", "86400s", "daily"), "day"),
        **dict.fromkeys(("30d", "1mo", "31d", "monthly"), "month"),
    }
)
_CACHE = "the cache is opt-in: by key or by request (see the guide on governing models)"
_BUILT_IN = "built in: see retries and circuit breakers in the guide on models"
_SHARED = "state is shared through cache_url of the settings"
_TIMES = "timeouts are of the whole gateway: gateway.…_timeout_s of the settings"
_LOGS = "no callbacks: the ledger, the metrics and the audit log tell; prompts are not logged"
_WHY_NOT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("num_retries", "retry_after", "allowed_fails", "cooldown_time", "retry_policy"), _BUILT_IN
        ),
        **dict.fromkeys(
            ("allowed_fails_policy", "model_group_retry_policy", "disable_cooldowns"),
            _BUILT_IN,
        ),
        **dict.fromkeys(
            ("redis_host", "redis_port", "redis_password", "redis_url"),
            _SHARED,
        ),
        **dict.fromkeys(("timeout", "stream_timeout", "request_timeout"), _TIMES),
        **dict.fromkeys(("cache", "cache_params", "cache_responses", "caching_groups"), _CACHE),
        **dict.fromkeys(
            ("callbacks", "success_callback", "failure_callback", "service_callbacks"),
            _LOGS,
        ),
        **dict.fromkeys(
            ("context_window_fallbacks", "content_policy_fallbacks"),
            "an error about the request itself is passed on; fallbacks are for deployments that fail",
        ),
        **dict.fromkeys(
            ("drop_params", "modify_params"),
            "nothing is dropped: a provider that does not know a field says so",
        ),
        **dict.fromkeys(
            ("set_verbose", "json_logs", "turn_off_message_logging", "redact_user_api_key_info"),
            "logs are set by log_level and log_format, and hold no prompts",
        ),
        "master_key": "an administrator is made at the first start; make keys with: bastide key create",
        **dict.fromkeys(
            ("database_url", "database_connection_pool_limit", "store_model_in_db"),
            "the catalogue is in Bastide's own database (database_url)",
        ),
        **dict.fromkeys(
            ("alerting", "alerting_threshold", "alert_types", "alerting_args"),
            "thresholds of budgets and the metrics tell; set alerts there",
        ),
        "store_prompts_in_spend_logs": "prompts are logged only where an organisation turns that on",
        **dict.fromkeys(
            ("custom_auth", "enable_jwt_auth", "litellm_jwtauth"),
            "people sign in with Bastide's own accounts or the identity provider of the organisation",
        ),
        "guardrails": "describe them anew: POST /api/v1/gateway/guardrails",
        "include": "other files are not read: give each to this command",
    }
)
_NO_SUCH = "Bastide has no such setting"


def read_routing(plan: Plan, router: JsonObject, settings: JsonObject) -> None:
    """The strategy of every model, fallbacks, aliases."""
    strategy = text(router.get("routing_strategy"))
    if strategy is not None:
        ours, same = _STRATEGIES.get(strategy, ("least_busy", False))
        for model in plan.models:
            model["strategy"] = ours
        note = plan.taken if same else plan.changed
        note("router_settings.routing_strategy", f"{strategy} → {ours}")
    for where, found in (
        ("router_settings.fallbacks", router.get("fallbacks")),
        ("litellm_settings.fallbacks", settings.get("fallbacks")),
    ):
        _fallbacks(plan, where, found)
    for where, found in (
        ("router_settings.default_fallbacks", router.get("default_fallbacks")),
        ("litellm_settings.default_fallbacks", settings.get("default_fallbacks")),
    ):
        if names := [name for name in map(text, rows(found)) if name]:
            for model in plan.models:
                _set_fallbacks(plan, where, model, names)
    _aliases(plan, "router_settings.model_group_alias", router.get("model_group_alias"))
    _aliases(plan, "litellm_settings.model_alias_map", settings.get("model_alias_map"))


def read_settings(plan: Plan, section: str, found: JsonObject) -> None:
    """Budgets are taken over; of the rest it is said why not."""
    read = {"fallbacks", "default_fallbacks", "model_group_alias", "model_alias_map", "routing_strategy"}
    read |= _budget(plan, section, found, "organisation", ("max_budget", "budget_duration"))
    read |= _budget(
        plan, section, found, "user", ("max_internal_user_budget", "internal_user_budget_duration")
    )
    for name in ("max_parallel_requests", "global_max_parallel_requests"):
        if (parallel := number(found.get(name))) is not None:
            read.add(name)
            each = name == "max_parallel_requests"
            _limit(plan, "key" if each else "organisation", "concurrency", "now", parallel)
            plan.changed(f"{section}.{name}", f"{parallel} requests at a time, {_whose(each=each)}")
    for name in found:
        if name not in read:
            plan.left_out(f"{section}.{name}", _WHY_NOT.get(name, _NO_SUCH))


def why_not(name: str) -> str:
    return _WHY_NOT.get(name, _NO_SUCH)


def _whose(*, each: bool) -> str:
    return "for each key" if each else "for your organisation"


def _budget(plan: Plan, section: str, found: JsonObject, subject: str, names: tuple[str, str]) -> set[str]:
    money, period = amount(found.get(names[0])), text(found.get(names[1]))
    if not money:
        return set()
    ours = "total" if period is None else _PERIODS.get(period)
    if ours is None:
        plan.left_out(f"{section}.{names[0]}", f"there are hours, days and months, not {period!r}")
    elif ours == "hour":
        plan.left_out(f"{section}.{names[0]}", "the shortest budget of money is a day")
    else:
        _limit(plan, subject, "cost", ours, format(money, "f"))
        plan.changed(
            f"{section}.{names[0]}",
            f"{money} per {ours}, {'for each person' if subject == 'user' else 'for your organisation'}",
        )
    return set(names)


def _limit(plan: Plan, subject: str, metric: str, period: str, most: Json) -> None:
    subject_id = "" if subject == "organisation" else "*"
    plan.limits.append(
        {"subject": subject, "subject_id": subject_id, "metric": metric, "period": period, "amount": most}
    )


def _fallbacks(plan: Plan, where: str, found: Json) -> None:
    """A list of `{model: [others]}`, or one such table."""
    for entry in rows(found) or ([found] if isinstance(found, dict) else []):
        for name, others in table(entry).items():
            names = [other for other in map(text, rows(others)) if other]
            models = [model for model in plan.models if name in (model["name"], "*")]
            if not models:
                plan.left_out(f"{where}.{name}", "there is no such model in the file, or it was left out")
            if len(names) < len(rows(others)):
                plan.left_out(f"{where}.{name}", "a fallback is the name of a model, nothing else")
            for model in models:
                _set_fallbacks(plan, f"{where}.{name}", model, names)


def _set_fallbacks(plan: Plan, where: str, model: JsonObject, names: list[str]) -> None:
    known = [each["name"] for each in plan.models]
    before = rows(model.get("fallbacks"))
    usable: list[Json] = [
        name for name in names if name in known and name != model["name"] and name not in before
    ]
    if missing := [name for name in names if name not in known]:
        plan.left_out(where, f"no such model: {', '.join(missing)}")
    if usable:
        model["fallbacks"] = [*before, *usable][:_MAX_FALLBACKS]
        plan.taken(where, f"{model['name']} falls back to {', '.join(map(str, usable))}")


def _aliases(plan: Plan, where: str, found: Json) -> None:
    """An alias is a model of its own with the same deployments, or with those of several."""
    for alias, target in table(found).items():
        inner = table(target).get("model", target)
        targets = [name for name in map(text, rows(inner) or [inner]) if name]
        places = [each for each in plan.deployments if each["model"] in targets]
        if not places or any(model["name"] == alias for model in plan.models):
            plan.left_out(f"{where}.{alias}", "its model is not there, or the name is taken")
            continue
        like = next(model for model in plan.models if model["name"] in targets)
        plan.models.append({**like, "name": alias})
        plan.deployments += [{**each, "model": alias} for each in places]
        plan.changed(
            f"{where}.{alias}",
            f"a model of its own at the places of {', '.join(targets)}; limits of those do not count for it",
        )
