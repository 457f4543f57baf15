"""What an import would make, as bodies of the management API, and what it says of the rest."""

from dataclasses import dataclass, field
from enum import StrEnum

from bastide.kit.json import JsonObject


class Fate(StrEnum):
    """What became of a setting. `changed`: taken over in another form, which may behave differently."""

    TAKEN = "taken"
    CHANGED = "changed"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Note:
    """`where` is the setting's path in the file; `why` says what it became, or why it did not."""

    fate: Fate
    where: str
    why: str


@dataclass(slots=True)
class Plan:
    """Bodies for `POST /api/v1/gateway/{providers,models,deployments,limits}`, in this order.

    A provider's `api_key` is the key itself: never print a provider but by `shown`.
    """

    providers: list[JsonObject] = field(default_factory=list[JsonObject])
    models: list[JsonObject] = field(default_factory=list[JsonObject])
    deployments: list[JsonObject] = field(default_factory=list[JsonObject])
    limits: list[JsonObject] = field(default_factory=list[JsonObject])
    notes: list[Note] = field(default_factory=list[Note])

    def taken(self, where: str, why: str) -> None:
        self.notes.append(Note(Fate.TAKEN, where, why))

    def changed(self, where: str, why: str) -> None:
        self.notes.append(Note(Fate.CHANGED, where, why))

    def left_out(self, where: str, why: str) -> None:
        self.notes.append(Note(Fate.LEFT_OUT, where, why))

    def shown(self) -> JsonObject:
        """Everything, without keys."""
        providers = [
            {
                **{name: value for name, value in each.items() if name != "api_key"},
                "has_key": bool(each.get("api_key")),
            }
            for each in self.providers
        ]
        return {
            "providers": list(providers),
            "models": list(self.models),
            "deployments": list(self.deployments),
            "limits": list(self.limits),
            "notes": [{"fate": note.fate, "where": note.where, "why": note.why} for note in self.notes],
        }
