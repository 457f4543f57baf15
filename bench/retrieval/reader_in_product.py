"""The reader's figures through the product's own ingestion, search and HTTP interface.

    python -m bench.retrieval.reader_in_product [--set ../shared/eval/retrieval/fr-piaf-1.0] [--every 1]

Each passage of the set becomes a Markdown document, its title the heading; each question is asked of
`bastide-reader`, and what counts are the quotes of the citations.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from bench.corpus import fresh_installation
from bench.retrieval.reader import Asked, Document, Score, load
from bench.table import print_table
from tests.e2e.installation import Server

_COLLECTION = "bench"
_TOP_K = 10


def ingest(server: Server, documents: Sequence[Document]) -> None:
    accepted = [
        server.upload(
            f"{document.document_id}.md", f"# {document.title}\n\n{document.text}\n".encode(), _COLLECTION
        )
        for document in documents
    ]
    for document in accepted:
        status = server.settled(str(document["document_id"]))["status"]
        assert status == "indexed", status


def quotes(server: Server, asked: Asked) -> list[str]:
    body = {
        "model": "bastide-reader",
        "messages": [{"role": "user", "content": asked.text}],
        "bastide": {"collections": [_COLLECTION], "top_k": _TOP_K},
    }
    answer = server.client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    citations = answer.json()["citations"]
    assert all(citation["verified"] for citation in citations)
    return [citation["quote"] for citation in citations]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, default=Path("../shared/eval/retrieval/fr-piaf-1.0"))
    parser.add_argument("--every", type=int, default=1, help="ask only every n-th question")
    arguments = parser.parse_args()
    documents, questions = load(arguments.set)
    score, held_out = Score(), Score()
    times_ms: list[float] = []
    with fresh_installation() as installation, installation.server() as server:
        ingest(server.with_key(), documents)
        for place, asked in list(enumerate(questions))[:: arguments.every]:
            begun = time.perf_counter()
            found = quotes(server, asked)
            times_ms.append(1000 * (time.perf_counter() - begun))
            score.add(asked, found)
            if place // 2 % 2:
                held_out.add(asked, found)
    columns = ("", "questions", "answered %", "in the first quote %", "in the first three %")
    rows = [
        score.row("reader"),
        *([held_out.row("… on the half it was not tuned on")] if held_out.questions else []),
    ]
    print_table(f"The reader on {arguments.set.name}, through the product", columns, rows)
    times_ms.sort()
    last = len(times_ms) - 1
    row = ("an answer", *(times_ms[int(last * part)] for part in (0.5, 0.95, 0.99)))
    print_table("Over HTTP, one at a time, ms", ("", "p50", "p95", "p99"), [row])


if __name__ == "__main__":
    main()
