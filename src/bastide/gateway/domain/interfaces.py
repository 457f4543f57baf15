"""What each kind of provider's interface looks like: its addresses and its headers."""

from urllib.parse import quote, urlencode

from bastide.gateway.domain.call import Operation
from bastide.gateway.domain.catalogue import Deployment, Provider, ProviderKind

_ANTHROPIC_VERSION = "2023-06-01"


def headers_for(provider: Provider) -> dict[str, str]:
    """What every request to a provider carries."""
    headers = {"accept": "application/json, text/event-stream", "user-agent": "bastide"}
    if provider.kind is ProviderKind.ANTHROPIC:
        headers["anthropic-version"] = provider.api_version or _ANTHROPIC_VERSION
    if provider.api_key is not None:
        name = {ProviderKind.ANTHROPIC: "x-api-key", ProviderKind.AZURE: "api-key"}.get(provider.kind)
        headers[name or "authorization"] = provider.api_key if name else f"Bearer {provider.api_key}"
    return headers


def url_for(deployment: Deployment, operation: Operation) -> str:
    """Where a deployment is asked."""
    provider, path = deployment.provider, str(operation)
    if provider.kind is not ProviderKind.AZURE:
        return f"{provider.base_url}/{path}"
    if provider.api_version and operation is not Operation.RESPONSES:
        path = f"deployments/{quote(deployment.upstream_name, safe='')}/{path}"
    return _azure(provider, path)


def models_url(provider: Provider) -> str:
    """Where the provider lists its models."""
    if provider.kind is ProviderKind.AZURE:
        return _azure(provider, "models")
    more = "?limit=1000" if provider.kind is ProviderKind.ANTHROPIC else ""
    return f"{provider.base_url}/models{more}"


def lists_what_it_serves(provider: Provider) -> bool:
    """Azure lists what exists, not what is deployed there."""
    return provider.kind is not ProviderKind.AZURE


def _azure(provider: Provider, path: str) -> str:
    """With a version the older interface, without one the `v1` that has none."""
    if provider.api_version:
        return f"{provider.base_url}/openai/{path}?{urlencode({'api-version': provider.api_version})}"
    return f"{provider.base_url}/openai/v1/{path}"
