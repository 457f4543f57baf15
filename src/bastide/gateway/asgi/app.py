"""The inference routes: a raw ASGI application beside the platform API, because every request pays for it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from bastide.gateway.asgi import errors
from bastide.gateway.asgi.exchange import ClientGoneError, Exchange
from bastide.gateway.asgi.failure import fail
from bastide.gateway.asgi.inference import Inference
from bastide.gateway.asgi.limits import refusal_headers
from bastide.gateway.asgi.models import Models
from bastide.gateway.asgi.types import Receive, Scope, Send
from bastide.gateway.domain.call import Operation
from bastide.gateway.ports.observer import Observer
from bastide.kit.errors import BastideError, NotFoundError

Handler: TypeAlias = Callable[[Exchange], Awaitable[None]]

_MODELS = "/v1/models"
PREFIXES = tuple(
    f"{base}{path}"
    for base in ("", "/api")
    for path in (_MODELS, *(f"/v1/{operation.value}" for operation in Operation))
)
"""What the server hands to this application; the same under `/api`."""


class GatewayApp:
    """Routes by the exact path, answers every error in the shape of the route's protocol."""

    def __init__(
        self,
        inference: Inference,
        models: Models,
        observer: Observer,
        keep_alive_s: float = 15.0,
        *,
        traced: bool = False,
    ) -> None:
        self._traced = traced
        self._models = models
        self._keep_alive_s = keep_alive_s
        self._observer = observer
        posts: dict[str, Handler] = {
            f"/v1/{operation.value}": inference.handler(operation) for operation in Operation
        }
        self._routes: Mapping[str, tuple[str, Handler]] = {
            **{path: ("POST", handler) for path, handler in posts.items()},
            _MODELS: ("GET", models.list),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send, self._keep_alive_s, traced=self._traced)
        try:
            await self._handler(scope)(exchange)
        except BastideError as error:
            self._observer.refused(error.code)
            await _refuse(exchange, error)
        except ClientGoneError:
            return
        finally:
            exchange.close()

    def _handler(self, scope: Scope) -> Handler:
        path = scope["path"].removeprefix("/api")
        method, handler = self._routes.get(path, ("", None))
        if handler is not None and scope["method"] == method:
            scope["state"]["route"] = path
            return handler
        if path.startswith(f"{_MODELS}/") and scope["method"] == "GET":
            scope["state"]["route"] = f"{_MODELS}/{{id}}"
            return self._models.get
        raise NotFoundError(f"There is no {scope['method']} {scope['path']}.")


async def _refuse(exchange: Exchange, error: BastideError) -> None:
    if exchange.started:  # a whole answer of known length was cut off: only the connection can tell
        raise error
    operation = exchange.scope["path"].removeprefix("/api").removeprefix("/v1/")
    if exchange.kept_waiting:  # its status has been told
        await fail(exchange, error, operation)
        return
    body = errors.body_of(error, operation)
    headers = [*errors.headers_of(error), *refusal_headers(error)]
    await exchange.answer(errors.status_of(error), body, headers=headers)
