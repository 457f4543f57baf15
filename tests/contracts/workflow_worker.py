"""A program that works until it is killed: `python -m tests.contracts.workflow_worker URL FOLDER LEASE_S`.

Each step appends a line to the file of its workflow: the step's number, a token made for this execution, the
tokens of the steps before as the workflow remembers them.
"""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

from bastide.kit.clock import SystemClock
from bastide.kit.json import JsonObject
from bastide.platform.telemetry.logs import configure_logs
from bastide.platform.workflows.dbos import DbosWorkflows
from bastide.platform.workflows.port import WorkflowContext

STEPS = 4
PLACES = 4


class Worker:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def workflow(self, context: WorkflowContext, _: JsonObject) -> None:
        tokens: list[str] = []
        for number in range(STEPS):
            action = self.action(self.folder / context.workflow_id, number, tokens)
            tokens.append(await context.step(f"step {number}", action))

    def action(self, path: Path, number: int, before: list[str]) -> Callable[[], Awaitable[str]]:
        async def act() -> str:
            await asyncio.sleep(random.uniform(0, 0.02))
            token = uuid4().hex
            line = " ".join([str(number), token, *before]) + "\n"
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(file, line.encode())
            os.close(file)
            await asyncio.sleep(random.uniform(0, 0.02))
            return token

        return act


async def main(url: str, folder: str, lease_s: str) -> None:
    configure_logs("WARNING", "console")
    workflows = DbosWorkflows(url, SystemClock(), lease_s=float(lease_s))
    workflows.register("steps", Worker(Path(folder)).workflow, queue="steps", concurrency=PLACES)
    await workflows.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
