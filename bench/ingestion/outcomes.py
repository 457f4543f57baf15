"""Ingests real, broken and encrypted files: every one must end indexed or refused with the right code.

python -m bench.ingestion.outcomes [FOLDER …] [--every 1] [--patience 3600] [--most SECONDS] [--list]

Everything is uploaded first, then waited for; a line on the way tells how far it is. A file that is still
being read when `--patience` seconds have passed without any other ending, or `--most` seconds in all, counts
as `not ended`.
"""

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.corpus import DOCUMENTS, files_below, fresh_installation
from bench.table import print_table
from tests.e2e.installation import Installation, Server

_PAUSE_S = 2.0
_PAGE = 100
NOT_ENDED = "not ended"
LOST = "lost"
NO_ANSWER = "server gone"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only each N-th file")
    parser.add_argument("--patience", type=float, default=3600, help="seconds without any ending, at most")
    parser.add_argument(
        "--most", type=float, default=math.inf, help="seconds in all: then report what is there"
    )
    parser.add_argument("--list", action="store_true", help="name every file that was not indexed")
    arguments = parser.parse_args()
    files = files_below(arguments.folders or [DOCUMENTS])[:: arguments.every]
    begun = time.monotonic()
    with fresh_installation() as installation, installation.server() as server:
        server.with_key()
        outcomes = ingest(server, files, arguments.patience, begun + arguments.most)
        report(outcomes)
        print(health(server, installation))
        print(f"{len(files)} files in {time.monotonic() - begun:.0f} s")
    if arguments.list:
        for path, code in outcomes.items():
            if code != "indexed":
                print(f"{code:24} {path}")


def ingest(
    server: Server, files: Sequence[Path], patience_s: float, until: float = math.inf
) -> dict[Path, str]:
    """How each file ended: `indexed`, or a code."""
    ended: dict[Path, str] = {}
    waiting: dict[Path, str] = {}
    for path in files:
        answer = upload(server, path)
        if answer.status_code == 202:
            waiting[path] = answer.json()["document_id"]
        else:
            ended[path] = str(answer.json()["error"]["code"])
        progress("uploaded", len(ended) + len(waiting), len(files), ended)
    last_ending = time.monotonic()
    while waiting and time.monotonic() < min(until, last_ending + patience_s):
        try:
            found = documents(server)
        except httpx.HTTPError:
            ended |= dict.fromkeys(waiting, NO_ANSWER)
            waiting = {}
            break
        now = {path: outcome(found.get(known)) for path, known in waiting.items()}
        over = {path: code for path, code in now.items() if code is not None}
        if over:
            last_ending = time.monotonic()
            ended |= over
            waiting = {path: known for path, known in waiting.items() if path not in over}
        progress("ended", len(ended), len(files), ended)
        time.sleep(_PAUSE_S if waiting else 0)
    sys.stderr.write("\n")
    ended |= dict.fromkeys(waiting, NOT_ENDED)
    return {path: ended[path] for path in files}


def upload(server: Server, path: Path) -> httpx.Response:
    """Under its whole path, so that no two files are versions of one document."""
    name = str(path).replace("/", "_")
    with path.open("rb") as file:
        return server.client.post(
            "/api/v1/documents", files={"file": (name, file)}, data={"collection": "bench"}
        )


def documents(server: Server) -> dict[str, dict[str, Any]]:
    """All of the collection by id; attachments are among them."""
    found: dict[str, dict[str, Any]] = {}
    cursor: str | None = ""
    while cursor is not None:
        asked = {"collection": "bench", "limit": str(_PAGE), **({"cursor": cursor} if cursor else {})}
        page = server.client.get("/api/v1/documents", params=asked).raise_for_status().json()
        found |= {item["document_id"]: item for item in page["items"]}
        cursor = page["next_cursor"]
    return found


def outcome(document: Mapping[str, Any] | None) -> str | None:
    """None while it is being read."""
    if document is None:
        return LOST
    if document["status"] == "processing":
        return None
    if document["status"] == "failed":
        return str(document["error"]["code"])
    return str(document["status"])


def progress(what: str, done: int, total: int, ended: Mapping[Path, str]) -> None:
    counts = ", ".join(f"{code} {count}" for code, count in Counter(ended.values()).most_common())
    line = f"{what} {done}/{total}  {counts}"
    sys.stderr.write(f"\r{line:<110.110}" if sys.stderr.isatty() else f"{line}\n")
    sys.stderr.flush()


def report(outcomes: Mapping[Path, str]) -> None:
    codes = sorted(set(outcomes.values()))
    rows: list[list[object]] = []
    for folder in sorted({folder_of(path) for path in outcomes}):
        counts = Counter(code for path, code in outcomes.items() if folder_of(path) == folder)
        rows.append([folder, sum(counts.values()), *(counts[code] or "" for code in codes)])
    counts = Counter(outcomes.values())
    rows.append(["all", len(outcomes), *(counts[code] for code in codes)])
    print_table("Outcomes", ["folder", "files", *codes], rows)


def health(server: Server, installation: Installation) -> str:
    """Whether the server bore it."""
    alive = server.process.poll() is None and server.client.get("/ready").status_code == 200
    tracebacks = installation.home.with_suffix(".log").read_text().count("Traceback")
    children = sum(1 for one in documents(server).values() if one["parent_id"]) if alive else 0
    return f"server ready afterwards: {alive}; tracebacks in its log: {tracebacks}; attachments: {children}"


def folder_of(path: Path) -> str:
    return path.relative_to(DOCUMENTS).parts[0] if path.is_relative_to(DOCUMENTS) else path.parent.name


if __name__ == "__main__":
    main()
