"""`bastide setup`: what a first start needs and the package cannot carry."""

from typing import Annotated

import typer

from bastide.app.cli.context import invocation
from bastide.app.cli.output import errors_in_words, out
from bastide.app.home import Home
from bastide.models.adapters.minilm import fetch_minilm


def setup(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option(help="Say nothing when there is nothing to do.")] = False,
) -> None:
    with errors_in_words():
        home = Home(invocation(context).settings().home)
        home.prepare()
        path, fetched = fetch_minilm(home.models)
    if fetched:
        out.print(f"Fetched all-MiniLM-L6-v2, checked its SHA-256, kept it in {path}.")
    elif not quiet:
        out.print(f"all-MiniLM-L6-v2 is there already: {path}.")
