"""`bastide audit`: look at the log, export it, and verify an export offline."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bastide.app.cli.client import call_api
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, Exit, err, errors_in_words, out, print_json
from bastide.app.cli.public_keys import public_keys
from bastide.kit.errors import InvalidError
from bastide.operations.domain.checkpoint import Checkpoint
from bastide.operations.domain.verification import ExportVerifier, Verdict, parse_checkpoint

app = typer.Typer(no_args_is_help=True)


class AuditFileError(InvalidError):
    """A checkpoint for the verification cannot be read."""

    code = "audit.file"


@app.command("list", help="Show the newest entries.")
def list_entries(
    context: typer.Context,
    action: Annotated[str | None, typer.Option(help="For instance login.failed, or key.*")] = None,
    actor: Annotated[str | None, typer.Option(help="Id of a person or service account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
    as_json: AsJson = False,
) -> None:
    query = {"action": action, "actor": actor, "limit": limit}
    with errors_in_words():
        page = call_api(invocation(context).settings(), lambda api: api.get("/api/v1/audit", **query))
    if as_json:
        print_json(page)
        return
    table = Table("no.", "when", "what", "who", "to what", "outcome", box=None)
    for one in page["items"]:
        cells = (one["at"], one["action"], one["actor"], one["target"] or "", one["outcome"])
        table.add_row(str(one["position"]), *cells)
    out.print(table)


@app.command(help="Write the log as JSON Lines, which `audit verify` checks anywhere.")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to.", dir_okay=False)],
    since: Annotated[str | None, typer.Option(help="From this time on: 2026-03-01T00:00:00Z.")] = None,
    form: Annotated[str, typer.Option("--format", help="jsonl, cef or syslog.")] = "jsonl",
) -> None:
    with errors_in_words():
        call_api(
            invocation(context).settings(),
            lambda api: api.download("/api/v1/audit/export", file, since=since, format=form),
        )
    err.print(f"[dim]Written to {file}.[/]")


@app.command(help="Verify an export offline; without a file, the log of this installation.")
def verify(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="An export.", exists=True, dir_okay=False)] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="Public key as id=base64, from GET /api/v1/audit/checkpoint; repeatable."),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that you kept (JSON); repeatable.", exists=True, dir_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    with errors_in_words():
        if file is None:
            answer = call_api(invocation(context).settings(), lambda api: api.post("/api/v1/audit/verify"))
        else:
            answer = _shown(
                _verified(file, public_keys(key), [_checkpoint(path) for path in checkpoint or ()])
            )
    if as_json:
        print_json(answer)
    else:
        _print_verdict(answer, trusted=file is None or bool(key))
    if not answer["valid"]:
        raise typer.Exit(Exit.FAILED)


def _verified(file: Path, trusted: dict[str, bytes] | None, known: list[Checkpoint]) -> Verdict:
    verifier = ExportVerifier(trusted, known)
    with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            verifier.feed(line)
    return verifier.finish()


def _checkpoint(path: Path) -> Checkpoint:
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return parse_checkpoint(content.get("checkpoint", content))
    except (ValueError, AttributeError) as error:
        raise AuditFileError(f"{path} holds no checkpoint.") from error


def _shown(verdict: Verdict) -> dict[str, Any]:
    head = verdict.checkpoint
    return {
        "valid": verdict.valid,
        "log": verdict.log_id,
        "first": verdict.first,
        "entries": verdict.entries,
        "erased": len(verdict.erased),
        "problems": verdict.problems,
        "checkpoint": None if head is None else {"size": head.size, "at": head.at, "key_id": head.key_id},
    }


def _print_verdict(answer: dict[str, Any], *, trusted: bool) -> None:
    for problem in answer["problems"]:
        out.print(f"[bold red]✗[/] {problem}")
    if answer["valid"]:
        last = answer["first"] + answer["entries"] - 1
        out.print(
            f"[bold green]✓[/] {answer['entries']} entries ({answer['first']} to {last}) are as written."
        )
    if answer["erased"]:
        out.print(f"[dim]{answer['erased']} have lost their personal part; the log says by whom.[/]")
    if not trusted:
        out.print("[yellow]Checked with the key in the file; give --key to know that it is yours.[/]")
