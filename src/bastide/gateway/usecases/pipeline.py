"""The way of a call: find the model, choose a deployment, ask it, hand back its reply."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import msgspec

from bastide.gateway.contract import Usage
from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Deployment, Model, Zone
from bastide.gateway.domain.errors import (
    UpstreamBusyError,
    UpstreamFailedError,
    UpstreamUnreachableError,
)
from bastide.gateway.domain.meter import Meter
from bastide.gateway.ports.upstream import Upstream, UpstreamReply
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.patience import Patience, Timeouts
from bastide.gateway.usecases.requests import request_for

_MAX_ERROR_BYTES = 64 * 1024
_OURS_TO_SOLVE = frozenset({401, 403, 407})
_FAILURES = _OURS_TO_SOLVE | {408, 429, *range(300, 400), *range(500, 600)}


class _ErrorDetail(msgspec.Struct):
    message: str


class _ErrorBody(msgspec.Struct):
    error: _ErrorDetail | str | None = None
    message: str | None = None


class Reply:
    """A deployment's answer, with the clock running and the meter counting."""

    def __init__(self, reply: UpstreamReply, patience: Patience, meter: Meter, model: str) -> None:
        self._reply = reply
        self._patience = patience
        self.meter = meter
        self.model = model

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    @property
    def streams(self) -> bool:
        """Whether it is a stream of events."""
        return self._reply.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def is_media(self) -> bool:
        """Whether it is sound or other bytes that are passed on as they come."""
        kind = self._reply.headers.get("content-type", "")
        return kind.startswith(("audio/", "image/", "video/", "application/octet-stream"))

    @property
    def usage(self) -> Usage:
        """As far as the answer has been read."""
        counts = self.meter.counts
        return Usage(counts.prompt, counts.completion, counts.estimated)

    async def read(self, *, max_bytes: int) -> bytes:
        return await self._reply.read(max_bytes=max_bytes)

    async def chunk(self) -> bytes:
        """The next bytes of a stream, empty at its end. Raises UpstreamTimeoutError, UpstreamBrokenError."""
        self._patience.waiting()
        try:
            data = await self._reply.chunk()
        except asyncio.CancelledError as error:
            if timeout := self._patience.expired():
                raise timeout from error
            raise
        self._patience.resting()
        return data


class Pipeline:
    """Satisfies no port: it is the use case of the inference routes and of `Gateway.generate`."""

    def __init__(self, catalogue: LiveCatalogue, upstream: Upstream, timeouts: Timeouts) -> None:
        self._catalogue = catalogue
        self._upstream = upstream
        self._timeouts = timeouts

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncGenerator[Reply]:
        """The reply of the deployment chosen; leaving the context early cancels it there.

        Yields:
            An answer, or an error that is about the request itself (400, 404, 413, 422 …) to be passed on.

        Raises:
            ModelNotFoundError, UpstreamUnreachableError, UpstreamTimeoutError, UpstreamBrokenError,
            UpstreamBusyError, UpstreamFailedError.
        """
        deployment = self._choose(call, self._catalogue.find(call.principal, call.model))
        async with (
            Patience(self._timeouts) as patience,
            self._upstream.send(request_for(call, deployment)) as reply,
        ):
            if reply.status in _FAILURES:
                raise await _failure(reply, deployment)
            yield Reply(reply, patience, Meter(call.prompt_bytes), call.model)

    def _choose(self, call: Call, model: Model) -> Deployment:
        for deployment in model.deployments:
            if not call.sensitive or deployment.provider.zone is Zone.INTERNAL:
                return deployment
        raise UpstreamUnreachableError(
            f"{call.model!r} runs only outside, where sensitive data does not go.", model=call.model
        )


async def _failure(reply: UpstreamReply, deployment: Deployment) -> UpstreamFailedError | UpstreamBusyError:
    """What the provider's error means for the client; its words are kept, its credentials problem is ours."""
    words = error_words(await reply.read(max_bytes=_MAX_ERROR_BYTES))
    name = deployment.provider.name
    if reply.status == 429:
        pause = reply.headers.get("retry-after", "")
        return UpstreamBusyError(
            f"{name} is over its own limit: {words}",
            provider=name,
            retry_after_s=int(pause) if pause.isdigit() else 1,
        )
    if reply.status in _OURS_TO_SOLVE:
        words = "it refuses our credentials; an administrator must check the provider's key"
    return UpstreamFailedError(f"{name} failed: {words}", provider=name, status=reply.status)


def error_words(body: bytes) -> str:
    """The message in an error body of OpenAI's, Anthropic's or Ollama's shape, else its first words."""
    try:
        found = msgspec.json.decode(body, type=_ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body[:200].decode("utf-8", "replace") or "no message"
    if isinstance(found.error, _ErrorDetail):
        return found.error.message[:500]
    return (found.error or found.message or body[:200].decode("utf-8", "replace"))[:500]
