"""nDCG@10 of the product: its own ingestion, its own search over HTTP, and each stage of it alone.

    python -m bench.retrieval.ndcg [SET …]

Each document of a set becomes a Markdown file with its title as heading; a document counts once, at its best
passage. The stages alone are the same candidates ordered by words only, and by vectors only.
Goals: en-scifact .70, en-cranfield .43, fr-piaf-1.0 .80, fr-cnil-faq .62; nowhere more than .005 below the
better stage.
"""

import argparse
import asyncio
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bastide.kit.language import detect
from bastide.knowledge.adapters.qdrant_edge import EdgeIndex
from bastide.knowledge.ports.index import AccessFilter, IndexQuery
from bastide.models.adapters.minilm import MODEL_FOLDER
from bastide.models.adapters.minilm.embedder import OnnxMiniLm
from bench.corpus import fresh_installation
from bench.table import print_table
from tests.e2e.installation import Server

SETS = Path("../shared/eval/retrieval")
ORDER = ("en-scifact", "en-cranfield", "fr-piaf-1.0", "fr-cnil-faq")
CUT = 10
PASSAGES = 50  # several may be of one document


@dataclass(frozen=True, slots=True)
class Collection:
    """A set as published."""

    documents: Mapping[str, str]
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="*", default=ORDER)
    parser.add_argument("--every", type=int, default=1, help="ask only every n-th question")
    arguments = parser.parse_args()
    rows = []
    for name in arguments.sets:
        found = load(SETS / name)
        asked = [query for query in found.queries if query in found.relevant][:: arguments.every]
        with fresh_installation() as installation:
            with installation.server() as server:
                names, collection = ingest(server.with_key(), found)
                product = [ranking(server.search(found.queries[query], top_k=PASSAGES)) for query in asked]
            words, vectors = asyncio.run(stages(installation.home, found, asked, names, collection))
        scores = [mean(found, asked, ranked) for ranked in (product, words, vectors)]
        rows.append([name, len(found.documents), len(asked), *scores])
    print_table("nDCG@10", ["set", "documents", "questions", "product", "words", "vectors"], rows)


def load(folder: Path) -> Collection:
    documents = {
        line["id"]: f"# {line['title']}\n\n{line['text']}\n" if line["title"] else line["text"]
        for line in lines(folder / "corpus.jsonl")
    }
    queries = {line["id"]: line["text"] for line in lines(folder / "queries.jsonl")}
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    for row in (folder / "qrels.tsv").read_text().splitlines():
        query, document, grade = row.split("\t")
        if int(grade) > 0:
            relevant[query][document] = int(grade)
    return Collection(documents, queries, relevant)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        for line in file:
            yield json.loads(line)


def ingest(server: Server, found: Collection) -> tuple[dict[str, str], str]:
    """The set's name of each document by its id, and the id of the collection."""

    def send(item: tuple[str, str]) -> tuple[str, str]:
        return server.upload(f"{item[0]}.md", item[1].encode(), "bench")["document_id"], item[0]

    with ThreadPoolExecutor(4) as pool:
        names = dict(pool.map(send, found.documents.items()))
    last = [server.settled(document_id) for document_id in names][-1]
    return names, str(last["collection_id"])


async def stages(
    home: Path, found: Collection, asked: Sequence[str], names: Mapping[str, str], collection: str
) -> tuple[list[list[str]], list[list[str]]]:
    """What the index's own stages rank, by words and by vectors."""
    embedder = OnnxMiniLm.open(home / "models" / MODEL_FOLDER, 2)
    index = EdgeIndex(home / "index")
    (name,) = await index.names()
    access = AccessFilter(frozenset({collection}), frozenset())
    words: list[list[str]] = []
    vectors: list[list[str]] = []
    for query in asked:
        text = found.queries[query]
        vector = await embedder.embed_query(text)
        hits = await index.query(name, IndexQuery(text, detect(text), vector, access, limit=PASSAGES))
        for ranked, stage in ((words, "lexical"), (vectors, "dense")):
            best = sorted(hits, key=lambda hit: -(getattr(hit, stage) or 0.0))
            ranked.append(list(dict.fromkeys(names[hit.document_id] for hit in best))[:CUT])
    await index.close()
    return words, vectors


def mean(found: Collection, asked: Sequence[str], ranked: Sequence[Sequence[str]]) -> float:
    """Of the nDCG of all questions."""
    scores = [ndcg(names, found.relevant[query]) for query, names in zip(asked, ranked, strict=True)]
    return round(sum(scores) / len(scores), 4)


def ranking(answer: dict[str, Any]) -> list[str]:
    """Documents, best first, each at its best passage."""
    names = (hit["metadata"]["filename"].removesuffix(".md") for hit in answer["results"])
    return list(dict.fromkeys(names))[:CUT]


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain with linear gains, as trec_eval computes it."""
    gain = sum(relevant.get(name, 0) / math.log2(place + 2) for place, name in enumerate(ranked))
    best = sorted(relevant.values(), reverse=True)[:CUT]
    return gain / sum(grade / math.log2(place + 2) for place, grade in enumerate(best))


if __name__ == "__main__":
    main()
