"""PDF pages per second, from the upload until searchable, through the running product.

    python -m bench.ingestion.throughput [FOLDER …]

Pages read by OCR are counted apart from those with a text layer.
Goals: 15 native pages/s on two cores, 0.5 OCR page/s per core.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.corpus import DOCUMENTS, files_below, fresh_installation
from bench.table import print_table
from tests.e2e.installation import Server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--ocr", action="store_true", help="measure images and scans instead of native PDFs")
    arguments = parser.parse_args()
    default = [DOCUMENTS / "tesseract"] if arguments.ocr else [DOCUMENTS / "french", DOCUMENTS / "us-public"]
    files = files_below(arguments.folders or default)
    if not arguments.ocr:
        files = [path for path in files if path.suffix.lower() == ".pdf"]
    with fresh_installation() as installation, installation.server() as server:
        server.with_key()
        rows, seconds = ingest(server, files)
        print_rows(rows, seconds)


def ingest(server: Server, files: list[Path]) -> tuple[list[dict[str, Any]], float]:
    """Upload all, wait for all: the documents, and the seconds from the first upload to the last index."""
    started = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        accepted = list(pool.map(lambda path: server.upload(path.name, path.read_bytes()), files))
    documents = [server.settled(document["document_id"]) for document in accepted]
    return documents, time.perf_counter() - started


def print_rows(documents: list[dict[str, Any]], seconds: float) -> None:
    indexed = [document for document in documents if document["status"] == "indexed"]
    pages = sum(document["metadata"].get("pages") or 1 for document in indexed)
    ocr = sum(document["metadata"].get("ocr_pages") or 0 for document in indexed)
    chunks = sum(document["chunks_count"] for document in indexed)
    print_table(
        "Ingestion until searchable",
        ["documents", "indexed", "pages", "of them OCR", "chunks", "seconds", "pages/s", "chunks/s"],
        [
            [
                len(documents),
                len(indexed),
                pages,
                ocr,
                chunks,
                round(seconds, 2),
                pages / seconds,
                chunks / seconds,
            ]
        ],
    )


if __name__ == "__main__":
    main()
