import asyncio

from bastide.platform.bus.lanes import Lanes


async def test_one_at_a_time_per_key_in_order_and_nothing_is_kept() -> None:
    lanes, inside, order = Lanes(), 0, list[int]()

    async def pass_through(number: int) -> None:
        nonlocal inside
        async with lanes.hold("key"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            order.append(number)
            inside -= 1

    await asyncio.gather(*(pass_through(number) for number in range(20)))
    assert order == list(range(20))
    assert (lanes._locks, lanes._users) == ({}, {})


async def test_keys_do_not_wait_for_each_other() -> None:
    lanes = Lanes()
    async with lanes.hold("a"), lanes.hold("b"):
        assert set(lanes._users) == {"a", "b"}


async def test_who_gives_up_waiting_leaves_no_trace() -> None:
    lanes = Lanes()
    async with lanes.hold("a"):
        waiting = asyncio.create_task(lanes.hold("a").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    assert lanes._users == {}
