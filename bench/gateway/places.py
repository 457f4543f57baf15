"""The processes of the benchmark, each pinned: the gateway, a model server, and the peers in its place."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

GATEWAY_CORE, OTHER_CORE = 0, 1
PROGRAM = Path(sys.executable).with_name("bastide")
PEERS = Path(".cache/peers")
MODEL = "tiny"
ANSWER = (
    '{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"tiny","choices":[{"index":0,"message":'
    '{"role":"assistant","content":"A short answer of a model that has nothing to say.","refusal":null},'
    '"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}'
)
_LIMITS = (
    ("requests", "minute", 10**8),
    ("tokens", "minute", 10**9),
    ("concurrency", "now", 10**5),
    ("cost", "month", 10**6),
)
_START_S = 120


@dataclass(frozen=True)
class Place:
    """A server that runs: where it answers, what it wants to see, and its process."""

    name: str
    port: int
    pid: int
    key: str = ""

    def cpu_s(self) -> float:
        """Processor time used so far by the process and those below it."""
        return sum(_cpu_s(pid) for pid in (self.pid, *_children(self.pid)))

    def resident_mb(self) -> float:
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    name: str,
    core: int,
    command: Sequence[str],
    port: int,
    log: Path,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Place]:
    """Started, answering on its port; ended with the context."""
    pinned = ["taskset", "-c", str(core), *command]
    with log.open("ab") as file:
        process = subprocess.Popen(pinned, stdout=file, stderr=file, env=_variables(variables or {}))
        try:
            _wait_for(port, process, log)
            yield Place(name, port, process.pid)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


@contextmanager
def nginx(name: str, core: int, folder: Path, location: str) -> Iterator[Place]:
    """nginx with one worker; `location` is what it does below /v1/."""
    port, root = free_port(), folder / name
    root.mkdir()
    paths = "".join(
        f"{kind}_temp_path {root}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (root / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {root}/pid; error_log {root}/error.log;\n"
        "events { worker_connections 8192; }\n"
        f"http {{ access_log off; keepalive_requests 100000000; {paths}\n"
        "client_max_body_size 64m; client_body_buffer_size 1m;\n"
        f"{location.replace('PORT', str(port))} }}\n"
    )
    command = ["nginx", "-c", str(root / "nginx.conf"), "-e", str(root / "error.log")]
    with running(name, core, command, port, root / "log") as place:
        yield place


def whole_answers(folder: Path) -> "contextlib.AbstractContextManager[Place]":
    """A model server that answers everything at once with the same completion."""
    models = '{"object":"list","data":[{"id":"tiny","object":"model"}]}'
    return nginx(
        "upstream",
        OTHER_CORE,
        folder,
        "server { listen 127.0.0.1:PORT backlog=8192; default_type application/json;"
        f"location = /v1/models {{ return 200 '{models}'; }} location /v1/ {{ return 200 '{ANSWER}'; }} }}",
    )


def nginx_peer(folder: Path, upstream: Place) -> "contextlib.AbstractContextManager[Place]":
    """The limit: a proxy that knows nothing of models, on the gateway's core."""
    return nginx(
        "nginx",
        GATEWAY_CORE,
        folder,
        f"upstream models {{ server 127.0.0.1:{upstream.port}; keepalive 512; }}"
        "server { listen 127.0.0.1:PORT backlog=8192; location / { proxy_pass http://models;"
        'proxy_http_version 1.1; proxy_set_header Connection ""; } }',
    )


@contextmanager
def litellm_peer(folder: Path, upstream: Place) -> Iterator[Place | None]:
    """LiteLLM's proxy with one worker, a key, no limits and no database; None if it cannot be had."""
    program = PEERS / "litellm/bin/litellm"
    if not program.exists() and not _install_litellm():
        yield None
        return
    port, config = free_port(), folder / "litellm.yaml"
    config.write_text(
        textwrap.dedent(f"""\
            model_list:
              - model_name: {MODEL}
                litellm_params:
                  model: openai/{MODEL}
                  api_base: http://127.0.0.1:{upstream.port}/v1
                  api_key: none
            """)
    )
    command = [str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    key = f"sk-{secrets.token_hex(32)}"  # it does not start without one
    variables = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "LITELLM_MASTER_KEY": key,
    }
    with running("LiteLLM", GATEWAY_CORE, command, port, folder / "litellm.log", variables) as place:
        yield replace(place, key=key)


def _install_litellm() -> bool:
    print("Installing LiteLLM into .cache/peers (once, some minutes) …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(PEERS / "litellm")], check=True)
    pip = [str(PEERS / "litellm/bin/pip"), "install", "--quiet", "litellm[proxy]"]
    return subprocess.run(pip, check=False).returncode == 0


@contextmanager
def gateway(folder: Path, upstream: Place, *, limits: bool = True) -> Iterator[Place]:
    """`bastide serve --role gateway` with limits that are not reached, started again once it has them."""
    home, port = folder / "home", free_port()
    home.mkdir()
    (home / "bastide.toml").write_text(
        textwrap.dedent(f"""\
            port = {port}
            log_level = "warning"
            [gateway]
            discover = false
            [[gateway.providers]]
            name = "mock"
            url = "http://127.0.0.1:{upstream.port}/v1"
            models = ["unused"]
            [[gateway.models]]
            name = "{MODEL}"
            [[gateway.models.deployments]]
            provider = "mock"
            model = "{MODEL}"
            prompt_price = "0.15"
            completion_price = "0.60"
            """)
    )
    command = [str(PROGRAM), "serve", "--role", "gateway"]
    variables = {"BASTIDE_HOME": str(home)}
    log = folder / "gateway.log"
    with running("Bastide", GATEWAY_CORE, command, port, log, variables):
        key = _prepare(home, port, limits=limits)
    with running("Bastide", GATEWAY_CORE, command, port, log, variables) as place:
        yield replace(place, key=key)


def _prepare(home: Path, port: int, *, limits: bool) -> str:
    """A key of an ordinary kind, and a limit or budget of each metric."""
    note = home / "run/server.json"
    while not note.exists():
        time.sleep(0.05)
    token = json.loads(note.read_text())["token"]
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
        made = client.post("/api/v1/keys", json={"name": "bench"})
        made.raise_for_status()
        for metric, period, amount in _LIMITS if limits else ():
            body = {"subject": "key", "subject_id": "*", "metric": metric, "period": period, "amount": amount}
            answer = client.post("/api/v1/gateway/limits", json=body)
            if answer.is_error:
                raise SystemExit(f"no limit: {answer.text}")
        return str(made.json()["key"])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"{process.args} did not start:\n{log.read_text()[-2000:]}")


def _variables(more: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of this machine's own installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BASTIDE_")}  # noqa: TID251
    return {**kept, **more}


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(below for each in found for below in _children(each))]
