import asyncio

from bastide.platform.cache.mailbox import Mailbox


async def test_the_newest_push_the_oldest_out() -> None:
    mailbox = Mailbox(capacity=2)
    for message in (b"1", b"2", b"3"):
        mailbox.put("c", message)
    mailbox.close()
    assert [message async for message in mailbox] == [("c", b"2"), ("c", b"3")]


async def test_a_reader_waits_for_the_next_message() -> None:
    mailbox = Mailbox()
    reading = asyncio.create_task(anext(mailbox))
    await asyncio.sleep(0)
    mailbox.put("c", b"1")
    assert await reading == ("c", b"1")


async def test_closing_ends_a_waiting_reader() -> None:
    mailbox = Mailbox()
    reading = asyncio.create_task(anext(mailbox, None))
    await asyncio.sleep(0)
    mailbox.close()
    assert await reading is None
