"""New entries reach a SIEM: nothing is missing, whoever restarts."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from bastide.operations.adapters.push_probe import PushProbe
from bastide.operations.adapters.sql_push import SqlPushStore
from bastide.operations.adapters.syslog_receiver import SyslogReceiver
from bastide.operations.domain.check import CheckState
from bastide.operations.domain.errors import ReceiverError
from bastide.operations.usecases.push_audit import PushAudit
from tests.fakes.certificate import self_signed
from tests.unit.operations.conftest import Desk, entry
from tests.unit.operations.siem import Siem


@pytest.fixture
def siem() -> Iterator[Siem]:
    one = Siem()
    one.open()
    yield one
    one.close()


def pushing(desk: Desk, siem: Siem) -> PushAudit:
    """As a process that has just started."""
    receiver = SyslogReceiver("127.0.0.1", siem.port, timeout_s=5)
    return PushAudit(SqlPushStore(desk.database), receiver, desk.clock, "1.0", "b.example")


async def test_entries_of_all_logs_arrive_in_order_as_rfc_5424(desk: Desk, siem: Siem) -> None:
    await desk.fill(3)
    await desk.fill(2, "org_b")
    assert await pushing(desk, siem).turn() == 5
    assert siem.messages()[0].startswith(
        "<110>1 2026-03-01T12:00:00.000000Z b.example bastide - search.answered "
        '[origin software="Bastide" swVersion="1.0"] {'
    )
    placed = [(body["log"], body["position"]) for body in siem.bodies()]
    assert placed == [("org_a", 0), ("org_a", 1), ("org_a", 2), ("org_b", 0), ("org_b", 1)]
    assert siem.bodies()[1]["details"]["words"] == ["à", "b"]
    assert "where is" not in siem.read.decode()


async def test_after_a_restart_it_goes_on_where_it_was(desk: Desk, siem: Siem) -> None:
    await desk.fill(1_500)
    first = pushing(desk, siem)
    assert await first.turn() == 1_000
    desk.clock.advance(minutes=2)  # it was killed; nobody gave its turn back
    second = pushing(desk, siem)
    assert (await second.turn(), await second.turn()) == (500, 0)
    assert siem.numbers() == list(range(1_500))


async def test_one_process_at_a_time(desk: Desk, siem: Siem) -> None:
    await desk.fill(3)
    first, second = pushing(desk, siem), pushing(desk, siem)
    assert (await first.turn(), await second.turn()) == (3, 0)
    await desk.record(entry(3))
    await desk.turn()
    assert await second.turn() == 0
    await first.release()
    assert await second.turn() == 1
    assert siem.numbers() == [0, 1, 2, 3]


async def test_a_receiver_that_is_away_gets_all_when_it_is_back(desk: Desk, siem: Siem) -> None:
    siem.close()
    await desk.fill(10)
    push = pushing(desk, siem)
    with pytest.raises(ReceiverError):
        await push.turn()
    await desk.fill(1)  # the log goes on
    siem.open()
    assert await push.turn() == 11
    assert siem.numbers() == [*range(10), 0]


async def test_what_a_dying_receiver_had_not_read_comes_again(desk: Desk, siem: Siem) -> None:
    await desk.fill(1_000)
    push = pushing(desk, siem)
    for so_far in (1, 50_000, 250_000):
        siem.dies_after = so_far
        with pytest.raises(ReceiverError):
            await push.turn()
    siem.dies_after = None
    assert await push.turn() == 1_000
    assert siem.numbers() == list(range(1_000))


async def test_a_running_process_tries_again_by_itself(desk: Desk, siem: Siem) -> None:
    siem.close()
    await desk.fill(5)
    task = asyncio.create_task(pushing(desk, siem).run())
    await asyncio.sleep(0.2)
    siem.open()
    async with asyncio.timeout(20):
        while len(siem.messages()) < 5:  # noqa: ASYNC110  # another thread reads
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert siem.numbers() == list(range(5))


async def test_what_retention_removed_is_not_waited_for(desk: Desk, siem: Siem) -> None:
    await desk.fill(300)
    desk.clock.advance(days=500)
    await desk.fill(1)
    await desk.auditing.keep.prune()
    await desk.turn()
    assert await pushing(desk, siem).turn() > 0
    assert siem.bodies()[0]["position"] == 256
    assert (await SqlPushStore(desk.database).lag())[0] == 0


async def test_the_doctor_says_when_it_lags(desk: Desk, siem: Siem) -> None:
    probe = PushProbe(SqlPushStore(desk.database), desk.clock)
    await desk.fill(4)
    assert (await probe.check()).state is CheckState.OK
    desk.clock.advance(minutes=6)
    late = await probe.check()
    assert (late.state, late.code) == (CheckState.WARNING, "audit.push_late")
    assert late.message.startswith("4 entries wait")
    await pushing(desk, siem).turn()
    assert (await probe.check()).message == "0 entries on their way"


async def test_over_tls_the_receiver_must_prove_who_it_is(desk: Desk, siem: Siem, tmp_path: Path) -> None:
    await desk.fill(700)
    certificate = self_signed(tmp_path)
    siem.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    siem.tls.load_cert_chain(*certificate)
    push = pushing(desk, siem)
    push.receiver = SyslogReceiver("localhost", siem.port, tls=True, timeout_s=5)
    with pytest.raises(ReceiverError, match="certificate"):
        await push.turn()
    push.receiver = SyslogReceiver("localhost", siem.port, tls=True, ca=certificate[0], timeout_s=5)
    siem.dies_after = 20_000
    with pytest.raises(ReceiverError):
        await push.turn()
    siem.dies_after = None
    assert await push.turn() == 700
    assert siem.numbers() == list(range(700))
