"""`bastide key`: make, list and revoke API keys."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from bastide.app.cli.client import call_api
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, err, errors_in_words, out, print_json
from bastide.kit.clock import SystemClock

app = typer.Typer(no_args_is_help=True)


@app.command(help="Make an API key and print it, once.")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
    days: Annotated[int | None, typer.Option(help="Days until it expires; never without it.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    expires_at = None if days is None else (SystemClock().now() + timedelta(days=days)).isoformat()
    body = {"name": name, "expires_at": expires_at}
    with errors_in_words():
        key = call_api(invocation(context).settings(), lambda api: api.post("/api/v1/keys", body))
    if as_json:
        print_json(key)
        return
    out.print(key["key"], markup=False)
    err.print("[dim]Kept as a hash only: this is the one time it is shown.[/]")


@app.command("list", help="List API keys.")
def list_keys(context: typer.Context, as_json: AsJson = False) -> None:
    with errors_in_words():
        keys = call_api(invocation(context).settings(), lambda api: api.get("/api/v1/keys"))
    if as_json:
        print_json(keys)
        return
    table = Table("id", "name", "ends in", "expires", "last used", box=None)
    for key in keys["items"]:
        table.add_row(
            key["id"],
            key["name"],
            key["last_four"],
            key["expires_at"] or "never",
            key["last_used_at"] or "never",
        )
    out.print(table)


@app.command(help="Revoke an API key at once.")
def revoke(context: typer.Context, key_id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    with errors_in_words():
        call_api(invocation(context).settings(), lambda api: api.delete(f"/api/v1/keys/{key_id}"))
    out.print(f"Revoked {key_id}.")
