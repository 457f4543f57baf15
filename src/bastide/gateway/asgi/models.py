"""`GET /v1/models` and `/v1/models/{id}`."""

import msgspec

from bastide.gateway.asgi.exchange import Exchange
from bastide.gateway.contract import ModelInfo
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.kit.json import JsonObject


class Models:
    """What the caller may use. `created` is the start of this process: models here have no birthday."""

    def __init__(self, catalogue: LiveCatalogue, created: int) -> None:
        self._catalogue = catalogue
        self._created = created

    async def list(self, exchange: Exchange) -> None:
        infos = self._catalogue.infos(exchange.principal)
        body = {"object": "list", "data": [self._item(info) for info in infos]}
        await exchange.answer(200, msgspec.json.encode(body))

    async def get(self, exchange: Exchange) -> None:
        name = exchange.scope["path"].partition("/v1/models/")[2]
        await exchange.answer(
            200, msgspec.json.encode(self._item(self._catalogue.info(exchange.principal, name)))
        )

    def _item(self, info: ModelInfo) -> JsonObject:
        return {
            "id": info.name,
            "object": "model",
            "created": self._created,
            "owned_by": info.owned_by,
            "context_tokens": info.context_tokens,
            "available": info.available,
        }
