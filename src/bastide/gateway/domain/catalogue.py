"""Models, where they run, and who runs them: an immutable picture that is swapped as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

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


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who serves models. `base_url` ends where OpenAI clients expect, usually in `/v1`."""

    name: str
    kind: ProviderKind
    base_url: str
    api_key: str | None = field(default=None, repr=False)
    zone: Zone = Zone.INTERNAL
    source: Source = Source.SETTINGS


@dataclass(frozen=True, slots=True)
class Deployment:
    """One place where a model runs; `id` is stable over restarts."""

    id: str
    provider: Provider
    upstream_name: str


@dataclass(frozen=True, slots=True)
class Model:
    """A public name and the deployments that may answer for it."""

    name: str
    deployments: tuple[Deployment, ...]
    owned_by: str
    context_tokens: int | None = None

    @property
    def built_in(self) -> ProviderKind | None:
        """READER or EMBEDDER when no server but this process answers for it."""
        kind = self.deployments[0].provider.kind
        return kind if kind in {ProviderKind.READER, ProviderKind.EMBEDDER} else None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every model by its public name."""

    models: Mapping[str, Model]

    @classmethod
    def of(cls, models: Iterable[Model]) -> "Catalogue":
        """Models of one name become one model with the deployments of all."""
        merged: dict[str, Model] = {}
        for model in models:
            if (known := merged.get(model.name)) is None:
                merged[model.name] = model
            else:
                merged[model.name] = Model(
                    known.name,
                    known.deployments + model.deployments,
                    known.owned_by,
                    known.context_tokens or model.context_tokens,
                )
        return cls(MappingProxyType(dict(sorted(merged.items()))))


def reader_model() -> Model:
    """The built-in extractive answerer, there in every catalogue."""
    return _built_in(READER, ProviderKind.READER, None)


def embedder_model(name: str, max_tokens: int) -> Model:
    """The built-in embedder."""
    return _built_in(name, ProviderKind.EMBEDDER, max_tokens)


def _built_in(name: str, kind: ProviderKind, context_tokens: int | None) -> Model:
    provider = Provider("bastide", kind, "", source=Source.BUILT_IN)
    return Model(name, (Deployment(name, provider, name),), "bastide", context_tokens)
