"""What the parser does with documents that mean harm, and how it ends."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bastide.knowledge.adapters.parsing import pool
from bastide.knowledge.adapters.parsing.parser import SubprocessParser
from bastide.knowledge.domain.errors import (
    DocumentCorruptError,
    DocumentEmptyError,
    DocumentTimeoutError,
    DocumentTooLargeError,
)
from bastide.knowledge.ports.parser import ParseLimits, ParseProgress
from tests import documents
from tests.documents import written

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    return tmp_path / "temporary"


@pytest.fixture
async def parser(temporary: Path) -> AsyncIterator[SubprocessParser]:
    parser = SubprocessParser(temporary, 1)
    yield parser
    assert list_of(temporary) == []
    await parser.close()
    assert children() == []


def list_of(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


def processes(columns: str) -> list[list[str]]:
    listed = subprocess.run(["ps", "-ww", "-eo", columns], capture_output=True, text=True, check=True).stdout
    return [line.split(maxsplit=columns.count("=") - 1) for line in listed.splitlines()]


OTHERS = {"ps", "postgres", "redis-server", "valkey-server"}


def children() -> list[int]:
    """Workers of this process, zombies included."""
    return [
        int(pid)
        for pid, parent, arguments in processes("pid=,ppid=,args=")
        if int(parent) == os.getpid() and ("parsing.worker" in arguments or "defunct" in arguments)
    ]


def of_session(worker: int) -> list[str]:
    """The worker and all that it started, whoever is their parent now."""
    return [arguments for session, arguments in processes("sid=,args=") if int(session) == worker]


def wait_for_tesseract(worker: int) -> None:
    for _ in range(500):
        if any("tesseract" in arguments for arguments in of_session(worker)):
            return
        time.sleep(0.02)
    raise AssertionError("Tesseract was not started")


def wait_until_gone(worker: int) -> None:
    """What a killed worker had started is for the system to collect, which takes it a moment."""
    for _ in range(100):
        if not of_session(worker):
            return
        time.sleep(0.02)
    raise AssertionError(of_session(worker))


async def appears() -> int:
    """The first worker's process id."""
    for _ in range(200):
        if found := children():
            return found[0]
        await asyncio.sleep(0.02)
    raise AssertionError("no worker was started")


def book(lines: int) -> bytes:
    """A scanned page that takes OCR a while."""
    text = [
        f"Le conseil approuve la création de {n} emplois à compter du mois de septembre."
        for n in range(lines)
    ]
    return documents.png(text)


async def still_works(parser: SubprocessParser, folder: Path) -> None:
    extracted = await parser.parse(written(folder, "good.txt", "Un texte."), "good.txt")
    assert extracted.text == "Un texte."


BOMBS = {
    "a part that expands": (
        "a.docx",
        lambda: documents.archive({"word/document.xml": b" " * 100_000_000}),
    ),
    "deep XML in a document": (
        "a.docx",
        lambda: documents.archive(
            {
                "word/document.xml": f"<w:document {W}>"
                + "<w:p>" * 200_000
                + "</w:p>" * 200_000
                + "</w:document>"
            }
        ),
    ),
    "deep XML": ("a.xml", lambda: b"<a>" * 300_000 + b"</a>" * 300_000),
    "deep JSON": ("a.json", lambda: b"[" * 300_000 + b"]" * 300_000),
    "entities that multiply": (
        "a.xml",
        lambda: (
            b"<!DOCTYPE a [<!ENTITY a0 'aaaaaaaaaa'>"
            + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 11))
            + b"]><a>&a10;</a>"
        ),
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_is_too_large(parser: SubprocessParser, tmp_path: Path, bomb: str) -> None:
    name, make = BOMBS[bomb]
    path = written(tmp_path, name, await asyncio.to_thread(make))
    with pytest.raises(DocumentTooLargeError):
        await parser.parse(path, name, limits=ParseLimits(timeout_s=60, memory_mb=700))
    await still_works(parser, tmp_path)


async def test_a_page_as_large_as_a_house(parser: SubprocessParser, tmp_path: Path) -> None:
    """Nothing is drawn larger than OCR can use."""
    content = documents.pdf([[]], box="0 0 14400 14400", images=[documents.pdf_image(["# Un titre"])])
    with pytest.raises(DocumentEmptyError):
        await parser.parse(
            written(tmp_path, "a.pdf", content), "a.pdf", limits=ParseLimits(timeout_s=60, memory_mb=700)
        )


async def test_memory_is_limited(parser: SubprocessParser, tmp_path: Path) -> None:
    content = json.dumps([{"name": "value"} for _ in range(1_000_000)])
    with pytest.raises(DocumentTooLargeError) as caught:
        await parser.parse(written(tmp_path, "a.json", content), "a.json", limits=ParseLimits(memory_mb=150))
    assert caught.value.details == {"memory_mb": 150}
    await still_works(parser, tmp_path)


async def test_pages_are_limited(parser: SubprocessParser, tmp_path: Path) -> None:
    content = documents.pdf([["Un texte."]] * 5)
    with pytest.raises(DocumentTooLargeError) as caught:
        await parser.parse(written(tmp_path, "a.pdf", content), "a.pdf", limits=ParseLimits(max_pages=4))
    assert caught.value.details == {"pages": 5, "max_pages": 4}


async def test_text_is_limited(parser: SubprocessParser, tmp_path: Path) -> None:
    limits = ParseLimits(max_text_chars=1000)
    with pytest.raises(DocumentTooLargeError):
        await parser.parse(written(tmp_path, "a.txt", "Un texte. " * 101), "a.txt", limits=limits)


@needs_tesseract
async def test_time_is_limited(parser: SubprocessParser, tmp_path: Path) -> None:
    path = written(tmp_path, "a.png", book(50))
    task = asyncio.create_task(parser.parse(path, "a.png", limits=ParseLimits(timeout_s=0.8)))
    worker = await appears()
    with pytest.raises(DocumentTimeoutError) as caught:
        await task
    assert caught.value.details == {"timeout_s": 0.8}
    assert children() == []
    await asyncio.to_thread(wait_until_gone, worker)
    await still_works(parser, tmp_path)


@needs_tesseract
async def test_cancelling_ends_everything_that_was_started(parser: SubprocessParser, tmp_path: Path) -> None:
    path = written(tmp_path, "a.png", book(50))
    task = asyncio.create_task(parser.parse(path, "a.png"))
    worker = await appears()
    await asyncio.to_thread(wait_for_tesseract, worker)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == []
    await asyncio.to_thread(wait_until_gone, worker)
    await still_works(parser, tmp_path)


async def test_cancelling_at_any_moment_leaves_nothing_behind(
    parser: SubprocessParser, temporary: Path, tmp_path: Path
) -> None:
    path = written(tmp_path, "a.txt", "Un texte.")
    for milliseconds in range(0, 240, 12):
        task = asyncio.create_task(parser.parse(path, "a.txt"))
        await asyncio.sleep(milliseconds / 1000)
        task.cancel()
        await asyncio.wait([task])
        assert list_of(temporary) == []
        assert len(children()) <= 1
    await still_works(parser, tmp_path)


@needs_tesseract
async def test_a_crash_fails_that_document_only(parser: SubprocessParser, tmp_path: Path) -> None:
    path = written(tmp_path, "a.png", book(50))
    task = asyncio.create_task(parser.parse(path, "a.png"))
    worker = await appears()
    await asyncio.sleep(0.3)
    os.kill(worker, signal.SIGSEGV)
    with pytest.raises(DocumentCorruptError):
        await task
    await still_works(parser, tmp_path)


async def test_a_worker_that_died_while_idle_is_not_the_documents_fault(
    parser: SubprocessParser, tmp_path: Path
) -> None:
    await still_works(parser, tmp_path)
    os.kill(children()[0], signal.SIGKILL)
    await still_works(parser, tmp_path)


async def test_a_document_is_tried_again_when_the_worker_was_used_before(
    parser: SubprocessParser, tmp_path: Path
) -> None:
    await still_works(parser, tmp_path)
    os.kill(children()[0], signal.SIGSTOP)
    task = asyncio.create_task(parser.parse(written(tmp_path, "a.txt", "Un autre."), "a.txt"))
    await asyncio.sleep(0.2)
    os.kill(children()[0], signal.SIGKILL)
    assert (await task).text == "Un autre."


async def test_workers_are_used_again_and_replaced(
    parser: SubprocessParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_DOCUMENTS_PER_WORKER", 2)
    seen: list[list[int]] = []
    for _ in range(3):
        await still_works(parser, tmp_path)
        seen.append(children())
    assert len(seen[0]) == 1
    assert seen[1] == []
    assert seen[2] != seen[0]


async def test_idle_workers_go_away(
    parser: SubprocessParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_IDLE_S", 0.05)
    await still_works(parser, tmp_path)
    await asyncio.sleep(0.5)
    assert children() == []
    await still_works(parser, tmp_path)


async def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """Even when it is killed in the middle of a document."""
    program = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from bastide.knowledge.adapters.parsing.parser import SubprocessParser\n"
        "async def main():\n"
        "    parser = SubprocessParser(Path(sys.argv[1]), 1)\n"
        "    await parser.parse(Path(sys.argv[2]), 'a.txt')\n"
        "    print(next(iter(parser._pool._idle))._process.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    path = written(tmp_path, "a.txt", "Un texte.")
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        str(tmp_path / "t"),
        str(path),
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout is not None
    worker = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    for _ in range(200):
        if not os.path.exists(f"/proc/{worker}"):  # noqa: ASYNC240, PTH110
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError("the worker outlives its parent")


async def test_what_a_killed_process_left_is_removed(
    parser: SubprocessParser, temporary: Path, tmp_path: Path
) -> None:
    gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await gone.wait()
    left, kept = temporary / f"parse-{gone.pid}-a" / "attachments", temporary / f"parse-{os.getppid()}-b"
    left.mkdir(parents=True)
    kept.mkdir()
    await still_works(parser, tmp_path)
    assert list_of(temporary) == [kept]
    kept.rmdir()


async def test_documents_are_parsed_side_by_side(tmp_path: Path) -> None:
    parser = SubprocessParser(tmp_path / "temporary", 3)
    paths = [written(tmp_path, f"{n}.txt", f"Text number {n}.") for n in range(20)]
    results = await asyncio.gather(*(parser.parse(path, path.name) for path in paths))
    assert [one.text for one in results] == [f"Text number {n}." for n in range(20)]
    assert len(children()) <= 3
    await parser.close()
    assert children() == []


async def test_progress_is_told_page_by_page(parser: SubprocessParser, tmp_path: Path) -> None:
    told: list[ParseProgress] = []
    path = written(tmp_path, "a.pdf", documents.pdf([["Un texte."]] * 6))
    await parser.parse(path, "a.pdf", on_progress=told.append)
    assert [one.done for one in told] == [0, 1, 2, 3, 4, 5]
    assert {one.total for one in told} == {6}


async def test_without_tesseract_a_scan_says_what_to_install(
    parser: SubprocessParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    scan = documents.pdf_image(["# Délibération"])
    with pytest.raises(DocumentEmptyError, match="apt-get install tesseract-ocr") as caught:
        await parser.parse(written(tmp_path, "a.pdf", documents.pdf([[]], images=[scan])), "a.pdf")
    assert caught.value.details["warning"] == "ocr.unavailable"
    both = documents.pdf([[], ["Une page de texte."]], images=[scan])
    extracted = await parser.parse(written(tmp_path, "b.pdf", both), "b.pdf")
    assert extracted.text == "Une page de texte."
    assert extracted.warnings == ("ocr.unavailable",)


@needs_tesseract
async def test_a_missing_language_is_a_warning(
    parser: SubprocessParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --list-langs ]; then echo "List:"; echo eng; exit; fi\n'
        f'exec {shutil.which("tesseract")} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    path = written(tmp_path, "a.png", documents.png(["# The council", "It creates three posts."]))
    extracted = await parser.parse(path, "a.png")
    assert "creates three posts" in extracted.text
    assert extracted.warnings == ("ocr.language_missing",)
