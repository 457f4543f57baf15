"""`bastide explain-access`: why somebody can read a document, and who can or could."""

from typing import Annotated, Any

import typer
from rich.table import Table

from bastide.app.cli.client import ApiClient, call_api
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, errors_in_words, out, print_json
from bastide.app.cli.people import person_by_email


def explain_access(
    context: typer.Context,
    resource: Annotated[str, typer.Argument(help="Id of a document or collection.")],
    person: Annotated[
        str | None, typer.Argument(help="E-mail or id; without one, everybody who can.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="As it was then: 2026-03-01T12:00:00Z.")] = None,
    as_json: AsJson = False,
) -> None:
    async def ask(api: ApiClient) -> Any:
        if person is None:
            return await api.get("/api/v1/access/readers", resource=resource, at=at)
        subject = (await person_by_email(api, person))["id"] if "@" in person else person
        return await api.get("/api/v1/access/explain", resource=resource, subject=subject, at=at)

    with errors_in_words():
        answer = call_api(invocation(context).settings(), ask)
    if as_json:
        print_json(answer)
    elif person is None:
        _print_readers(answer)
    else:
        _print_chain(answer)


def _print_chain(answer: dict[str, Any]) -> None:
    verdict = f"may {answer['access']}" if answer["access"] else "has no access to"
    out.print(f"{answer['subject_id']} ({answer['role'] or 'cannot act'}) {verdict} {answer['resource_id']}")
    for step in answer["steps"]:
        by = f" {step['grantee']}" if step["grantee"] else ""
        out.print(
            f"  {step['kind']} {step['resource_id']}: {step['ground']}{by} → {step['access'] or 'nothing'}"
        )


def _print_readers(answer: dict[str, Any]) -> None:
    table = Table("who", "role", "may", "because", box=None)
    for reader in answer["items"]:
        last = reader["steps"][-1]
        because = f"{last['ground']} {last['grantee'] or ''}".strip()
        table.add_row(reader["subject_id"], reader["role"], reader["access"], because)
    out.print(table)
    out.print(f"{answer['total']} in all")
