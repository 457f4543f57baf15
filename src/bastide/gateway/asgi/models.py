"""`GET /v1/models` and `/v1/models/{id}`."""

from datetime import UTC, datetime

import msgspec

from bastide.gateway.asgi.exchange import Exchange
from bastide.gateway.contract import ModelInfo
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.identity.contract import Action, Policy
from bastide.kit.json import JsonObject


class Models:
    """What the caller may use. `created` is the start of this process: models here have no birthday."""

    def __init__(self, catalogue: LiveCatalogue, policy: Policy, created: int) -> None:
        self._catalogue = catalogue
        self._policy = policy
        self._created = created

    async def list(self, exchange: Exchange) -> None:
        self._policy.require(exchange.principal, Action.MODEL_USE)
        infos = self._catalogue.infos(exchange.principal)
        body: JsonObject = {"object": "list", "data": [self._item(info) for info in infos]}
        if exchange.header(b"anthropic-version"):  # its clients turn pages
            names = [info.name for info in infos]
            first, last = (names[0], names[-1]) if names else (None, None)
            body |= {"has_more": False, "first_id": first, "last_id": last}
        await exchange.answer(200, msgspec.json.encode(body))

    async def get(self, exchange: Exchange) -> None:
        self._policy.require(exchange.principal, Action.MODEL_USE)
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
            "type": "model",  # this and what follows as Anthropic's clients read it
            "display_name": info.name,
            "created_at": f"{datetime.fromtimestamp(self._created, UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
