"""The gateway as the settings describe it."""

from bastide.app.settings import Deployment, Model, Settings
from bastide.gateway.configuration import (
    Bounds,
    Configured,
    DeploymentEntry,
    ModelEntry,
    Price,
    Routing,
    Sizes,
    Strategy,
    Timeouts,
    configured_provider,
    per_million,
)


def configured_gateway(settings: Settings) -> Configured:
    """Providers and models of the settings file."""
    gateway = settings.gateway
    providers = [
        configured_provider(
            name=each.name,
            kind=each.kind,
            url=each.url,
            api_key=each.api_key.get_secret_value() if each.api_key else None,
            zone=each.zone,
            models=each.models,
            api_version=each.api_version,
            protocols=each.protocols,
        )
        for each in gateway.providers
    ]
    models = [ModelEntry(model.name, _routing(model)) for model in gateway.models]
    places = [_place(model, each) for model in gateway.models for each in model.deployments]
    return Configured(providers, models, places, gateway.discover)


def gateway_bounds(settings: Settings) -> Bounds:
    """Times and sizes of the settings."""
    gateway = settings.gateway
    timeouts = Timeouts(gateway.first_token_timeout_s, gateway.idle_timeout_s, gateway.total_timeout_s)
    sizes = Sizes(gateway.max_request_mb << 20, gateway.max_answer_mb << 20)
    return Bounds(gateway.connect_timeout_s, gateway.keep_alive_s, timeouts, sizes)


def _routing(model: Model) -> Routing:
    return Routing(Strategy(model.strategy), model.fallbacks, model.overflow_queue, model.degrade)


def _place(model: Model, place: Deployment) -> DeploymentEntry:
    upstream = place.model or model.name
    cached = None if place.cached_price is None else per_million(place.cached_price)
    return DeploymentEntry(
        f"{place.provider}/{upstream}",
        model.name,
        place.provider,
        upstream,
        weight=place.weight,
        priority=place.priority,
        price=Price(per_million(place.prompt_price), per_million(place.completion_price), cached),
        context_tokens=place.context_tokens,
        max_output_tokens=place.max_output_tokens,
        max_concurrency=place.max_concurrency,
    )
