"""`bastide keyring`: change the master key, with the server stopped."""

import asyncio
import base64
from dataclasses import asdict
from typing import Annotated

import typer

from bastide.app import rekey
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, errors_in_words, out, print_json
from bastide.app.home import Home
from bastide.app.rekey import Rotation
from bastide.app.settings import Settings
from bastide.kit.clock import SystemClock
from bastide.platform.database.engine import open_database
from bastide.platform.secrets.local import LocalKeyring

app = typer.Typer(no_args_is_help=True)


@app.command(help="Put a new master key in use and wrap everything with it. Stop the server first.")
def rotate(
    context: typer.Context,
    retire_old: Annotated[
        bool, typer.Option("--retire", help="Then destroy the old keys: no way back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    with errors_in_words():
        settings = invocation(context).settings()
        home = Home(settings.home)
        home.prepare()
        with home.exclusive():
            done = asyncio.run(_rotated(settings, home, retire_old=retire_old))
    if as_json:
        print_json(asdict(done))
        return
    out.print(f"Master key {done.master} is in use; {done.rewrapped} values are wrapped with it.")
    if retire_old:
        out.print(f"{done.retired} old master keys are destroyed.")


@app.command(help="Which keys there are.")
def status(context: typer.Context, as_json: AsJson = False) -> None:
    with errors_in_words():
        keyring = LocalKeyring.load(Home(invocation(context).settings().home).keys)
        answer = {
            "master": keyring.master_id,
            "old_masters": list(keyring.old_master_ids),
            "signers": {name: base64.b64encode(key).decode() for name, key in keyring.public_keys().items()},
        }
    if as_json:
        print_json(answer)
        return
    old = ", ".join(keyring.old_master_ids) or "none"
    out.print(
        f"master key in use: {keyring.master_id}; old ones: {old}; signing keys: {len(answer['signers'])}"
    )


async def _rotated(settings: Settings, home: Home, *, retire_old: bool) -> Rotation:
    database = open_database(settings.database)
    try:
        return await rekey.rotate(database, home.keys, SystemClock(), retire_old=retire_old)
    finally:
        await database.close()
