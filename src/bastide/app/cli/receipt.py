"""`bastide receipt`: verify a receipt of erasure, offline."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bastide.app.cli.output import Exit, errors_in_words, out
from bastide.app.cli.public_keys import public_keys
from bastide.kit.errors import InvalidError
from bastide.operations.domain.receipt import is_genuine

app = typer.Typer(no_args_is_help=True)


class ReceiptFileError(InvalidError):
    """The file holds no receipt."""

    code = "receipt.file"


@app.callback()
def receipts() -> None:
    """Receipts of erasure."""


@app.command(help="Verify a receipt of erasure; with --key, also that it is yours.")
def verify(
    file: Annotated[Path, typer.Argument(help="The receipt (JSON).", exists=True, dir_okay=False)],
    key: Annotated[
        list[str] | None, typer.Option(help="Public key as id=base64, from `bastide keyring status --json`.")
    ] = None,
) -> None:
    with errors_in_words():
        given = _receipt(file)
        genuine = is_genuine(given, public_keys(key))
    if not genuine:
        out.print("[bold red]✗[/] This receipt was changed, or signed by somebody else.")
        raise typer.Exit(Exit.FAILED)
    said = given["statement"]
    out.print(f"[bold green]✓[/] {said['kind']} of {said['subject']}, done at {said['done_at']}.")
    for part, counts in said["removed"].items():
        out.print(f"  removed: {part}: {', '.join(f'{count} {what}' for what, count in counts.items())}")
    for part, reasons in said["kept"].items():
        for what, why in reasons.items():
            out.print(f"  kept: {part}/{what}: {why}")
    if not key:
        out.print("[yellow]Checked with the key in the file; give --key to know that it is yours.[/]")


def _receipt(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
        found = content.get("receipt", content)
        found["statement"]["subject"]
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise ReceiptFileError(f"{file} holds no receipt.") from error
    return found
