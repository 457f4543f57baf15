"""`bastide doctor`: what is there, what is missing, and how to get it."""

import asyncio
from typing import Annotated, Any

import typer

from bastide.app.cli.client import api_client
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, Exit, errors_in_words, out, print_json
from bastide.app.settings import Settings

_MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]"}


def doctor(
    context: typer.Context,
    compact: Annotated[
        bool, typer.Option("--compact", help="Also leave no byte of deleted documents on the disk.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    with errors_in_words():
        report = asyncio.run(_examine(invocation(context).settings(), compact=compact))
    if as_json:
        print_json(report)
    else:
        for check in report["checks"]:
            out.print(f"{_MARKS[check['state']]} {check['name']}: {check['message']}")
            if check.get("hint"):
                out.print(f"    {check['hint']}", style="dim", markup=False)
        if compact:
            out.print(f"Compacted: {report['compacted']['freed_bytes']} bytes freed.")
    states = {check["state"] for check in report["checks"]}
    if "failed" in states:
        raise typer.Exit(Exit.FAILED)
    if "warning" in states:
        raise typer.Exit(Exit.ATTENTION)


async def _examine(settings: Settings, *, compact: bool) -> Any:
    async with api_client(settings) as client:
        report = await client.get("/api/v1/doctor")
        if compact:
            report["compacted"] = await client.post("/api/v1/index/compact")
        return report
