"""`bastide explain-access`: why somebody can read a document, and who can or could."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from bastide.app.cli.client import ApiClient, ServerAnswerError, call_api
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, errors_in_words, out, print_json
from bastide.app.cli.people import person_by_email

_GROUNDS = {
    "owner": "made it",
    "administrator": "administers the organisation",
    "grant": "granted to",
    "follows_collection": "follows its collection",
    "not_on_list": "narrowed to a list with neither them nor their groups",
    "nothing_granted": "granted neither to them nor to their groups",
    "other_organisation": "belongs to another organisation",
    "cannot_act": "the account is not active here",
    "not_there": "is not there",
    "label_rule": "the rule of its label lets them in",
    "label_second_factor": "the rule of its label lets them in, with a second factor",
    "label_barred": "the rule of its label keeps them out",
}
_FOLDERS = {"doc_": ("documents", "filename"), "col_": ("collections", "name")}


def explain_access(
    context: typer.Context,
    resource: Annotated[str, typer.Argument(help="Id of a document or collection.")],
    person: Annotated[
        str | None, typer.Argument(help="E-mail or id; without one, everybody who can.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="As it was then: 2026-03-01T12:00:00Z.")] = None,
    as_json: AsJson = False,
) -> None:
    async def ask(api: ApiClient) -> tuple[Any, Mapping[str, str]]:
        if person is None:
            answer = await api.get("/api/v1/access/readers", resource=resource, at=at)
            return answer, await _things(api, [resource])
        subject = (await person_by_email(api, person))["id"] if "@" in person else person
        answer = await api.get("/api/v1/access/explain", resource=resource, subject=subject, at=at)
        return answer, await _things(api, [resource, *(step["resource_id"] for step in answer["steps"])])

    with errors_in_words():
        answer, things = call_api(invocation(context).settings(), ask)
    if as_json:
        print_json(answer)
    elif person is None:
        _print_readers(answer, things.get(resource, resource))
    else:
        for line in chain_in_words(answer, things):
            out.print(line, markup=False)


async def _things(api: ApiClient, ids: Iterable[str]) -> Mapping[str, str]:
    """What documents and collections are called, as far as they are there and may be seen."""
    named: dict[str, str] = {}
    for one in sorted(set(ids)):
        folder, field = _FOLDERS.get(one[:4], ("", ""))
        if not folder:
            continue
        try:
            named[one] = f"“{(await api.get(f'/api/v1/{folder}/{one}'))[field]}”"
        except ServerAnswerError as error:
            if not error.answer_code.endswith("not_found"):
                raise
    return named


def chain_in_words(answer: Mapping[str, Any], things: Mapping[str, str]) -> Sequence[str]:
    """The verdict, and under it the chain of grounds, from the collection down to the document."""
    verdict = f"may {answer['access']}" if answer["access"] else "may not know of"
    about = things.get(answer["resource_id"], answer["resource_id"])
    lines = [f"{_subject(answer)} {verdict} {about}, because:"]
    for number, step in enumerate(answer["steps"], 1):
        name = things.get(step["resource_id"], step["resource_id"])
        gives = f"may {step['access']}" if step["access"] else "no access"
        thing = f"{step['kind']} {name}".strip()
        lines.append(f"  {number}. {thing}: {_ground(step, answer['names'])} → {gives}")
    return lines


def _subject(answer: Mapping[str, Any]) -> str:
    name = answer["names"].get(f"user:{answer['subject_id']}")
    role = (answer["role"] or "not active").replace("_", " ")
    return f"{name or answer['subject_id']} ({role})"


def _ground(step: Mapping[str, Any], names: Mapping[str, str]) -> str:
    ground = str(step["ground"])
    words = [_GROUNDS.get(ground, ground)]
    if token := step["grantee"]:
        kind, _, one = token.partition(":")
        words.append(f"{kind} {names.get(token, one)}")
    if step["label"]:
        words.append(f"({step['label']})")
    return " ".join(words)


def _print_readers(answer: Mapping[str, Any], thing: str) -> None:
    table = Table("who", "role", "may", "because", box=None)
    for reader in answer["items"]:
        because = _ground(reader["steps"][-1], reader["names"])
        name = reader["names"].get(f"user:{reader['subject_id']}", reader["subject_id"])
        table.add_row(escape(name), reader["role"].replace("_", " "), reader["access"], escape(because))
    out.print(table)
    out.print(f"{answer['total']} can read {thing}.", markup=False)
