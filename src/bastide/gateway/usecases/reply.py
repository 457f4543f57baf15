"""A deployment's answer on its way to the client."""

import asyncio
from collections.abc import Mapping

from bastide.gateway.contract import Usage
from bastide.gateway.domain.catalogue import Deployment
from bastide.gateway.domain.ledger import Outcome
from bastide.gateway.domain.meter import Meter
from bastide.gateway.ports.upstream import UpstreamReply
from bastide.gateway.usecases.guard_answer import AnswerGuard
from bastide.gateway.usecases.ledger.account import Account
from bastide.gateway.usecases.patience import Patience

_MEDIA = ("audio/", "image/", "video/", "application/octet-stream")


class Reply:
    """The answer, with the clock running and the meter counting. `finish` before its last bytes leave."""

    def __init__(
        self, reply: UpstreamReply, patience: Patience, meter: Meter, deployment: Deployment, account: Account
    ) -> None:
        self._reply = reply
        self._patience = patience
        self._first: bytes | None = None
        self.meter = meter
        self.deployment = deployment
        self.account = account
        self.guard: AnswerGuard | None = None
        self.failed = False  # the provider has said in its stream that it gave up

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
        return self._reply.headers.get("content-type", "").startswith(_MEDIA)

    @property
    def usage(self) -> Usage:
        """As far as the answer has been read."""
        counts = self.meter.counts
        return Usage(counts.prompt, counts.completion, counts.estimated)

    def finish(self) -> None:
        """The answer is at its end: write down what it cost."""
        if self.failed:
            self.cut(Outcome.FAILED)
        elif self.status < 400:
            self.account.close(Outcome.OK, self.status, self.meter.counts)
        else:
            self.account.close(Outcome.REFUSED, self.status)

    def cut(self, outcome: Outcome) -> None:
        """It ended early: what was produced is paid for."""
        self.account.close(outcome, self.status, self.meter.counts)

    async def begin(self) -> None:
        """Wait for the first bytes of a stream: until they are there another deployment can be asked."""
        if self.streams and self.status == 200:
            self._first = await self._reply.chunk()

    async def read(self, *, max_bytes: int) -> bytes:
        body = await self._reply.read(max_bytes=max_bytes)
        self.account.received()
        return body

    async def chunk(self) -> bytes:
        """The next bytes of a stream, empty at its end. Raises UpstreamTimeoutError, UpstreamBrokenError."""
        if self._first is not None:
            first, self._first = self._first, None
            self._patience.resting()
            return first
        self._patience.waiting()
        try:
            data = await self._reply.chunk()
        except asyncio.CancelledError as error:
            if timeout := self._patience.expired():
                raise timeout from error
            raise
        self._patience.resting()
        return data
