"""What is in the journal's files after each way to end."""

import errno
import os
from pathlib import Path

import pytest

from bastide.gateway.adapters.file_journal import FileJournal
from bastide.gateway.domain.ledger import Entry, Outcome
from bastide.gateway.ports.journal import JournalError


def entry(name: str, outcome: Outcome = Outcome.OK, **more: int) -> Entry:
    return Entry(name, 1, "org", "usr", "key", ("g",), "m", "d", "chat", outcome, **more)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def die(journal: FileJournal) -> None:
    """As kill -9 would leave it: nothing is closed in order."""

    os.close(journal._lock)
    journal._tail.close()
    journal._segment.close()


def recovered(root: Path) -> list[Entry]:
    journal = FileJournal(root)
    found: list[Entry] = []
    for abandoned in journal.abandoned():
        for batch in abandoned.entries(3):
            assert 0 < len(batch) <= 3
            found += batch
        abandoned.remove()
    journal.close()
    return found


def test_ended_calls_are_read_in_order_and_forgotten(root: Path) -> None:
    journal = FileJournal(root)
    journal.append(entry("a", Outcome.RUNNING))
    assert journal.read(10) == []
    journal.append(entry("b"))
    journal.append(entry("a", prompt=3))
    assert journal.read(1) == [entry("b")]
    assert journal.read(10) == [entry("a", prompt=3)]
    assert journal.read(10) == []
    journal.close()
    assert list(root.iterdir()) == []


def test_a_dead_process_leaves_everything_once(root: Path) -> None:
    journal = FileJournal(root)
    for name in "abcd":
        journal.append(entry(name, Outcome.RUNNING))
    for name in "abc":
        journal.append(entry(name, prompt=7))
    die(journal)
    found = recovered(root)
    assert found == [*(entry(name, prompt=7) for name in "abc"), entry("d", Outcome.INTERRUPTED)]
    assert recovered(root) == []


def test_a_torn_line_and_a_broken_one_do_no_harm(root: Path) -> None:
    journal = FileJournal(root)
    journal.append(entry("a"))
    journal._segment.append(b"no entry\n")
    journal.append(entry("b"))
    journal._segment.append(b'["c",1,"org"')
    die(journal)
    assert recovered(root) == [entry("a"), entry("b")]


def test_a_full_disk_refuses_and_forgets_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = FileJournal(root, segment_bytes=200)
    journal.append(entry("a"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", full)
        with pytest.raises(JournalError, match="the disk is full"):
            [journal.append(entry("b")) for _ in range(5)]
    journal.append(entry("c"))
    names = [each.id for each in journal.read(10)]
    assert (names[0], names[-1]) == ("a", "c")
    journal.close()
    assert list(root.iterdir()) == []


def test_nothing_is_read_of_what_is_not_written_yet(root: Path) -> None:
    journal = FileJournal(root)
    for number in range(100):
        journal.append(entry(f"a{number}"))
        assert [each.id for each in journal.read(10)] == [f"a{number}"]
    die(journal)
    assert len(recovered(root)) == 100


def test_a_living_process_is_left_alone(root: Path) -> None:
    journal = FileJournal(root)
    journal.append(entry("a"))
    assert recovered(root) == []
    journal.close()
    assert recovered(root) == [entry("a")], "it was closed before everything was read"


def test_segments_go_when_they_are_read_and_nothing_in_them_runs(root: Path) -> None:
    journal = FileJournal(root, segment_bytes=200)
    journal.append(entry("long", Outcome.RUNNING))
    for number in range(10):
        journal.append(entry(f"a{number}"))
    assert len(journal.read(100)) == 10
    journal.forget()
    assert len(list(journal._folder.glob("*.log"))) > 1, "the long one still runs"
    journal.append(entry("long"))
    assert journal.read(100) == [entry("long")]
    journal.forget()
    assert len(list(journal._folder.glob("*.log"))) == 1
    journal.close()
    assert list(root.iterdir()) == []


async def test_what_was_appended_is_brought_to_the_disk(root: Path) -> None:
    journal = FileJournal(root)
    journal.append(entry("a"))
    await journal.sync()
    assert not journal._dirty
    await journal.sync()
    journal.close()
