"""`bastide add` and `bastide rebuild`."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from bastide.app.cli.client import ApiClient, ServerAnswerError, api_client
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, Exit, err, errors_in_words, out, print_json
from bastide.app.settings import Settings
from bastide.kit.errors import InvalidError

_PARALLEL_UPLOADS = 4
_POLL_S = 0.4
_ENDED = frozenset({"indexed", "failed", "cancelled"})


class NothingToAddError(InvalidError):
    """No readable file under the given paths."""

    code = "cli.nothing_to_add"


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str


def add(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", exists=True, readable=True)],
    collection: Annotated[
        str, typer.Option("--collection", "-c", help="Made if it is not there.")
    ] = "documents",
    metadata: Annotated[str, typer.Option(help="JSON object kept with every document.")] = "{}",
    password: Annotated[str | None, typer.Option(help="For encrypted files.", show_default=False)] = None,
    wait: Annotated[bool, typer.Option(help="Follow until everything is searchable.")] = True,
    as_json: AsJson = False,
) -> None:
    fields = {"collection": collection, "metadata": metadata}
    if password is not None:
        fields["password"] = password
    with errors_in_words():
        files = list(_files(paths))
        if not files:
            raise NothingToAddError("There is no file under the given paths.")
        results = asyncio.run(_add(invocation(context).settings(), files, fields, wait=wait))
    if as_json:
        print_json(results)
    else:
        _print_summary(results)
    if any(result["status"] == "failed" for result in results):
        raise typer.Exit(Exit.ATTENTION)


def rebuild(context: typer.Context, as_json: AsJson = False) -> None:
    with errors_in_words():
        result = asyncio.run(_rebuild(invocation(context).settings()))
    if as_json:
        print_json(result)
    else:
        out.print(f"The index holds {result['passages']} passages again.")


def _files(paths: list[Path]) -> Iterator[_File]:
    for path in paths:
        if path.is_dir():
            for found in sorted(path.rglob("*")):
                if found.is_file() and not any(
                    part.startswith(".") for part in found.relative_to(path).parts
                ):
                    yield _File(found, found.relative_to(path).as_posix())
        else:
            yield _File(path, path.name)


async def _add(settings: Settings, files: list[_File], fields: dict[str, str], *, wait: bool) -> list[Any]:
    async with api_client(settings) as client:
        with _progress("files") as progress:
            upload = progress.add_task("Sending", total=len(files))
            gate = asyncio.Semaphore(_PARALLEL_UPLOADS)

            async def send(file: _File) -> Any:
                async with gate:
                    result = await _send(client, file, fields)
                progress.advance(upload)
                return result

            results = await asyncio.gather(*(send(file) for file in files))
            return await _follow(client, results, progress) if wait else results


async def _send(client: ApiClient, file: _File, fields: dict[str, str]) -> Any:
    try:
        return await client.upload(file.path, file.name, fields)
    except ServerAnswerError as error:
        problem = {"code": error.answer_code, "message": error.message}
        return {"document_id": None, "filename": file.name, "status": "failed", "error": problem}


async def _follow(client: ApiClient, results: list[Any], progress: Progress) -> list[Any]:
    task = progress.add_task("Reading", total=len(results))
    ended = {result["document_id"]: result for result in results if result["status"] in _ENDED}
    waiting = [result["document_id"] for result in results if result["status"] not in _ENDED]
    while waiting:
        for document_id in waiting[:20]:
            document = await client.get(f"/api/v1/documents/{document_id}")
            if document["status"] in _ENDED:
                ended[document_id] = document
        waiting = [document_id for document_id in waiting if document_id not in ended]
        progress.update(task, completed=len(results) - len(waiting))
        if waiting:
            await asyncio.sleep(_POLL_S)
    progress.update(task, completed=len(results))
    return [ended.get(result["document_id"], result) for result in results]


async def _rebuild(settings: Settings) -> Any:
    async with api_client(settings) as client:
        started = await client.post("/api/v1/index/rebuild")
        with _progress("passages") as progress:
            task = progress.add_task("Rebuilding", total=None)
            while True:
                state = await client.get("/api/v1/index")
                progress.update(task, completed=state["rebuilt"], total=state["to_rebuild"])
                if state["state"] != "rebuilding":
                    return {**started, **state}
                await asyncio.sleep(_POLL_S)


def _progress(unit: str) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )


def _print_summary(results: list[Any]) -> None:
    for result in results:
        if error := result.get("error"):
            out.print(f"[red]✗[/] {result['filename']}: {error['message']} [dim]({error['code']})[/]")
        warnings: list[Any] = result.get("warnings") or []
        for warning in warnings:
            out.print(f"[yellow]![/] {result['filename']}: {json.dumps(warning, ensure_ascii=False)}")
    counts = Counter(result["status"] for result in results)
    out.print(", ".join(f"{number} {status}" for status, number in sorted(counts.items())))
