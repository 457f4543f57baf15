"""Milliseconds of a search over HTTP, the query's embedding included, with a filter and without.

    python -m bench.retrieval.latency [--chunks 10000 100000] [--searches 500] [--home FOLDER]

Documents are made of sentences of the retrieval sets, English and French in turn, and go through the
product's own ingestion: a hundred thousand chunks take about half an hour. Queries are the sets' own. With
`--home` the documents stay there, and the next run goes on from them.
Goals: p95 20 ms at 10,000 chunks, 40 ms at 100,000 with a filter.
"""

import argparse
import json
import random
import re
import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np

from bench.corpus import MODELS, fresh_installation
from bench.table import print_table
from tests.e2e.installation import Installation, Server

ROOT = Path("../shared/eval/retrieval")
LANGUAGES = {"en": ["en-scifact", "en-cranfield"], "fr": ["fr-piaf-1.0", "fr-cnil-faq"]}
DEPARTMENTS = 50
SECTIONS = 12
PARAGRAPHS = 3
WORDS = 90  # of a paragraph, at least
COLLECTION = "bench"
AT_ONCE = 8  # uploads under way
SETTLED_S = 45  # after the last upload, upkeep has given new vectors their graph


@dataclass(frozen=True)
class Texts:
    """Sentences and queries of one language."""

    sentences: Sequence[str]
    queries: Sequence[str]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chunks", type=int, nargs="*", default=[10_000])
    parser.add_argument("--searches", type=int, default=500)
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    texts = [texts_of(arguments.root, names) for names in LANGUAGES.values()]
    queries = [query for pair in zip(*(one.queries for one in texts), strict=False) for query in pair]
    rows: list[list[object]] = []
    home = fresh_installation() if arguments.home is None else nullcontext(kept(arguments.home))
    with home as installation, installation.server() as server:
        for wanted in sorted(arguments.chunks):
            chunks = fill(server.with_token(), texts, wanted)
            time.sleep(SETTLED_S)
            server.with_key()
            for label, options in (("none", no_filter), ("1 of 50", one_department)):
                asked = [queries[number % len(queries)] for number in range(arguments.searches)]
                rows.append([f"{chunks:,}", label, *percentiles(server, asked, options)])
    print_table("Search over HTTP, ms", ["chunks", "filter", "p50", "p95", "p99"], rows)


def texts_of(root: Path, names: Sequence[str]) -> Texts:
    corpus = [row["text"] for name in names for row in lines_of(root / name / "corpus.jsonl")]
    sentences = [part for text in corpus for part in re.split(r"(?<=[.!?])\s+", text) if part]
    queries = [row["text"] for name in names for row in lines_of(root / name / "queries.jsonl")]
    return Texts(sentences, queries)


def lines_of(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        raise SystemExit(f"There is no {file}; name the folder that holds the sets with --root.")
    return [json.loads(line) for line in file.read_text().splitlines()]


def kept(home: Path) -> Installation:
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "models").exists():
        (home / "models").symlink_to(MODELS)
    return Installation(home, {"BASTIDE_DOCUMENTS__SAMPLES": "false"})


def fill(server: Server, texts: Sequence[Texts], wanted: int) -> int:
    """Add documents until there are at least so many chunks; how many there are."""
    chunks, documents = present(server)
    while chunks < wanted:
        several = range(documents, documents + AT_ONCE)
        sent = [upload(server, number, texts[number % len(texts)]) for number in several]
        chunks += sum(server.settled(document_id)["chunks_count"] for document_id in sent)
        documents += len(sent)
        print(f"\r{chunks:,} of {wanted:,} chunks", end="", flush=True)
    print()
    return chunks


def present(server: Server) -> tuple[int, int]:
    """Chunks and documents of an earlier run."""
    answer = server.client.get(f"/api/v1/collections/{COLLECTION}")
    if answer.status_code == 404:
        return 0, 0
    documents = answer.raise_for_status().json()["documents_count"]
    return server.client.get("/api/v1/index").raise_for_status().json()["passages"], documents


def upload(server: Server, number: int, texts: Texts) -> str:
    metadata = f'{{"department": "d{number % DEPARTMENTS}"}}'
    document = server.upload(f"{number}.md", markdown(number, texts), COLLECTION, metadata=metadata)
    return document["document_id"]


def markdown(number: int, texts: Texts) -> bytes:
    """A document of a few dozen passages, different for every number."""
    chance = random.Random(number)
    parts = [f"# Document {number}\n"]
    for section in range(SECTIONS):
        parts.append(f"\n## Section {section}\n")
        parts += [f"\n{paragraph(chance, texts)}\n" for _ in range(PARAGRAPHS)]
    return "".join(parts).encode()


def paragraph(chance: random.Random, texts: Texts) -> str:
    chosen: list[str] = []
    while sum(len(sentence.split()) for sentence in chosen) < WORDS:
        chosen.append(chance.choice(texts.sentences))
    return " ".join(chosen)


def no_filter(_: int) -> dict[str, Any]:
    return {}


def one_department(number: int) -> dict[str, Any]:
    return {"filters": {"department": f"d{number % DEPARTMENTS}"}}


def percentiles(
    server: Server, queries: Sequence[str], options: Callable[[int], dict[str, Any]]
) -> list[float]:
    """By the standard library's client: httpx alone would take three milliseconds of each."""
    took: list[float] = []
    headers = {"Authorization": server.client.headers["Authorization"], "Content-Type": "application/json"}
    with closing(HTTPConnection(server.url.removeprefix("http://"))) as connection:
        for number, query in enumerate(queries):
            body = json.dumps({"query": query, **options(number)})
            started = time.perf_counter()
            connection.request("POST", "/api/v1/search", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            took.append((time.perf_counter() - started) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{answer.status}: {text.decode()}")
    return [round(float(value), 1) for value in np.percentile(took, [50, 95, 99])]


if __name__ == "__main__":
    main()
