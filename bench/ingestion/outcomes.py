"""Ingests real, broken and encrypted files: every one must end indexed or refused with the right code.

python -m bench.ingestion.outcomes [FOLDER …] [--list]
"""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from bench.corpus import DOCUMENTS, files_below, fresh_installation
from bench.table import print_table
from tests.e2e.installation import Server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--list", action="store_true", help="name every file that was not indexed")
    arguments = parser.parse_args()
    files = files_below(arguments.folders or [DOCUMENTS])
    with fresh_installation() as installation, installation.server() as server:
        server.with_key()
        outcomes = {path: outcome(server, path) for path in files}
        alive = server.client.get("/ready").status_code == 200
        failed_in_log = installation.home.with_suffix(".log").read_text().count("Traceback")
    folders = sorted({folder_of(path) for path in files})
    codes = sorted(set(outcomes.values()))
    rows = []
    for folder in folders:
        counts = Counter(code for path, code in outcomes.items() if folder_of(path) == folder)
        rows.append([folder, sum(counts.values()), *(counts[code] or "" for code in codes)])
    print_table("Outcomes", ["folder", "files", *codes], rows)
    print(f"server ready afterwards: {alive}; tracebacks in its log: {failed_in_log}")
    if arguments.list:
        for path, code in outcomes.items():
            if code != "indexed":
                print(f"{code:24} {path}")


def folder_of(path: Path) -> str:
    return path.relative_to(DOCUMENTS).parts[0] if path.is_relative_to(DOCUMENTS) else path.parent.name


def outcome(server: Server, path: Path) -> str:
    """`indexed`, or the code of the error."""
    name = str(path).replace("/", "_")
    answer = server.client.post(
        "/api/v1/documents", files={"file": (name, path.read_bytes())}, data={"collection": "bench"}
    )
    if answer.status_code != 202:
        return str(answer.json()["error"]["code"])
    document: dict[str, Any] = server.settled(answer.json()["document_id"])
    if document["status"] == "indexed":
        return "indexed"
    return str((document["error"] or {}).get("code", document["status"]))


if __name__ == "__main__":
    main()
