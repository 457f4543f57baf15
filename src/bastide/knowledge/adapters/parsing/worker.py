"""The program that parses: `python -m bastide.knowledge.adapters.parsing.worker`.

It leads its own process group. When its parent goes away, however that happened, it and all that it started
end at once.
"""

import os
import resource
import select
import signal
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from bastide.kit.errors import BastideError
from bastide.knowledge.adapters.parsing.messages import (
    Failure,
    Locate,
    Located,
    Parse,
    Parsed,
    Progress,
    Reply,
    Request,
    Result,
    frame,
    read_request,
)
from bastide.knowledge.adapters.parsing.pdf_geometry import locate
from bastide.knowledge.adapters.parsing.read import read
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.errors import DocumentCorruptError, DocumentTooLargeError

_MIB = 1 << 20


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    requests, replies = _take_over_pipes()
    threading.Thread(target=_end_with_parent, args=[requests.fileno()], daemon=True).start()

    def send(reply: Reply) -> None:
        replies.write(frame(reply))

    while (request := read_request(requests)) is not None:
        _limit_memory(request.limits.memory_mb)
        send(_answer(request, lambda done, total: send(Progress(done, total))))


def _answer(request: Request, report: Callable[[int, int], None]) -> Result | Failure:
    try:
        return _located(request) if isinstance(request, Locate) else _parsed(request, report)
    except BastideError as error:
        return Failure(error.code, error.message, error.details)
    except MemoryError:
        limit = request.limits.memory_mb
        return Failure(
            DocumentTooLargeError.code,
            f"Reading it takes more than {limit} MB of memory.",
            {"memory_mb": limit},
        )
    except Exception as error:  # noqa: BLE001 a parsing library may raise anything on a broken file
        return Failure(DocumentCorruptError.code, "The file is damaged.", {"reason": repr(error)[:500]})


def _parsed(request: Parse, report: Callable[[int, int], None]) -> Parsed:
    _use_folder(request.folder)
    return Parsed(
        read(
            Source(
                path=Path(request.path),
                filename=request.filename,
                folder=Path(request.folder),
                limits=request.limits,
                report=report,
                password=request.password,
            )
        )
    )


def _located(request: Locate) -> Located:
    return Located(locate(Path(request.path), request.quote, request.pages, request.password, request.before))


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for ourselves: a library that prints, or a child that reads, must not break frames."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def _end_with_parent(pipe: int) -> None:
    """Wait until the other end of the pipe closes, which also happens when the parent is killed."""
    poll = select.poll()
    poll.register(pipe, select.POLLHUP)
    while not any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll()):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _limit_memory(megabytes: int) -> None:
    """What the process may write to. Address space is not limited: threads reserve far more than they use."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * _MIB, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _use_folder(folder: str) -> None:
    tempfile.tempdir = folder
    os.putenv("TMPDIR", folder)  # for libraries that are not Python, and programs that we start
    os.putenv("OMP_THREAD_LIMIT", "1")  # Tesseract: a page per core is faster than cores per page


if __name__ == "__main__":
    main()
