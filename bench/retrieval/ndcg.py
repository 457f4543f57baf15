"""nDCG@10 of search, and of each of its two stages alone, through the product's own ingestion.

    python -m bench.retrieval.ndcg [--root ../shared/eval/retrieval] [--every 1] [SET …]

Each document of a set is uploaded as Markdown, its title the heading, into one collection. "fused" is the
search over HTTP; the stages are the same index asked once the server has stopped, ranked by one score only.
Goals: .70 scifact, .43 cranfield, .80 piaf, .62 cnil; at most .005 below the better stage.
"""

import argparse
import asyncio
import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bastide.kit.language import detect
from bastide.knowledge.adapters.qdrant_edge import EdgeIndex
from bastide.knowledge.ports.index import AccessFilter, Candidate, IndexQuery
from bastide.models.adapters.minilm import MODEL_FOLDER
from bastide.models.adapters.minilm.embedder import OnnxMiniLm
from bench.corpus import MODELS, fresh_installation
from bench.table import print_table
from tests.e2e.installation import Installation, Server

ROOT = Path("../shared/eval/retrieval")
SETS = ["en-scifact", "en-cranfield", "fr-piaf-1.0", "fr-cnil-faq"]
DEPTH = 10
PASSAGES = 60  # several may be of one document


@dataclass(frozen=True)
class Query:
    text: str
    relevant: dict[str, float]


def queries_of(folder: Path, every: int) -> list[Query]:
    """Those that have a relevant document."""
    relevant: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, document, grade = line.split("\t")
        if float(grade) > 0:
            relevant.setdefault(query, {})[document] = float(grade)
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    return [Query(row["text"], relevant[row["id"]]) for row in rows if row["id"] in relevant][::every]


def ndcg(ranked: Iterable[str], relevant: dict[str, float]) -> float:
    """Of the first `DEPTH` different documents."""
    documents = list(dict.fromkeys(ranked))[:DEPTH]
    gained = sum(relevant.get(name, 0.0) / math.log2(place + 2) for place, name in enumerate(documents))
    best = sorted(relevant.values(), reverse=True)[:DEPTH]
    return gained / sum(grade / math.log2(place + 2) for place, grade in enumerate(best))


def ingest(server: Server, folder: Path) -> dict[str, str]:
    """Names in the set by document id of the product; empty ones stay out: never found."""
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["title"] or row["text"]]

    def upload(row: dict[str, str]) -> tuple[str, str]:
        content = f"# {row['title']}\n\n{row['text']}\n" if row["title"] else row["text"]
        answer = server.upload(f"{row['id']}.md", content.encode(), folder.name)
        return answer["document_id"], row["id"]

    with ThreadPoolExecutor(4) as pool:
        names = dict(pool.map(upload, rows))
    for document_id in names:
        server.settled(document_id)
    return names


def fused(server: Server, folder: Path, queries: Sequence[Query], names: dict[str, str]) -> float:
    total = 0.0
    for query in queries:
        found = server.search(query.text, collection=folder.name, top_k=PASSAGES)["results"]
        total += ndcg((names[hit["document_id"]] for hit in found), query.relevant)
    return total / len(queries)


async def stages(
    installation: Installation, collection_id: str, queries: Sequence[Query], names: dict[str, str]
) -> tuple[float, float]:
    """Words alone, vectors alone."""
    index = EdgeIndex(installation.home / "index")
    embedder = OnnxMiniLm.open(MODELS / MODEL_FOLDER, threads=2)
    (name,) = await index.names()
    access = AccessFilter(frozenset({collection_id}), frozenset())
    words = vectors = 0.0
    for query in queries:
        language, vector = detect(query.text), await embedder.embed_query(query.text)
        asked = IndexQuery(query.text, language, vector, access, limit=PASSAGES)
        found = await index.query(name, asked)
        words += ndcg(_by(found, "lexical", names), query.relevant)
        vectors += ndcg(_by(found, "dense", names), query.relevant)
    await index.close()
    return words / len(queries), vectors / len(queries)


def _by(found: Sequence[Candidate], stage: str, names: dict[str, str]) -> list[str]:
    scored = [one for one in found if getattr(one, stage) is not None]
    scored.sort(key=lambda one: -getattr(one, stage))
    return [names[one.document_id] for one in scored]


def collection_id(installation: Installation, name: str) -> str:
    with sqlite3.connect(installation.home / "bastide.db") as connection:
        (found,) = connection.execute("select id from collections where name = ?", [name]).fetchone()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--every", type=int, default=1, help="ask every n-th query only")
    arguments = parser.parse_args()
    rows: list[list[object]] = []
    for name in arguments.sets:
        folder = arguments.root / name
        queries = queries_of(folder, arguments.every)
        with fresh_installation() as installation:
            with installation.server() as server:
                server.with_key()
                names = ingest(server, folder)
                joined = fused(server, folder, queries, names)
            words, vectors = asyncio.run(
                stages(installation, collection_id(installation, name), queries, names)
            )
        figures = [words, vectors, joined, joined - max(words, vectors)]
        rows.append([name, len(queries), *(f"{figure:.4f}" for figure in figures)])
    print_table("nDCG@10", ["set", "queries", "BM25", "dense", "fused", "over the better"], rows)


if __name__ == "__main__":
    main()
