import asyncio
from contextlib import suppress

import pytest

from bastide.platform.uninterrupted import told_to_end, uninterrupted


async def test_the_result_comes_back() -> None:
    assert await uninterrupted(asyncio.sleep(0, "result")) == "result"


async def test_an_error_comes_back() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await uninterrupted(fail())


async def test_a_cancellation_waits_for_the_end_even_when_repeated() -> None:
    started, release, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        started.set()
        await release.wait()
        ended.set()
        raise ZeroDivisionError  # nobody is told, and nothing complains about it

    task = asyncio.create_task(uninterrupted(work()))
    await started.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_a_result_that_nobody_will_see_is_handed_over() -> None:
    lost: list[str] = []
    going = asyncio.Event()

    async def work() -> str:
        going.set()
        await asyncio.sleep(0.01)
        return "file"

    task = asyncio.create_task(uninterrupted(work(), lost=lost.append))
    await going.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lost == ["file"]


async def test_a_loop_ends_although_something_below_has_swallowed_the_cancellation() -> None:
    turns = 0

    async def loop() -> None:
        nonlocal turns
        while not told_to_end():
            turns += 1
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait_for(task, 5)
    assert turns == 1
