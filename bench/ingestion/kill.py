"""Kills the server (`kill -9`) at random moments while it ingests, and counts what is lost or doubled.

    python -m bench.ingestion.kill [--kills 200] [--documents 100]

The same documents are first ingested undisturbed: afterwards each document must have the same passages, and
the index as many points as SQL has passages.
"""

import argparse
import random
import signal
import time
from typing import Any

import httpx

from bench.corpus import fresh_installation
from bench.table import print_table
from tests.e2e.installation import Installation, Server

WORDS = ("bastide", "pierre", "jardin", "rapport", "mesure", "contrat", "délai", "règle", "archive", "forêt")


def text_of(number: int) -> bytes:
    """A document of a few dozen passages, different for every number."""
    chance = random.Random(number)
    parts = [f"# Document {number}\n"]
    for section in range(12):
        parts.append(f"\n## Section {section}\n")
        parts += [f"\n{' '.join(chance.choices(WORDS, k=90))}.\n" for _ in range(3)]
    return "".join(parts).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    texts = {f"document-{number}.md": text_of(number) for number in range(arguments.documents)}
    with fresh_installation() as installation, installation.server() as server:
        expected = passages(ingested(server.with_key(), texts))
    with fresh_installation() as installation:
        accepted, kills, seconds = ingest_under_fire(installation, texts, arguments.kills, arguments.seed)
        with installation.server() as server:
            server.with_token()
            found = {name: server.settled(document_id) for name, document_id in accepted.items()}
            index = server.client.get("/api/v1/index").json()
    got = passages(found)
    rows = [
        ["kills", kills],
        ["seconds", round(seconds)],
        ["documents accepted", len(accepted)],
        ["indexed once", sum(document["status"] == "indexed" for document in found.values())],
        ["with other passages than undisturbed", sum(got[name] != expected[name] for name in got)],
        ["passages in SQL", sum(got.values())],
        ["points in the index", index["passages"]],
        ["passages expected", sum(expected[name] for name in got)],
    ]
    print_table("kill -9 while ingesting", ["", ""], rows)


def passages(documents: dict[str, dict[str, Any]]) -> dict[str, int]:
    return {name: document["chunks_count"] for name, document in documents.items()}


def ingested(server: Server, texts: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    accepted = {name: server.upload(name, data)["document_id"] for name, data in texts.items()}
    return {name: server.settled(document_id) for name, document_id in accepted.items()}


def ingest_under_fire(
    installation: Installation, texts: dict[str, bytes], kills: int, seed: int
) -> tuple[dict[str, str], int, float]:
    """Start, upload what was not accepted yet, kill; again and again. Document ids by name."""
    chance = random.Random(seed)
    accepted: dict[str, str] = {}
    started = time.perf_counter()
    waiting = list(texts)
    for number in range(kills):
        share = len(texts) * (number + 1) // kills + 1
        with installation.server() as server:
            deadline = time.monotonic() + chance.uniform(0.0, 1.2)
            server.with_token()
            while waiting and len(accepted) < share and time.monotonic() < deadline:
                name = waiting[0]
                try:
                    accepted[name] = server.upload(name, texts[name])["document_id"]
                except httpx.TransportError:
                    break
                waiting.pop(0)
            time.sleep(max(0.0, deadline - time.monotonic()))
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
    with installation.server() as server:
        server.with_token()
        for name in waiting:
            accepted[name] = server.upload(name, texts[name])["document_id"]
    return accepted, kills, time.perf_counter() - started


if __name__ == "__main__":
    main()
