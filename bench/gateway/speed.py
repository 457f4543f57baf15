"""What the gateway costs: the figures of a busy day, with the peers in the same place in the same run.

    python -m bench.gateway.speed [--quick] [--no-peers] [--seconds 10]

One core for the gateway (or a peer), another for the model server and the load: needs two quiet cores,
`wrk` and `nginx` (Debian), and for LiteLLM a package index. Authentication, limits, a budget, the ledger and
metrics are on for Bastide, and for no peer.
"""

import argparse
import asyncio
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvloop

from bench.gateway.client import PROMPT, Load, request
from bench.gateway.places import (
    OTHER_CORE,
    Place,
    gateway,
    litellm_peer,
    nginx_peer,
    whole_answers,
)
from bench.gateway.streaming import read, streaming_server
from bench.table import print_table

_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_WRONG = re.compile(r"Non-2xx or 3xx responses: (\d+)")
_IMPORT = (
    "import time; t = time.perf_counter(); import bastide.app.cli.server; print(time.perf_counter() - t)"
)


@dataclass(frozen=True)
class Size:
    """How long and how much; `quick` only shows that everything works."""

    seconds: float = 10
    streams: int = 256
    idle_streams: int = 2000
    trials: int = 100


QUICK = Size(seconds=2, streams=32, idle_streams=100, trials=10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-peers", dest="peers", action="store_false")
    parser.add_argument("--seconds", type=float, default=Size.seconds)
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else Size(seconds=arguments.seconds)
    os.sched_setaffinity(0, {OTHER_CORE})
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory(prefix="bastide-bench-") as root:
        rows += whole(Path(root), size, peers=arguments.peers)
        rows += streamed(Path(root), size)
    rows += [["import of the gateway role, s", import_s(), "≤ 0.7"]]
    print_table("The gateway on one core", ["", "measured", "goal"], rows)


def whole(root: Path, size: Size, *, peers: bool) -> list[list[object]]:
    """Answers that are not streamed."""
    rows: list[list[object]] = []
    (root / "whole").mkdir()
    with whole_answers(root / "whole") as upstream:
        (root / "bastide").mkdir()
        with gateway(root / "bastide", upstream) as place:
            time.sleep(2)
            rows.append(["idle memory, MB", place.resident_mb(), "≤ 120"])
            peak, cpu_us = requests_per_s(place, size.seconds)
            rows += [["not streamed, requests/s", peak, "≥ 4,000"], ["… processor time each, µs", cpu_us, ""]]
            direct, added = at_rate(upstream, place, 1000, size.seconds)
            rows += [
                ["at 1,000/s, p99 added, ms", added, "≤ 5"],
                ["… p99 of the model server itself", direct, ""],
            ]
            rows += overload(place, size.seconds)
            rows.append(["400 kB prompt, processor time, ms", large_prompt_ms(place, size.trials), "≤ 2"])
        if peers:
            rows += peer_rows(root, upstream, peak, size)
    return rows


def peer_rows(root: Path, upstream: Place, ours: float, size: Size) -> list[list[object]]:
    rows: list[list[object]] = []
    (root / "peers").mkdir()
    with nginx_peer(root / "peers", upstream) as place:
        rows.append(["nginx, requests/s", requests_per_s(place, size.seconds)[0], "the limit"])
    with litellm_peer(root / "peers", upstream) as litellm:
        if litellm is None:
            return [*rows, ["LiteLLM", "not installed", ""]]
        warm_up(litellm)
        memory = litellm.resident_mb()
        theirs, _ = requests_per_s(litellm, max(size.seconds, 5))
        rows.append(["LiteLLM, requests/s", theirs, ""])
        rows.append(["Bastide ÷ LiteLLM", ours / theirs if theirs else math.inf, "≥ 40"])
        rows.append(["LiteLLM, idle memory, MB", memory, ""])
    return rows


def streamed(root: Path, size: Size) -> list[list[object]]:
    (root / "streams").mkdir()
    with streaming_server(root / "streams") as upstream, gateway(root / "streams", upstream) as place:
        return uvloop.run(_streamed(upstream, place, size))


async def _streamed(upstream: Place, place: Place, size: Size) -> list[list[object]]:
    rate, cpu_us = await events_per_s(place, size)
    rows: list[list[object]] = [
        ["streamed, events/s", rate, "≥ 20,000"],
        ["… events/s per second of processor time", 1e6 / cpu_us, "≥ 20,000"],
    ]
    direct = await first_token_p99_ms(upstream, size)
    through = await first_token_p99_ms(place, size)
    rows.append(["first token, p99 added, ms", through - direct, "≤ 5"])
    rows.append([f"{size.idle_streams} streams at a time, MB", await memory_of_streams(place, size), "≤ 400"])
    for kind, user in (("streamed", "10000:20"), ("not streamed", "hold")):
        median, worst = await closed_after_ms(upstream, place, user, size.trials)
        rows.append([f"client gone → upstream closed, {kind}, p50 ms", median, ""])
        rows.append(["… slowest", worst, "≤ 50"])
    return rows


def requests_per_s(place: Place, seconds: float) -> tuple[float, float]:
    """With wrk, 32 connections; and processor time per request in microseconds."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        body = request(place).partition(b"\r\n\r\n")[2].decode()
        lines = [
            'wrk.method = "POST"',
            f"wrk.body = [[{body}]]",
            'wrk.headers["Content-Type"] = "application/json"',
        ]
        if place.key:
            lines.append(f'wrk.headers["Authorization"] = "Bearer {place.key}"')
        script.write_text("\n".join(lines))
        url = f"http://127.0.0.1:{place.port}/v1/chat/completions"
        load = ["wrk", "-t1", "-c32", "--timeout", "20", "-s", str(script)]
        subprocess.run([*load, "-d1", url], check=True, capture_output=True)
        before = place.cpu_s()
        command = [*load, f"-d{max(1, round(seconds))}", url]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        used = place.cpu_s() - before
    if wrong := _WRONG.search(text):
        raise SystemExit(f"{place.name} refused {wrong[1]} requests:\n{text}")
    rate = float(_RATE.search(text)[1])  # type: ignore[index]
    return rate, used / max(rate * max(1, round(seconds)), 1) * 1e6


def warm_up(place: Place) -> None:
    """Ten answers, one after the other: the first may take long. Raises SystemExit where one is an error."""
    url = f"http://127.0.0.1:{place.port}/v1/chat/completions"
    with httpx.Client(headers={"authorization": f"Bearer {place.key}"}, timeout=60) as client:
        for _ in range(10):
            answer = client.post(url, content=request(place).partition(b"\r\n\r\n")[2])
            if answer.status_code != 200:
                raise SystemExit(f"{place.name} answers {answer.status_code}: {answer.text[:500]}")


def at_rate(upstream: Place, place: Place, rate: float, seconds: float) -> tuple[float, float]:
    """p99 of the model server asked directly, and what the gateway adds, in ms."""
    direct = uvloop.run(Load(upstream, rate, seconds).run())
    through = uvloop.run(Load(place, rate, seconds).run())
    return direct.quantile_ms(0.99), through.quantile_ms(0.99) - direct.quantile_ms(0.99)


def overload(place: Place, seconds: float) -> list[list[object]]:
    """Twice as much as it can do, in three rounds with the peak measured before each: machines drift.

    The first second of a round does not count, in which the process sees that it is overloaded.
    """
    rounds = [_overloaded(place, seconds / 3) for _ in range(3)]
    peaks, loads = [peak for peak, _ in rounds], [load for _, load in rounds]
    share = statistics.median(load.per_second() / peak for peak, load in rounds)
    others = sorted({status for load in loads for status in load.latencies} - {200, 503})
    return [
        ["peak of the same minute, requests/s", statistics.median(peaks), ""],
        ["at twice the peak, answered/s", statistics.median(load.per_second() for load in loads), ""],
        ["… share of the peak", share, "≥ 0.9"],
        ["… refused/s", statistics.median(load.per_second(503) for load in loads), ""],
        ["… time to refuse, p99 ms", max(load.quantile_ms(0.99, 503) for load in loads), "≤ 20"],
        ["… answered, p99 ms", max(load.quantile_ms(0.99) for load in loads), ""],
        ["… other statuses, never sent", f"{others or '–'}, {sum(load.unsent for load in loads)}", ""],
    ]


def _overloaded(place: Place, seconds: float) -> tuple[float, Load]:
    peak, _ = requests_per_s(place, seconds)
    return peak, uvloop.run(Load(place, 2 * peak, seconds + 1, skip_s=1).run())


def large_prompt_ms(place: Place, trials: int) -> float:
    """Processor time of a prompt of 400 kB beyond that of a short one."""
    url = f"http://127.0.0.1:{place.port}/v1/chat/completions"
    used: list[float] = []
    with httpx.Client(headers={"authorization": f"Bearer {place.key}"}, timeout=30) as client:
        for prompt in (PROMPT, b"word " * 80_000):
            body = request(place, prompt=prompt).partition(b"\r\n\r\n")[2]
            client.post(url, content=body).raise_for_status()
            before = place.cpu_s()
            for _ in range(trials * 2):
                client.post(url, content=body).raise_for_status()
            used.append((place.cpu_s() - before) / (trials * 2) * 1000)
    return used[1] - used[0]


def import_s() -> float:
    runs = [
        float(subprocess.run([sys.executable, "-c", _IMPORT], check=True, capture_output=True).stdout)
        for _ in range(6)
    ]
    return statistics.median(runs[1:])


async def events_per_s(place: Place, size: Size) -> tuple[float, float]:
    """Streams of an event every 5 ms: events that arrive, and the gateway's processor time for each in µs."""
    count = int(size.seconds * 1000)
    readers = [await read(place, f"{count}:5") for _ in range(size.streams)]
    await asyncio.gather(*(reader.first for reader in readers))
    await asyncio.sleep(0.5)
    seen, cpu_s, started = sum(reader.events for reader in readers), place.cpu_s(), time.perf_counter()
    await asyncio.sleep(size.seconds)
    events = sum(reader.events for reader in readers) - seen
    used, elapsed = place.cpu_s() - cpu_s, time.perf_counter() - started
    failed = [reader.failed for reader in readers if reader.failed]
    for reader in readers:
        reader.transport.abort()
    if failed:
        raise SystemExit(f"{len(failed)} streams failed: {failed[0]!r}")
    await asyncio.sleep(1)
    return events / elapsed, used / events * 1e6


async def first_token_p99_ms(place: Place, size: Size) -> float:
    """100 streams a second, each on a new connection, a moment apart."""
    readers = []
    for _ in range(int(size.seconds * 100)):
        readers.append(await read(place, "3:5"))
        await asyncio.sleep(0.01)
    await asyncio.gather(*(reader.ended for reader in readers))
    found = sorted(reader.first_s for reader in readers)
    return found[int(0.99 * len(found))] * 1000


async def memory_of_streams(place: Place, size: Size) -> float:
    readers = [await read(place, "1000:1000") for _ in range(size.idle_streams)]
    await asyncio.gather(*(reader.first for reader in readers))
    await asyncio.sleep(3)
    memory = place.resident_mb()
    for reader in readers:
        reader.transport.abort()
    await asyncio.sleep(1)
    return memory


async def closed_after_ms(upstream: Place, place: Place, user: str, trials: int) -> tuple[float, float]:
    """From the client's close to the end of the connection at the model server: median and slowest."""
    found: list[float] = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{upstream.port}") as client:
        for _ in range(trials):
            before = (await client.get("/closed")).json()["closed"]
            reader = await read(place, user)
            await asyncio.sleep(0.05)
            gone = time.monotonic()
            reader.transport.abort()
            while (state := (await client.get("/closed")).json())["closed"] == before:
                if time.monotonic() > gone + 5:
                    raise SystemExit("the connection to the model server stays open")
                await asyncio.sleep(0.002)
            found.append((state["at"] - gone) * 1000)
    return statistics.median(found), max(found)


if __name__ == "__main__":
    main()
