"""Models, where they run, and who runs them: an immutable picture that is swapped as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bastide.gateway.domain.prices import FREE, Price

READER = "bastide-reader"


class Zone(StrEnum):
    """Where a provider's machines stand. Sensitive requests stay in `internal`."""

    INTERNAL = "internal"
    CLOUD = "cloud"


class ProviderKind(StrEnum):
    """The protocol that a provider speaks."""

    OPENAI = "openai"
    AZURE = "azure"
    ANTHROPIC = "anthropic"
    READER = "reader"
    EMBEDDER = "embedder"


class Source(StrEnum):
    """Who said so. The settings file and what is found on the machine are read-only for the API."""

    BUILT_IN = "built_in"
    SETTINGS = "settings"
    DISCOVERED = "discovered"
    API = "api"


class Strategy(StrEnum):
    """How one of several deployments of the same priority is chosen."""

    WEIGHTED = "weighted"
    LEAST_BUSY = "least_busy"
    LATENCY = "latency"
    PREFIX = "prefix"
    SESSION = "session"


def base_url(kind: ProviderKind, url: str) -> str:
    """As `Provider.base_url` has it, however it was written."""
    url = url.rstrip("/")
    return url.removesuffix("/v1").removesuffix("/openai") if kind is ProviderKind.AZURE else url


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who serves models.

    Attributes:
        base_url: ends where OpenAI's clients expect, usually in `/v1`; Azure's without `/openai`.
        api_version: of Azure's or Anthropic's interface.
        protocols: of `chat`, `messages`, `responses`, those it speaks; empty: as its kind usually does.
    """

    name: str
    kind: ProviderKind
    base_url: str
    api_key: str | None = field(default=None, repr=False)
    zone: Zone = Zone.INTERNAL
    source: Source = Source.SETTINGS
    api_version: str | None = None
    protocols: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Deployment:
    """One place where a model runs.

    Attributes:
        id: stable over restarts.
        weight: its share among those of the same priority.
        priority: lower ones first; a higher one is a fallback.
        max_output_tokens: the most that it writes when the request sets no limit.
        operations: names of Operation members (`chat` …); empty: not known, all are tried.
        max_concurrency: requests at a time, None: no limit of ours. `max_queue` more may wait.
    """

    id: str
    provider: Provider
    upstream_name: str
    weight: int = 1
    priority: int = 0
    price: Price = FREE
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    operations: frozenset[str] = frozenset()
    max_concurrency: int | None = None
    max_queue: int = 64


@dataclass(frozen=True, slots=True)
class Routing:
    """How a model's requests find a deployment.

    Attributes:
        fallbacks: models to ask, in this order, when no deployment of this one answers.
        overflow_queue: with so many requests waiting at each deployment of a priority, the next is used too.
        degrade: let the built-in reader answer a chat when nothing else does.
    """

    strategy: Strategy = Strategy.LEAST_BUSY
    fallbacks: tuple[str, ...] = ()
    overflow_queue: int | None = None
    degrade: bool = False


DEFAULT_ROUTING = Routing()


@dataclass(frozen=True, slots=True)
class Model:
    """A public name and the deployments that may answer for it."""

    name: str
    deployments: tuple[Deployment, ...]
    owned_by: str
    context_tokens: int | None = None
    routing: Routing = DEFAULT_ROUTING

    @property
    def built_in(self) -> ProviderKind | None:
        """READER or EMBEDDER when no server but this process answers for it."""
        kind = self.deployments[0].provider.kind if self.deployments else None
        return kind if kind in {ProviderKind.READER, ProviderKind.EMBEDDER} else None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every model by its public name."""

    models: Mapping[str, Model]

    @classmethod
    def of(cls, models: Iterable[Model]) -> "Catalogue":
        """Models of one name become one model with the deployments of all; earlier ones say how to route."""
        merged: dict[str, Model] = {}
        for model in models:
            known = merged.get(model.name)
            merged[model.name] = model if known is None else _merge(known, model)
        return cls(MappingProxyType(dict(sorted(merged.items()))))


def _merge(known: Model, more: Model) -> Model:
    """A place that both name counts once, as the first describes it."""
    places = {(each.provider.name, each.upstream_name) for each in known.deployments}
    added = [each for each in more.deployments if (each.provider.name, each.upstream_name) not in places]
    return Model(
        known.name,
        (*known.deployments, *added),
        known.owned_by or more.owned_by,
        known.context_tokens or more.context_tokens,
        known.routing,
    )


def reader_model() -> Model:
    """The built-in extractive answerer, there in every catalogue."""
    return _built_in(READER, ProviderKind.READER, None)


def embedder_model(name: str, max_tokens: int) -> Model:
    """The built-in embedder."""
    return _built_in(name, ProviderKind.EMBEDDER, max_tokens)


def _built_in(name: str, kind: ProviderKind, context_tokens: int | None) -> Model:
    provider = Provider("bastide", kind, "", source=Source.BUILT_IN)
    return Model(name, (Deployment(name, provider, name),), "bastide", context_tokens)
