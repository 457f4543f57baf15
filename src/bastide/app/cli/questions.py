"""`bastide search` and `bastide ask`."""

import json
from typing import Annotated, Any, cast

import typer

from bastide.app.cli.client import call_api
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, Exit, errors_in_words, out, print_json
from bastide.kit.errors import InvalidError

_Collections = Annotated[
    list[str] | None, typer.Option("--collection", "-c", help="Only in this collection (repeatable).")
]
_Filters = Annotated[str, typer.Option(help='Metadata filter as JSON, such as \'{"year": {"gte": 2023}}\'.')]


class FilterSyntaxError(InvalidError):
    """`--filters` is not a JSON object."""

    code = "cli.filters"


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="What to look for.")],
    collection: _Collections = None,
    filters: _Filters = "{}",
    top_k: Annotated[int, typer.Option("--top", help="How many passages.", min=1, max=100)] = 5,
    threshold: Annotated[float, typer.Option(help="Leave out scores below (0..1).", min=0, max=1)] = 0.0,
    as_json: AsJson = False,
) -> None:
    with errors_in_words():
        body = {
            "query": query,
            "collections": collection or [],
            "filters": _json_object(filters),
            "top_k": top_k,
            "score_threshold": threshold,
        }
        answer = call_api(invocation(context).settings(), lambda api: api.post("/api/v1/search", body))
    if as_json:
        print_json(answer)
    else:
        _print_hits(answer)
    if not answer["results"]:
        raise typer.Exit(Exit.ATTENTION)


def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="A question, in French or English.")],
    collection: _Collections = None,
    filters: _Filters = "{}",
    model: Annotated[str, typer.Option(help="A name from /v1/models.")] = "bastide-reader",
    as_json: AsJson = False,
) -> None:
    with errors_in_words():
        body = {
            "model": model,
            "messages": [{"role": "user", "content": question}],
            "bastide": {"collections": collection or [], "filters": _json_object(filters)},
        }
        answer = call_api(invocation(context).settings(), lambda api: api.post("/v1/chat/completions", body))
    if as_json:
        print_json(answer)
    else:
        _print_answer(answer)
    if not answer["bastide"]["answered"]:
        raise typer.Exit(Exit.ATTENTION)


def _json_object(text: str) -> dict[str, Any]:
    try:
        value: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise FilterSyntaxError(f"--filters is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise FilterSyntaxError('--filters must be a JSON object, such as {"year": 2024}')
    return cast("dict[str, Any]", value)


def _place(filename: str, page: int | None, section: str) -> str:
    parts = [filename, f"p. {page}" if page else "", section]
    return " · ".join(part for part in parts if part)


def _print_hits(answer: dict[str, Any]) -> None:
    if not answer["results"]:
        out.print("Nothing found.")
    for hit in answer["results"]:
        meta = hit["metadata"]
        out.print(f"[bold]{hit['score']:.2f}[/]  {_place(meta['filename'], meta['page'], meta['section'])}")
        out.print(f"      {' '.join(hit['content'].split())[:300]}", markup=False)
    found = answer["total_results"]
    out.print(f"[dim]{found} passage{'s' * (found != 1)}, {answer['search_time_ms']} ms[/]")


def _print_answer(answer: dict[str, Any]) -> None:
    out.print(answer["choices"][0]["message"]["content"], markup=False)
    out.print()
    for citation in answer["citations"]:
        mark = "✓" if citation["verified"] else "?"
        where = _place(citation["filename"], citation["page"], citation["section"])
        out.print(f"[{citation['number']}] {mark} {where}", style="dim", markup=False)
