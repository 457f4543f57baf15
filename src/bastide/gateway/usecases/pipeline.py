"""The way of a call: find the model, choose a deployment, ask it, hand back its reply."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.errors import UntranslatableError, UpstreamBusyError
from bastide.gateway.domain.meters import meter_for
from bastide.gateway.domain.retries import RetryBudget
from bastide.gateway.ports.upstream import Upstream, UpstreamReply
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.failures import ELSEWHERE, UNHEALTHY, outcome_of, raise_failure, status_of
from bastide.gateway.usecases.guard import Guards
from bastide.gateway.usecases.guard_answer import answer_guard
from bastide.gateway.usecases.ledger.account import Account, Accounts
from bastide.gateway.usecases.patience import Patience, Timeouts
from bastide.gateway.usecases.reply import Reply
from bastide.gateway.usecases.requests import Question, question_for
from bastide.gateway.usecases.routing.course import Course
from bastide.gateway.usecases.routing.router import Router
from bastide.gateway.usecases.routing.stations import Station
from bastide.gateway.usecases.translate import TranslatedReply


class Pipeline:
    """The use case of the inference routes and of `Gateway.generate`."""

    def __init__(
        self,
        catalogue: LiveCatalogue,
        router: Router,
        upstream: Upstream,
        timeouts: Timeouts,
        accounts: Accounts,
        guards: Guards,
        retries: RetryBudget | None = None,
    ) -> None:
        self._accounts = accounts
        self._guards = guards
        self._catalogue = catalogue
        self._router = router
        self._upstream = upstream
        self._timeouts = timeouts
        self._retries = retries or RetryBudget()

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncGenerator[Reply]:
        """The reply of the first deployment that answers; leaving the context early cancels it there.

        Yields:
            An answer, or an error that is about the request itself (400, 404, 413, 422 …) to be passed on.

        Raises:
            GuardrailError, ModelNotFoundError, ModelUnavailableError, SensitiveError, UnsupportedError,
            QueueFullError, the refusals of limits and budgets, and what the last deployment that was asked
            has raised: UpstreamUnreachableError, UpstreamTimeoutError, UpstreamBrokenError,
            UpstreamBusyError or UpstreamFailedError.
        """
        model = self._catalogue.find(call.principal, call.model)
        call = await self._guards.before(call)
        account = await self._accounts.open(call, model, self._router.places(call, model))
        course = Course(self._router, self._retries, call, model)
        reply: Reply | None = None
        try:
            while reply is None:
                station = await course.next()
                try:
                    async with self._attempt(call, station, account) as reply:
                        reply.guard = answer_guard(self._guards, call, account, reply.cut)
                        yield reply
                except (*ELSEWHERE, UntranslatableError) as error:
                    if reply is not None:
                        raise
                    course.failed(station, error)
        except BaseException as error:
            outcome = outcome_of(error)
            if reply is None:
                account.close(outcome, status_of(error))
            else:
                reply.cut(outcome)
            raise
        reply.finish()

    @asynccontextmanager
    async def _attempt(self, call: Call, station: Station, account: Account) -> AsyncGenerator[Reply]:
        """One request to one deployment; how it ends is noted there."""
        cap = account.reservation.cap if account.reservation else None
        question = question_for(call, station.deployment, cap)
        now = asyncio.get_running_loop().time
        arrived = now()
        await station.bulkhead.enter(call.principal.organisation_id)
        started = now()
        account.waited(started - arrived)
        probe = station.breaker.begin(started)
        try:
            account.sent(station.deployment)
            async with Patience(self._timeouts) as patience, self._upstream.send(question.request) as told:
                await raise_failure(told, station.deployment.provider.name)
                answer = self._translated(told, call, question)
                reply = Reply(answer, patience, meter_for(call), station.deployment, account)
                await reply.begin()
                station.answered(now() - started)
                account.began()
                yield reply
        except UNHEALTHY:
            station.breaker.failure(now(), probe=probe)
            raise
        except UpstreamBusyError as error:
            station.breaker.unknown(probe=probe)
            station.resting_until = now() + min(error.details["retry_after_s"], 60)
            raise
        except BaseException:
            station.breaker.unknown(probe=probe)  # the client went away, or we failed: says nothing of it
            raise
        else:
            note = station.breaker.failure if reply.failed else station.breaker.success
            note(now(), probe=probe)
        finally:
            station.bulkhead.leave()

    def _translated(self, answer: UpstreamReply, call: Call, question: Question) -> UpstreamReply:
        if question.dialect is None:
            return answer
        now_s = self._accounts.now_us() // 1_000_000
        return TranslatedReply(answer, call, question.dialect, question.left_out, now_s)
