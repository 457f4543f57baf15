"""`model_list`: every entry is a deployment; entries of one `model_name` are one model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from bastide.gateway.adapters.litellm.plan import Plan
from bastide.gateway.adapters.litellm.values import (
    Environment,
    amount,
    number,
    per_million,
    resolved,
    rows,
    table,
    text,
    variable,
)
from bastide.gateway.adapters.litellm.vendors import VENDORS, Vendor, address_of, vendor_of, zone_of
from bastide.kit.json import Json, JsonObject

_PRICES = frozenset({"input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost"})
_READ_INFO = frozenset({"max_input_tokens", "max_tokens", "max_output_tokens", *_PRICES})
_NO_PRICE = (
    "no price in the file: LiteLLM has a list of prices; here it costs nothing, and budgets of money do not "
    "count it, until you enter one"
)
_READ = frozenset(
    {
        *(
            "model",
            "api_base",
            "base_url",
            "api_key",
            "api_version",
            "custom_llm_provider",
            "order",
            "weight",
        ),
        *("rpm", "tpm", "max_parallel_requests", "litellm_credential_name"),
        *_PRICES,
    }
)
_WHY_NOT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("timeout", "stream_timeout", "request_timeout"),
            "timeouts are of the whole gateway: gateway.…_timeout_s of the settings",
        ),
        **dict.fromkeys(
            ("max_retries", "num_retries"), "retries are built in, inside a budget of a fifth of the requests"
        ),
        **dict.fromkeys(
            ("max_tokens", "temperature", "top_p", "stop", "seed", "n", "stream", "extra_body"),
            "requests are forwarded as the client wrote them; set it in the client",
        ),
        **dict.fromkeys(
            ("extra_headers", "headers"),
            "no headers of your own are sent to a provider",
        ),
        **dict.fromkeys(
            ("drop_params", "additional_drop_params", "allowed_openai_params", "modify_params"),
            "nothing is dropped: a provider that does not know a field says so",
        ),
        **dict.fromkeys(
            ("max_budget", "budget_duration"),
            "budgets are of a key, a person, a group, an organisation or a model, not of one deployment",
        ),
        "base_model": "prices and contexts are those of the file; Bastide has no list of models",
        "mode": "what a model can do is found out by asking it; operations of a deployment can narrow it",
        "tags": "there is no routing by tags; give the deployments names of their own",
    }
)
_NO_SUCH = "Bastide has no such setting"


@dataclass(slots=True)
class Reading:
    """What is known while a file is read: the plan, and the environment that it refers to."""

    plan: Plan
    environment: Environment
    credentials: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    known: dict[tuple[Json, ...], str] = field(default_factory=dict[tuple[Json, ...], str])
    places: dict[str, list[tuple[JsonObject, JsonObject]]] = field(
        default_factory=dict[str, list[tuple[JsonObject, JsonObject]]]
    )

    def value(self, where: str, value: Json) -> Json:
        """A value, out of the environment where it says so; one that is not set there is noted."""
        found = resolved(value, self.environment)
        if found is None and (name := variable(value)):
            self.plan.left_out(where, f"{name} is not set in the environment of this command")
        return found


def read_models(reading: Reading, found: Json) -> None:
    """Providers, deployments and the limits of their models, into the plan."""
    counted: dict[str, list[tuple[int | None, int | None]]] = {}
    for index, entry in enumerate(rows(found)):
        where = f"model_list[{index}]"
        name = text(table(entry).get("model_name"))
        parameters = table(table(entry).get("litellm_params"))
        if name is None or text(parameters.get("model")) is None:
            reading.plan.left_out(where, "it has no model_name, or no litellm_params.model")
            continue
        if _read_entry(reading, where, name, parameters, table(table(entry).get("model_info"))):
            counted.setdefault(name, []).append(
                (number(parameters.get("rpm")), number(parameters.get("tpm")))
            )
    for name, rates in counted.items():
        _limit(reading.plan, name, "requests", [rate[0] for rate in rates])
        _limit(reading.plan, name, "tokens", [rate[1] for rate in rates])


def _read_entry(reading: Reading, where: str, name: str, parameters: JsonObject, info: JsonObject) -> bool:
    plan = reading.plan
    parameters = {**_credential(reading, where, parameters), **parameters}
    custom = text(parameters.get("custom_llm_provider"))
    vendor_name, upstream = vendor_of(text(parameters["model"]) or "", custom)
    vendor = VENDORS.get(vendor_name, Vendor("openai", path="/v1"))
    base = text(reading.value(f"{where}.api_base", parameters.get("api_base") or parameters.get("base_url")))
    url = address_of(vendor, base)
    if vendor.kind is None:
        plan.left_out(where, f"{name}: Bastide does not speak {vendor_name}'s protocol")
        return False
    if not url.startswith(("http://", "https://")):
        plan.left_out(where, f"{name}: it does not say where {vendor_name} is (api_base)")
        return False
    provider = _provider(reading, where, (vendor_name, vendor, url), parameters)
    if "*" in name or "*" in upstream:
        return _wildcard(reading, where, name, provider)
    if all(model["name"] != name for model in plan.models):
        plan.models.append({"name": name, "strategy": "weighted"})
    deployment = _deployment(name, provider, upstream, parameters, info)
    plan.deployments.append(deployment)
    reading.places.setdefault(name, []).append((deployment, parameters))
    plan.taken(where, f"{name} → {upstream} at {provider}")
    if "price" not in deployment and zone_of(url) == "cloud":
        plan.left_out(f"{where}.model_info", _NO_PRICE)
    for key in info.keys() - _READ_INFO:
        plan.left_out(f"{where}.model_info.{key}", _WHY_NOT.get(key, _NO_SUCH))
    for key in parameters:
        if key not in _READ:
            plan.left_out(f"{where}.litellm_params.{key}", _WHY_NOT.get(key, _NO_SUCH))
    return True


def _wildcard(reading: Reading, where: str, name: str, provider: str) -> bool:
    """The provider's own list says which models there are."""
    for each in reading.plan.providers:
        if each["name"] == provider:
            each["lists"] = True
    reading.plan.changed(where, f"{name}: every model that {provider} lists is offered, under its own name")
    return False


def _credential(reading: Reading, where: str, parameters: JsonObject) -> JsonObject:
    name = text(parameters.get("litellm_credential_name"))
    if name is None:
        return {}
    if name not in reading.credentials:
        reading.plan.left_out(f"{where}.litellm_credential_name", f"credential_list names no {name!r}")
    return reading.credentials.get(name, {})


def _provider(reading: Reading, where: str, found: tuple[str, Vendor, str], parameters: JsonObject) -> str:
    """The name of the provider, which is made when it is met first."""
    vendor_name, vendor, url = found
    given = parameters.get("api_key")
    key = text(reading.value(f"{where}.api_key", given))
    if given is None and vendor.key and url == vendor.url:
        key = reading.environment(vendor.key)
    version = text(reading.value(f"{where}.api_version", parameters.get("api_version")))
    identity: tuple[Json, ...] = (vendor.kind, url, key, version)
    if identity in reading.known:
        return reading.known[identity]
    taken = {str(each["name"]) for each in reading.plan.providers}
    host = (urlsplit(url).hostname or vendor_name).replace("/", "-")
    stem = vendor_name if url == vendor.url else host
    name = next(each for each in _numbered(stem) if each not in taken)
    zone = zone_of(url)
    reading.known[identity] = name
    provider: JsonObject = {"name": name, "kind": vendor.kind, "url": url, "zone": zone, "lists": False}
    if version:
        provider["api_version"] = version
    if key:
        provider["api_key"] = key
    reading.plan.providers.append(provider)
    reading.plan.changed(f"{where}.api_base", f"provider {name}: judged to be in zone {zone}; check that")
    return name


def _numbered(stem: str) -> list[str]:
    return [stem, *(f"{stem}-{number}" for number in range(2, 1000))]


def _deployment(
    model: str, provider: str, upstream: str, parameters: JsonObject, info: JsonObject
) -> JsonObject:
    deployment: JsonObject = {"model": model, "provider": provider, "upstream_name": upstream}
    if (order := number(parameters.get("order"))) is not None:
        deployment["priority"] = order
    if (parallel := number(parameters.get("max_parallel_requests"))) is not None:
        deployment["max_concurrency"] = parallel
    if (context := number(info.get("max_input_tokens")) or number(info.get("max_tokens"))) is not None:
        deployment["context_tokens"] = context
    if (written := number(info.get("max_output_tokens"))) is not None:
        deployment["max_output_tokens"] = written
    prices = {
        ours: amount(parameters.get(theirs, info.get(theirs)))
        for ours, theirs in (
            ("prompt", "input_cost_per_token"),
            ("completion", "output_cost_per_token"),
            ("cached", "cache_read_input_token_cost"),
        )
    }
    price: JsonObject = {name: per_million(cost) for name, cost in prices.items() if cost is not None}
    if price:
        deployment["price"] = price
    return deployment


def _limit(plan: Plan, name: str, metric: str, rates: list[int | None]) -> None:
    """LiteLLM counts per deployment and, by default, only routes by it; here the model is limited."""
    known = [rate for rate in rates if rate is not None]
    if not known:
        return
    word = "rpm" if metric == "requests" else "tpm"
    if len(known) < len(rates):
        plan.left_out(f"{name}: {word}", "only some of the model's deployments have it: no sum can be made")
        return
    total = sum(known)
    plan.limits.append(
        {"subject": "model", "subject_id": name, "metric": metric, "period": "minute", "amount": total}
    )
    plan.changed(
        f"{name}: {word}", f"{total} {metric} per minute for your organisation, over all its deployments"
    )
