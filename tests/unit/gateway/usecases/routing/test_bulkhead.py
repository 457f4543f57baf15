"""Who runs, who waits, who is refused."""

import asyncio

import pytest

from bastide.gateway.domain.errors import QueueFullError
from bastide.gateway.usecases.routing.bulkhead import Bulkhead


async def enter(bulkhead: Bulkhead, tenant: str, order: list[str]) -> None:
    await bulkhead.enter(tenant)
    order.append(tenant)


async def started(*tasks: asyncio.Task[None]) -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_tenants_take_turns() -> None:
    bulkhead, order = Bulkhead(1, 10), list[str]()
    await enter(bulkhead, "first", order)
    tasks = [asyncio.create_task(enter(bulkhead, name, order)) for name in ("a", "a", "a", "b", "c")]
    await started(*tasks)
    assert (bulkhead.running, bulkhead.waiting) == (1, 5)
    for _ in range(5):
        bulkhead.leave()
        await started()
    assert order == ["first", "a", "b", "c", "a", "a"]
    bulkhead.leave()
    assert (bulkhead.running, bulkhead.waiting) == (0, 0)


async def test_a_full_queue_refuses_and_makes_room_for_who_waits_less() -> None:
    bulkhead, order = Bulkhead(1, 2), list[str]()
    await enter(bulkhead, "first", order)
    greedy = [asyncio.create_task(enter(bulkhead, "greedy", order)) for _ in range(2)]
    await started(*greedy)
    with pytest.raises(QueueFullError) as refused:
        await bulkhead.enter("greedy")
    assert refused.value.details["retry_after_s"] >= 1
    modest = asyncio.create_task(enter(bulkhead, "modest", order))
    await started(modest)
    with pytest.raises(QueueFullError):
        await greedy[1]
    for _ in range(2):
        bulkhead.leave()
        await started()
    assert order == ["first", "greedy", "modest"]


async def test_who_gives_up_leaves_no_trace() -> None:
    bulkhead, order = Bulkhead(1, 5), list[str]()
    await enter(bulkhead, "first", order)
    waiting = asyncio.create_task(enter(bulkhead, "a", order))
    await started(waiting)
    waiting.cancel()
    await started()
    assert bulkhead.waiting == 0
    late = asyncio.create_task(enter(bulkhead, "b", order))
    await started(late)
    bulkhead.leave()  # its turn has come …
    late.cancel()  # … and it gives up before it knows
    with pytest.raises(asyncio.CancelledError):
        await late
    assert (bulkhead.running, bulkhead.waiting) == (0, 0)
    await asyncio.wait_for(bulkhead.enter("c"), 1)


async def test_new_bounds_hold_at_once() -> None:
    bulkhead, order = Bulkhead(1, 5), list[str]()
    await enter(bulkhead, "first", order)
    tasks = [asyncio.create_task(enter(bulkhead, "a", order)) for _ in range(3)]
    await started(*tasks)
    assert bulkhead.has_room(4)
    assert not bulkhead.has_room(3)
    bulkhead.resize(3, 5)
    await started()
    assert (bulkhead.running, bulkhead.waiting) == (3, 1)
    bulkhead.resize(None, 5)
    await started()
    assert (bulkhead.running, bulkhead.waiting) == (4, 0)
