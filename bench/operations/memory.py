"""What the processes of a server keep in memory (Linux), and for whom.

Each page counts once. Anonymous pages (heaps, stacks) belong to one process alone: helpers are started as new
programs, they share none. Of a file that several of the processes map, the largest part that one of them has
resident counts. So nothing depends on what else on the machine maps the same libraries, as it would with the
proportional set size.
"""

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HELPERS = {"parsing.worker": "parsers", "qdrant_edge.rebuild": "index rebuild"}
DATA = ("index", "models")
_MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)")
_KB_PER_MB = 1000


@dataclass(frozen=True, slots=True)
class Footprint:
    """In MB.

    Attributes:
        server_anonymous: what the server process has allocated; only it can give that back.
        server_files: resident pages of its program and libraries.
        data: resident pages of the mapped index and weights; the kernel takes them back when memory is short.
        helpers: what the helper processes add to these, by kind.
        helper_processes: how many of each kind.
    """

    server_anonymous: float
    server_files: float
    data: float
    helpers: Mapping[str, float]
    helper_processes: Mapping[str, int]

    @property
    def server(self) -> float:
        return self.server_anonymous + self.server_files

    @property
    def resident(self) -> float:
        """Of all processes, without mapped data."""
        return self.server + sum(self.helpers.values())

    @property
    def everything(self) -> float:
        return self.resident + self.data


def footprint(server: int, home: Path) -> Footprint:
    """Of the process `server` and all below it; `home` tells which files are data.

    Raises:
        ProcessLookupError, FileNotFoundError: the server has ended.
    """
    seen: dict[str, int] = {}
    folders = tuple(f"{(home / name).resolve()}/" for name in DATA)
    anonymous, files, data = _added(_pages(server), seen, folders)
    helpers: defaultdict[str, float] = defaultdict(float)
    processes: Counter[str] = Counter()
    for process in tree(server)[1:]:
        try:
            kind, pages = _kind(process), _pages(process)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        own, own_files, own_data = _added(pages, seen, folders)
        helpers[kind] += own + own_files
        processes[kind] += 1
        data += own_data
    return Footprint(anonymous, files, data, helpers, processes)


def tree(pid: int) -> list[int]:
    """The process and all below it, parents first."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [process for child in children for process in tree(int(child))]
    return found


def spread(figures: Sequence[float]) -> float:
    """All of them lie within ± this much, in %, of the middle between the smallest and the largest."""
    low, high = min(figures), max(figures)
    return 100 * (high - low) / (high + low)


def helpers_gone(take: Callable[[], Footprint], patience_s: float) -> Footprint:
    """The first footprint without helpers, or the last one when they stay."""
    deadline = time.monotonic() + patience_s
    while (taken := take()).helper_processes and time.monotonic() < deadline:
        time.sleep(1)
    return taken


@contextmanager
def recorded(take: Callable[[], Footprint], every_s: float) -> Generator[list[Footprint]]:
    """Footprints taken in the background until the context ends."""
    stop, taken = threading.Event(), list[Footprint]()

    def record() -> None:
        while not stop.wait(every_s):
            taken.append(take())

    thread = threading.Thread(target=record)
    thread.start()
    try:
        yield taken
    finally:
        stop.set()
        thread.join()


def _kind(process: int) -> str:
    command = Path(f"/proc/{process}/cmdline").read_text()
    named = (kind for part, kind in HELPERS.items() if part in command)
    return next(named, Path(command.split("\0")[0]).name or "others")


def _added(
    pages: dict[str, tuple[int, int]], seen: dict[str, int], data: tuple[str, ...]
) -> tuple[float, float, float]:
    """MB that are anonymous, of programs, and of files below `data`, without pages of files seen before."""
    kb = [0, 0, 0]
    for name, (own, mapped) in pages.items():
        new = max(mapped - seen.get(name, 0), 0)
        seen[name] = seen.get(name, 0) + new
        kb[0] += own
        kb[2 if name.startswith(data) else 1] += new
    return kb[0] / _KB_PER_MB, kb[1] / _KB_PER_MB, kb[2] / _KB_PER_MB


def _pages(process: int) -> dict[str, tuple[int, int]]:
    """kB resident for each mapped file ("": for none): those of the process alone, and those of the file."""
    pages: dict[str, tuple[int, int]] = {}
    name, resident = "", 0
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        if line.startswith("Rss:"):
            resident = int(line.split()[1])
        elif line.startswith("Anonymous:"):
            anonymous = int(line.split()[1])
            own, mapped = pages.get(name, (0, 0))
            pages[name] = (own + anonymous, mapped + resident - anonymous)
        elif found := _MAPPING.fullmatch(line):
            name = found[1] if found[1].startswith("/") else ""
    return pages
