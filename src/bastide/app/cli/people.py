"""`bastide people`: list, invite, let back in, and shut out, from the machine itself."""

from typing import Annotated, Any

import typer
from rich.table import Table

from bastide.app.cli.client import ApiClient, call_api
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, err, errors_in_words, out, print_json
from bastide.identity.contract import Role
from bastide.kit.errors import NotFoundError

app = typer.Typer(no_args_is_help=True)
_Email = Annotated[str, typer.Argument(help="E-mail address.")]


class NobodyError(NotFoundError):
    """Nobody in the organisation has this address."""

    code = "person.not_found"


@app.command("list", help="List the people of the organisation.")
def list_people(
    context: typer.Context,
    sought: Annotated[str | None, typer.Argument(help="A part of name or address.")] = None,
    as_json: AsJson = False,
) -> None:
    with errors_in_words():
        page = call_api(
            invocation(context).settings(), lambda api: api.get("/api/v1/people", q=sought, limit=200)
        )
    if as_json:
        print_json(page)
        return
    table = Table("e-mail", "name", "role", "active", "last seen", box=None)
    for person in page["items"]:
        active = "yes" if person["active"] else "no"
        seen = person["last_seen_at"] or "never"
        table.add_row(person["email"], person["name"], person["role"], active, seen)
    out.print(table)


@app.command(help="Invite somebody; prints the link to hand over.")
def invite(
    context: typer.Context,
    email: _Email,
    role: Annotated[Role, typer.Option(help="What they will be.")] = Role.MEMBER,
) -> None:
    body = {"email": email, "role": role.value}
    with errors_in_words():
        made = call_api(invocation(context).settings(), lambda api: api.post("/api/v1/invitations", body))
    _print_link(made["link"])


@app.command(help="A link with which somebody who cannot log in chooses a new password.")
def reset(context: typer.Context, email: _Email) -> None:
    async def link(api: ApiClient) -> Any:
        person = await person_by_email(api, email)
        return await api.post(f"/api/v1/people/{person['id']}/reset-link")

    with errors_in_words():
        _print_link(call_api(invocation(context).settings(), link))


@app.command(help="End every session of a person, revoke their keys, and let them in no more.")
def deactivate(context: typer.Context, email: _Email) -> None:
    _set_active(context, email, active=False)
    out.print(f"{email} is shut out.")


@app.command(help="Let a person in again, who was deactivated.")
def activate(context: typer.Context, email: _Email) -> None:
    _set_active(context, email, active=True)
    out.print(f"{email} may log in.")


def _set_active(context: typer.Context, email: str, *, active: bool) -> None:
    async def change(api: ApiClient) -> Any:
        person = await person_by_email(api, email)
        return await api.patch(f"/api/v1/people/{person['id']}", {"active": active})

    with errors_in_words():
        call_api(invocation(context).settings(), change)


async def person_by_email(api: ApiClient, email: str) -> dict[str, Any]:
    """Raises NobodyError."""
    wanted = email.strip().lower()
    page = await api.get("/api/v1/people", q=wanted, limit=200)
    for person in page["items"]:
        if person["email"] == wanted:
            return person
    raise NobodyError(f"Nobody here has the address {wanted}.", email=wanted)


def _print_link(link: dict[str, Any]) -> None:
    out.print(link["path"], markup=False)
    note = (
        "It was mailed." if link["mailed"] else "Put it behind the address of this Bastide and hand it over."
    )
    err.print(f"[dim]{note} It is shown this once.[/]")
