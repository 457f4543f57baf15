"""The bell that ends a queue's pause between two polls."""

import threading
import time

from bastide.platform.workflows.dbos_internals import Bell


def test_a_quiet_bell_waits_for_the_whole_pause() -> None:
    started = time.monotonic()
    assert Bell().wait(0.05) is False
    assert time.monotonic() - started >= 0.05


def test_ringing_ends_the_pause_once() -> None:
    bell = Bell()
    threading.Timer(0.05, bell.ring).start()
    started = time.monotonic()
    assert bell.wait(10) is False
    assert time.monotonic() - started < 5
    assert bell.wait(0.01) is False


def test_a_ring_between_two_waits_is_not_lost() -> None:
    bell = Bell()
    bell.ring()
    started = time.monotonic()
    bell.wait(10)
    assert time.monotonic() - started < 5


def test_setting_it_ends_the_polling() -> None:
    bell = Bell()
    threading.Timer(0.05, bell.set).start()
    assert bell.wait(10) is True
    assert bell.is_set()
