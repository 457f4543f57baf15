"""What guardrails cost, and how much they find: python -m bench.gateway.guardrails [--events 5000]

Goals: ≤ 2 ms added to an event of a stream at the 99th percentile; ≥ 99 % of the seeded entities masked,
wherever the stream is cut; a long prompt in time that grows with its length only.
"""

import argparse
import random
import time

from bastide.gateway.domain.guardrails.filter import TextFilter
from bastide.gateway.domain.guardrails.recognisers import RECOGNISERS
from bastide.gateway.domain.guardrails.rules import Action, Guardrail, Screen, Stage, screens_of
from bench.table import print_table

ENTITIES = {
    "email": ("jean.dupont@exemple.fr", "a+b@mail.example.co.uk", "x_1@sous.domaine.example.org"),
    "phone": ("06 12 34 56 78", "+33 1 23 45 67 89", "01.23.45.67.89", "+44 20 7946 0958", "(555) 123-4567"),
    "iban": ("FR76 3000 6000 0112 3456 7890 189", "GB82WEST12345698765432", "DE89 3704 0044 0532 0130 00"),
    "card": ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"),
    "fr_social_security": ("1 84 12 76 451 089 46", "184127645108946"),
    "ip_address": ("192.168.1.254", "2001:db8::1", "fe80::1"),
    "api_key": ("sk-proj-abcdefghijklmnopqrstuvwx", "AKIAIOSFODNN7EXAMPLE"),
}
SENTENCE = "le rapport annuel présente les résultats de 2026 , voir page 12 . the team met its goals"
WORDS = tuple(SENTENCE.split())


def screens(*names: str) -> list[Screen]:
    guardrail = Guardrail("grd", "org", "all", Action.MASK, (Stage.AFTER,), names)
    return screens_of(guardrail) if names else []


def text_with(seeds: random.Random, entities: int) -> tuple[str, list[str]]:
    """Words with entities in between, each a word of its own."""
    known = [each for several in ENTITIES.values() for each in several]
    chosen = [seeds.choice(known) for _ in range(entities)]
    pieces = [f"{' '.join(seeds.choices(WORDS, k=12))} : {entity} ;" for entity in chosen]
    return " ".join(pieces), chosen


def recall(seeds: random.Random, rounds: int) -> float:
    """Of entities in texts that are cut at random, how many do not come through."""
    found = total = 0
    using = screens(*RECOGNISERS)
    for _ in range(rounds):
        text, entities = text_with(seeds, 10)
        passing = TextFilter(using)
        out: list[str] = []
        position = 0
        while position < len(text):
            size = seeds.randint(1, 8)
            out.append(passing.feed(text[position : position + size]))
            position += size
        shown = "".join(out) + passing.finish()
        total += len(entities)
        found += sum(entity not in shown for entity in entities)
    return found / total


def per_event_us(using: list[Screen], seeds: random.Random, events: int) -> tuple[float, float]:
    """Median and 99th percentile of one token's way through the filter."""
    passing = TextFilter(using)
    for word in WORDS:  # RE2 builds its automata as texts come
        passing.feed(f"{word} ")
    taken: list[float] = []
    for _ in range(events):
        token = f"{seeds.choice(WORDS)} "
        started = time.perf_counter()
        passing.feed(token)
        taken.append((time.perf_counter() - started) * 1e6)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)]


def prompt_ms(using: list[Screen], characters: int) -> float:
    text = (" ".join(WORDS) + " ") * (characters // len(" ".join(WORDS)) + 1)
    started = time.perf_counter()
    TextFilter(using).whole(text[:characters])
    return (time.perf_counter() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=5000)
    events = parser.parse_args().events
    seeds = random.Random(7)
    rows = []
    for label, names in (("e-mail", ("email",)), ("all recognisers", tuple(RECOGNISERS))):
        using = screens(*names)
        median, worst = per_event_us(using, seeds, events)
        rows.append(
            [
                label,
                f"{median:.0f}",
                f"{worst:.0f}",
                f"{prompt_ms(using, 40_000):.1f}",
                f"{prompt_ms(using, 400_000):.1f}",
            ]
        )
    print_table(
        "Guardrails",
        ["guardrail", "event p50 µs", "event p99 µs", "40 kB prompt ms", "400 kB prompt ms"],
        rows,
    )
    print(f"masked of the seeded entities, streams cut at random: {recall(seeds, max(20, events // 50)):.2%}")


if __name__ == "__main__":
    main()
