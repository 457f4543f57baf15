"""What the options before the verb say."""

from dataclasses import dataclass
from pathlib import Path

import typer

from bastide.app.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Invocation:
    """Options that every verb shares."""

    home: Path | None

    def settings(self, **overrides: object) -> Settings:
        """Raises SettingsError."""
        return load_settings(home=self.home, **overrides)


def invocation(context: typer.Context) -> Invocation:
    found = context.find_object(Invocation)
    return found if found is not None else Invocation(None)
