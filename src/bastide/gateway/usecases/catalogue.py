"""The catalogue that holds now, and who may use what of it."""

from collections.abc import Iterable, Mapping, Sequence

from bastide.gateway.contract import ModelInfo, ModelNotFoundError
from bastide.gateway.domain.catalogue import READER, Catalogue, Model, reader_model
from bastide.gateway.domain.errors import ModelUnknownError
from bastide.gateway.domain.trouble import Trouble
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
        self._troubles: Mapping[str, Trouble] = {}
        self.current = Catalogue.of(self._parts["built-in"])

    def put(self, part: str, models: Iterable[Model]) -> None:
        """Replace what one source says: the built-in ones, SETTINGS, STORED, or a provider by its name."""
        self._parts[part] = tuple(models)
        self.current = Catalogue.of(model for models in self._parts.values() for model in models)

    def mark(self, provider: str, trouble: Trouble | None) -> None:
        """Note whether a provider answered when last asked, and if not, why."""
        others = {name: known for name, known in self._troubles.items() if name != provider}
        self._troubles = others if trouble is None else {**others, provider: trouble}

    def reachable(self, provider: str) -> bool:
        """Whether it answered when last asked, or was not asked yet."""
        return provider not in self._troubles

    def trouble(self, provider: str) -> Trouble | None:
        """Why it did not answer when last asked."""
        return self._troubles.get(provider)

    def require(self, names: Iterable[str], field: str) -> None:
        """Raises ModelUnknownError: what names a model that is not there would look as if it worked."""
        for name in names:
            if name not in self.current.models:
                raise ModelUnknownError(f"There is no model {name!r}.", field=field, name=name)

    def gone(self, model: Model) -> Sequence[str]:
        """Its fallbacks that are not there: removed since, mistyped in the settings, or not listed yet."""
        return [name for name in model.routing.fallbacks if name not in self.current.models]

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
            any(self.reachable(deployment.provider.name) for deployment in model.deployments),
        )
