"""`bastide up` and `bastide serve`."""

import asyncio
from typing import Annotated

import typer
from rich.panel import Panel
from uvicorn.loops.auto import auto_loop_factory

from bastide.app.cli.context import invocation
from bastide.app.cli.output import err, errors_in_words
from bastide.app.roles import Role
from bastide.app.server import Serving, serve
from bastide.app.settings import Settings
from bastide.platform.telemetry.logs import configure_logs

_Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")]
_Port = Annotated[
    int | None, typer.Option(help="Port to listen on; 0 takes a free one.", show_default="4666")
]


_ROLES = (
    "A role to run; give it several times for several. gateway: the door to the models. api: search and "
    "management. documents: reads what was uploaded. web: the page. The others have no work of their own yet."
)


def up(context: typer.Context, host: _Host = None, port: _Port = None) -> None:
    with errors_in_words():
        _serve(invocation(context).settings(host=host, port=port))


def serve_roles(
    context: typer.Context,
    role: Annotated[list[Role], typer.Option(help=_ROLES)],
    host: _Host = None,
    port: _Port = None,
) -> None:
    with errors_in_words():
        _serve(invocation(context).settings(host=host, port=port, roles=tuple(role)))


def _serve(settings: Settings) -> None:
    configure_logs(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(serve(settings, lambda serving: _greet(settings, serving)))


def _greet(settings: Settings, serving: Serving) -> None:
    lines = [f"[bold]{serving.url}[/]", f"[dim]home: {settings.home}[/]"]
    first = serving.container.first_administrator
    if first is not None and first.one_time_password is not None:
        lines += [
            "",
            "First administrator, shown this once:",
            f"  e-mail    [bold]{first.email}[/]",
            f"  password  [bold]{first.one_time_password}[/]",
        ]
    lines += [f"[yellow]{warning}[/]" for warning in serving.container.start_warnings]
    err.print(Panel("\n".join(lines), title="Bastide is ready", subtitle="Ctrl+C stops it", expand=False))
