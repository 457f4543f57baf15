"""The catalogue that holds now, and who may use what of it."""

from collections.abc import Iterable, Sequence

from bastide.gateway.contract import ModelInfo, ModelNotFoundError
from bastide.gateway.domain.catalogue import READER, Catalogue, Model, reader_model
from bastide.identity.contract import Principal

SETTINGS, STORED = "settings", "stored"


class LiveCatalogue:
    """One immutable picture, put together of parts that change apart and swapped as a whole.

    A request keeps the picture that it started with; readers take no lock.
    """

    def __init__(self, *built_in: Model) -> None:
        self._parts: dict[str, tuple[Model, ...]] = {
            "built-in": (reader_model(), *built_in),
            SETTINGS: (),
            STORED: (),
        }
        self._unreachable: frozenset[str] = frozenset()
        self.current = Catalogue.of(self._parts["built-in"])

    def put(self, part: str, models: Iterable[Model]) -> None:
        """Replace what one source says: the built-in ones, SETTINGS, STORED, or a provider by its name."""
        self._parts[part] = tuple(models)
        self.current = Catalogue.of(model for models in self._parts.values() for model in models)

    def mark(self, provider: str, *, reachable: bool) -> None:
        """Note whether a provider answered when last asked."""
        self._unreachable = self._unreachable - {provider} if reachable else self._unreachable | {provider}

    def reachable(self, provider: str) -> bool:
        """Whether it answered when last asked, or was not asked yet."""
        return provider not in self._unreachable

    def find(self, principal: Principal, name: str) -> Model:
        """Raises ModelNotFoundError: no such model, or none that the caller may use."""
        model = self.current.models.get(name)
        if model is None or not self.allows(principal, name):
            raise ModelNotFoundError(
                f"The model {name!r} does not exist, or you may not use it.", param="model"
            )
        return model

    @staticmethod
    def allows(principal: Principal, name: str) -> bool:
        """Whether the caller's key is for this model."""
        return principal.allowed_models is None or name in principal.allowed_models

    def infos(self, principal: Principal) -> Sequence[ModelInfo]:
        """What the caller may use, by name."""
        return [
            self._info(model) for model in self.current.models.values() if self.allows(principal, model.name)
        ]

    def info(self, principal: Principal, name: str) -> ModelInfo:
        """Raises ModelNotFoundError."""
        return self._info(self.find(principal, name))

    def _info(self, model: Model) -> ModelInfo:
        return ModelInfo(
            model.name,
            model.owned_by,
            model.name == READER,
            model.context_tokens,
            any(deployment.provider.name not in self._unreachable for deployment in model.deployments),
        )
