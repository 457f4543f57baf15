"""A real engine behind the gateway: vLLM on the CPU with a tiny random model, and its own load generator."""

import asyncio
import os
import re
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bastide.gateway.configuration import Configured, configured_provider
from tests.integration.gateway.door import Door, door
from tests.integration.gateway.speakers import BODIES, read_stream, read_whole

ROOT = Path(__file__).parents[3]
ENGINE = ROOT / ".cache" / "engine"
START_S = 300
VARIABLES = {
    "VLLM_TARGET_DEVICE": "cpu",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
}
ALL = ("chat", "messages", "responses")

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(420)]


@dataclass(frozen=True)
class Engine:
    url: str
    model: Path

    async def running(self) -> float:
        """Requests that it works on, by its own count."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"{self.url}/metrics")).text
        return sum(
            float(each) for each in re.findall(r"^vllm:num_requests_running\S* (\S+)", text, re.MULTILINE)
        )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if not (ENGINE / ".ready").exists():
        pytest.skip("vLLM is not installed: make engine")
    folder = tmp_path_factory.mktemp("engine")
    model = folder / "tiny"
    variables = {**os.environ, **VARIABLES}
    make = [ENGINE / "bin" / "python", Path(__file__).with_name("tiny_model.py"), model, ROOT / "README.md"]
    subprocess.run(make, env=variables, check=True, capture_output=True, timeout=120)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [ENGINE / "bin" / "vllm", "serve", model, "--served-model-name", "tiny", "--port", str(port)]
    command += ["--host", "127.0.0.1", "--enforce-eager", "--max-model-len", "1024", "--dtype", "float32"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(process, url)
            yield Engine(url, model)
        finally:
            process.terminate()
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the engine ended"
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError("the engine did not start in time")


@asynccontextmanager
async def gateway_before(engine: Engine, *protocols: str) -> AsyncIterator[tuple[Door, httpx.AsyncClient]]:
    provider = configured_provider(
        name="vllm",
        kind="openai",
        url=f"{engine.url}/v1",
        api_key=None,
        zone="internal",
        models=["m=tiny"],
        protocols=protocols,
    )
    async with (
        door(configured=Configured([provider], discover=False)) as gateway,
        httpx.AsyncClient(base_url=f"{gateway.url}/v1/", timeout=60) as client,
    ):
        yield gateway, client


@pytest.mark.parametrize("asked", BODIES)
@pytest.mark.parametrize("spoken", [ALL, ("chat",)], ids=["all", "chat only"])
async def test_the_same_words_with_and_without_the_gateway(
    engine: Engine, asked: str, spoken: tuple[str, ...]
) -> None:
    """In the engine's own protocols and translated, whole and streamed; its count is in the ledger."""
    length = "max_output_tokens" if asked == "responses" else "max_tokens"
    body = BODIES[asked]("Say something.", temperature=0, **{length: 12})
    more = {"stream_options": {"include_usage": True}} if asked == "chat/completions" else {}
    async with gateway_before(engine, *spoken) as (gateway, client):
        direct = await client.post(f"{engine.url}/v1/{asked}", json={**body, "model": "tiny"})
        whole = await client.post(asked, json=body)
        assert whole.status_code == 200, whole.text
        words = {read_whole(asked, direct.json()).text, read_whole(asked, whole.json()).text}
        async with client.stream("POST", asked, json={**body, "stream": True, **more}) as answer:
            assert answer.status_code == 200
            if spoken == ("chat",):
                words.add((await read_stream(asked, answer)).text)
            else:  # its own stream, whatever it leaves out
                assert "data:" in (await answer.aread()).decode()
        assert len(words) == 1
        days = {"from": "2026-11-21", "to": "2026-11-21"}
        usage = (await client.get(f"{gateway.url}/api/v1/usage", params=days)).json()["total"]
    assert (usage["requests"], usage["failed"], usage["estimated"]) == (2, 0, 0)
    assert usage["completion_tokens"] == 24


async def test_a_client_that_goes_away_frees_the_engine(engine: Engine) -> None:
    async with gateway_before(engine, "chat") as (_, client):
        body = BODIES["messages"]("Say a lot.", max_tokens=900, stream=True)
        async with client.stream("POST", "messages", json=body) as answer:
            async for line in answer.aiter_lines():
                if "text_delta" in line:
                    break
        for _ in range(100):
            if not await engine.running():
                return
            await asyncio.sleep(0.05)
    raise AssertionError("the engine still works for a client that has gone")


async def test_its_load_generator_is_content(engine: Engine) -> None:
    async with gateway_before(engine, "chat") as (gateway, _):
        process = await asyncio.create_subprocess_exec(
            *(ENGINE / "bin" / "vllm", "bench", "serve", "--backend", "openai-chat"),
            *("--base-url", gateway.url, "--endpoint", "/v1/chat/completions", "--model", "m"),
            *("--tokenizer", engine.model, "--dataset-name", "random", "--num-prompts", "20"),
            *("--random-input-len", "32", "--random-output-len", "8", "--disable-tqdm"),
            env={**os.environ, **VARIABLES},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output
    assert re.search(r"Successful requests:\s+20\b", output), output
    assert re.search(r"Failed requests:\s+0\b", output), output
