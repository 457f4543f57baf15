"""What commands print: words for people, JSON for scripts, and exit codes that mean something."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from bastide.app.cli.client import ServerAnswerError
from bastide.kit.errors import BastideError


class Exit(IntEnum):
    """0 done · 1 could not be done · 2 called wrongly (by Typer) · 3 done, with something to look at."""

    DONE = 0
    FAILED = 1
    ATTENTION = 3


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def errors_in_words() -> Generator[None]:
    """Print a BastideError as one line with its code, and exit 1."""
    try:
        yield
    except BastideError as error:
        code = error.answer_code if isinstance(error, ServerAnswerError) else error.code
        err.print(f"[bold red]✗[/] {error.message}", f"[dim]({code})[/]")
        raise typer.Exit(Exit.FAILED) from error
