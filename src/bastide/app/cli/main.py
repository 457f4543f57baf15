"""`bastide`: every verb of the command line."""

from pathlib import Path
from typing import Annotated

import typer

from bastide.app.cli import (
    access,
    audit,
    doctor,
    documents,
    gateway,
    keyring,
    keys,
    people,
    questions,
    receipt,
    server,
    setup,
)
from bastide.app.cli.context import Invocation
from bastide.app.cli.output import AsJson, out, print_json
from bastide.app.version import VERSION

app = typer.Typer(
    name="bastide",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Bastide: chat with your documents, with answers whose every citation can be checked.",
    epilog="Everything stored lies in one directory: BASTIDE_HOME. Exit codes: 0 done, 1 failed, "
    "2 wrong usage, 3 done but look at the output.",
)


@app.callback()
def common(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Directory that holds everything stored.", show_default=False)
    ] = None,
) -> None:
    context.obj = Invocation(home)


app.command("up", help="Start everything in this process and serve the page.")(server.up)
app.command("serve", help="Run some roles of a split installation.")(server.serve_roles)
app.command("doctor", help="Check the installation, say what is missing and how to get it.")(doctor.doctor)
app.command("add", help="Add files and folders to a collection and follow them until searchable.")(
    documents.add
)
app.command("rebuild", help="Make the search index again from the database and the stored files.")(
    documents.rebuild
)
app.command("search", help="Find passages.")(questions.search)
app.command("ask", help="Ask a question and get an answer with its sources.")(questions.ask)
app.command("explain-access", help="Say why somebody can read a document, or who can.")(access.explain_access)
app.command("setup", help="Fetch what a first start needs: the embedder.")(setup.setup)
app.add_typer(keys.app, name="key", help="API keys.")
app.add_typer(keyring.app, name="keyring", help="The keys that everything stored is encrypted with.")
app.add_typer(gateway.app, name="gateway", help="The door to the models.")
app.add_typer(receipt.app, name="receipt", help="Receipts of erasure.")
app.add_typer(audit.app, name="audit", help="The audit log.")
app.add_typer(people.app, name="people", help="The people of the organisation.")


@app.command(help="Print the version.")
def version(*, as_json: AsJson = False) -> None:
    if as_json:
        print_json({"version": VERSION})
    else:
        out.print(VERSION)


def main() -> None:
    """Entry point of the console script."""
    app()
