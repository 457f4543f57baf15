"""How well the built-in reader finds the answer, and how well it refuses.

    python -m bench.retrieval.reader [--set ../shared/eval/retrieval/fr-piaf-1.0] [--language fr]

It reads the passages of a plain BM25 search, scored on the scale of the product's search. Refusals: the same
questions, with the passages of another one; and with every passage of the right article taken away before the
search, so that what is left is about something alike.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from bastide.kit.sentences import sentences
from bastide.knowledge.domain.ranking import relevance
from bastide.models.contract import Passage, Reading
from bastide.models.module import open_reader
from bench.retrieval.bm25 import Bm25
from bench.table import print_table

_PASSAGES = 10
_ANOTHER = 37  # the passages of the question so many places further


@dataclass(frozen=True, slots=True)
class Document:
    document_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    answers: Sequence[str]
    relevant: frozenset[str]

    def answered_by(self, text: str) -> bool:
        return any(answer in text for answer in self.answers)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def load(folder: Path) -> tuple[list[Document], list[Asked]]:
    documents = [
        Document(str(row["id"]), str(row["title"]), str(row["text"]))
        for row in lines(folder / "corpus.jsonl")
    ]
    answers = {row["id"]: row["answers"] for row in lines(folder / "answers.jsonl")}
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, document, _ = line.split("\t")
        relevant[query].add(document)
    asked = [
        Asked(str(row["text"]), answers[row["id"]], frozenset(relevant[str(row["id"])]))
        for row in lines(folder / "queries.jsonl")
    ]
    return documents, asked


class Bench:
    def __init__(self, documents: Sequence[Document], language: str) -> None:
        self.documents = documents
        self.language = language
        self.index = Bm25([f"{document.title}\n{document.text}" for document in documents], language)
        self.reader = open_reader()
        self.by_title: dict[str, set[int]] = defaultdict(set)
        for place, document in enumerate(documents):
            self.by_title[document.title].add(place)
        self.place_of = {document.document_id: place for place, document in enumerate(documents)}

    def article_of(self, asked: Asked) -> set[int]:
        titles = {self.documents[self.place_of[found]].title for found in asked.relevant}
        return set[int]().union(*(self.by_title[title] for title in titles))

    def passages(self, text: str, without: Collection[int] = ()) -> list[Passage]:
        found = self.index.best(text, _PASSAGES, without)
        reach = self.index.reach(text) or 1.0
        return [
            Passage(
                str(place),
                self.documents[place].text,
                0,
                relevance(None, score / reach, 0.0),
                title=self.documents[place].title,
                language=self.language,
            )
            for place, score in found
        ]

    def plain(self, asked: Asked, passages: Sequence[Passage]) -> list[str]:
        """What to beat: the sentences with the best BM25."""
        texts = [passage.text[start:end] for passage in passages for start, end in sentences(passage.text)]
        return [texts[place] for place, _ in Bm25(texts, self.language).best(asked.text, 3)] if texts else []


@dataclass(slots=True)
class Score:
    """Counts over questions."""

    questions: int = 0
    answered: int = 0
    first: int = 0
    three: int = 0

    def add(self, asked: Asked, quotes: Sequence[str]) -> None:
        found = [asked.answered_by(quote) for quote in quotes]
        self.questions += 1
        self.answered += bool(quotes)
        self.first += any(found[:1])
        self.three += any(found[:3])

    def row(self, name: str) -> tuple[object, ...]:
        shares = (100 * count / self.questions for count in (self.answered, self.first, self.three))
        return (name, self.questions, *shares)


def quotes_of(reading: Reading) -> list[str]:
    return [quote.text for quote in reading.quotes]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, default=Path("../shared/eval/retrieval/fr-piaf-1.0"))
    parser.add_argument("--language", default="fr")
    parser.add_argument("--every", type=int, default=1, help="ask only every n-th question")
    arguments = parser.parse_args()
    documents, questions = load(arguments.set)
    bench = Bench(documents, arguments.language)
    names = (
        "plain BM25 of sentences",
        "reader",
        "… on the half it was not tuned on",
        "another's passages",
        "article removed",
    )
    scores = {name: Score() for name in names}
    times_ms: list[float] = []
    for place, asked in list(enumerate(questions))[:: arguments.every]:
        passages = bench.passages(asked.text)
        scores[names[0]].add(asked, bench.plain(asked, passages))
        begun = time.process_time()
        reading = bench.reader.read(asked.text, passages)
        times_ms.append(1000 * (time.process_time() - begun))
        scores[names[1]].add(asked, quotes_of(reading))
        if place // 2 % 2:
            scores[names[2]].add(asked, quotes_of(reading))
        article = bench.article_of(asked)
        others = bench.passages(questions[(place + _ANOTHER) % len(questions)].text, article)
        scores[names[3]].add(asked, quotes_of(bench.reader.read(asked.text, others)))
        left = bench.passages(asked.text, article)
        scores[names[4]].add(asked, quotes_of(bench.reader.read(asked.text, left)))
    columns = ("", "questions", "answered %", "in the first quote %", "in the first three %")
    print_table(f"The reader on {arguments.set.name}", columns, [scores[name].row(name) for name in names])
    times_ms.sort()
    last = len(times_ms) - 1
    print_table(
        f"Processor time for {_PASSAGES} passages, ms",
        ("", "mean", "p50", "p95", "p99"),
        [
            (
                "reader",
                sum(times_ms) / len(times_ms),
                *(times_ms[int(last * part)] for part in (0.5, 0.95, 0.99)),
            )
        ],
    )


if __name__ == "__main__":
    main()
