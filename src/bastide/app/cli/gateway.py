"""`bastide gateway`: take over another gateway's configuration."""

from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import quote

import typer
import yaml
from rich.markup import escape

from bastide.app.cli.client import ApiClient, ServerAnswerError, call_api
from bastide.app.cli.context import invocation
from bastide.app.cli.output import AsJson, Exit, err, errors_in_words, out, print_json
from bastide.app.settings import environment_variable
from bastide.gateway.adapters.litellm.plan import Fate, Plan
from bastide.gateway.adapters.litellm.reading import read_litellm
from bastide.gateway.domain.errors import ImportFileError
from bastide.kit.json import Json, JsonObject

app = typer.Typer(no_args_is_help=True)
_SIGNS = {Fate.TAKEN: "[green]✓[/]", Fate.CHANGED: "[yellow]~[/]", Fate.LEFT_OUT: "[red]✗[/]"}


@app.callback()
def _group() -> None:
    """Keeps `import` a verb of its own although it is the only one."""


@app.command("import", help="Take over a LiteLLM config.yaml; say what could not be, and why.")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="LiteLLM's config.yaml.", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    with errors_in_words():
        plan = read_litellm(_yaml(file), environment_variable)
        made: list[JsonObject] = []
        if not dry_run:
            made = call_api(invocation(context).settings(), lambda api: _apply(api, plan))
    if as_json:
        print_json({**plan.shown(), "dry_run": dry_run, "made": made})
    else:
        _print(plan, made, dry_run=dry_run)
    if any(note.fate is not Fate.TAKEN for note in plan.notes) or any("error" in each for each in made):
        raise typer.Exit(Exit.ATTENTION)


def _yaml(file: Path) -> Json:
    try:
        return cast("Json", yaml.safe_load(file.read_text("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ImportFileError(f"{file} is no YAML: {error}") from error


async def _apply(api: ApiClient, plan: Plan) -> list[JsonObject]:
    """Each body, in an order in which what is referred to is there. What is there already stays as it is."""
    made: list[JsonObject] = []
    present: set[Json] = set()
    limits = [_limited(each) for each in (await api.get("/api/v1/gateway/limits"))["items"]]
    falling: list[JsonObject] = []
    for kind, given in _bodies(plan):
        body = {name: value for name, value in given.items() if name != "fallbacks"}
        name = str(body.get("name") or body.get("upstream_name") or body.get("subject_id") or "organisation")
        known = kind == "deployments" and body["model"] in present
        if known or (kind == "limits" and _limited(body) in limits):
            made.append({"kind": kind, "name": name, "done": False})
            continue
        try:
            await api.post(f"/api/v1/gateway/{kind}", body)
            made.append({"kind": kind, "name": name, "done": True})
            if "fallbacks" in given:
                falling.append(given)
        except ServerAnswerError as error:
            if error.answer_code != "gateway.exists":
                made.append({"kind": kind, "name": name, "done": False, "error": error.message})
                continue
            made.append({"kind": kind, "name": name, "done": False})
            if kind == "models":
                present.add(name)
    for given in falling:  # only now is every model there that may be named
        routing = {name: value for name, value in given.items() if name != "name"}
        try:
            await api.put(f"/api/v1/gateway/models/{quote(str(given['name']))}", routing)
        except ServerAnswerError as error:
            made.append({"kind": "fallbacks", "name": given["name"], "done": False, "error": error.message})
    return made


def _limited(limit: JsonObject) -> tuple[Json, ...]:
    """What a limit limits; an organisation's names itself, or nobody."""
    whose = "" if limit["subject"] == "organisation" else limit["subject_id"]
    return limit["subject"], whose, limit["metric"], limit["period"]


def _bodies(plan: Plan) -> list[tuple[str, JsonObject]]:
    return [
        *(("providers", body) for body in plan.providers),
        *(("models", body) for body in plan.models),
        *(("deployments", body) for body in plan.deployments),
        *(("limits", body) for body in plan.limits),
    ]


def _print(plan: Plan, made: list[Any], *, dry_run: bool) -> None:
    for note in plan.notes:
        out.print(_SIGNS[note.fate], f"[bold]{escape(note.where)}[/]:", escape(note.why))
    for each in made:
        if "error" in each:
            out.print(f"[bold red]✗[/] {each['kind']} {escape(each['name'])}: {escape(each['error'])}")
        elif not each["done"]:
            out.print(f"[dim]= {each['kind']} {escape(each['name'])} is there already and stays as it is[/]")
    done = sum(1 for each in made if each["done"])
    counted = f"{len(plan.models)} models, {len(plan.deployments)} deployments, {len(plan.limits)} limits"
    if dry_run:
        err.print(f"[dim]Would make {len(plan.providers)} providers, {counted}. Nothing was changed.[/]")
    else:
        err.print(f"[dim]{done} of {len(made)} made ({len(plan.providers)} providers, {counted}).[/]")
