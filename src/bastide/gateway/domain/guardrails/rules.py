"""What an organisation wants of the texts that go to a model and come back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bastide.gateway.domain.guardrails.detector import Detector
from bastide.gateway.domain.guardrails.recognisers import RECOGNISERS

PATTERN = "pattern"
_LABEL = "[REDACTED]"


class Action(StrEnum):
    """What happens to a match: the request ends, the text is replaced, or it is only noted."""

    BLOCK = "block"
    MASK = "mask"
    FLAG = "flag"


class Stage(StrEnum):
    """Before the model: what the client sends. After: what the model answers."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A rule of an organisation.

    Attributes:
        model: only for this public name; None: for all.
        recognisers: names of `RECOGNISERS`; `patterns` are regular expressions of RE2 with bounded matches.
        label: replaces what is masked; empty: as the recogniser says.
    """

    id: str
    organisation_id: str
    name: str
    action: Action
    stages: tuple[Stage, ...]
    recognisers: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    model: str | None = None
    label: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Screen:
    """One detector at work for one guardrail. `kind` is the recogniser's name, or `pattern`."""

    guardrail_id: str
    name: str
    kind: str
    action: Action
    label: str
    pattern: str
    detector: Detector


def screens_of(guardrail: Guardrail) -> list[Screen]:
    """Raises PatternError."""
    found = [
        (
            name,
            guardrail.label or RECOGNISERS[name].label,
            pattern,
            Detector(pattern, RECOGNISERS[name].check),
        )
        for name in guardrail.recognisers
        for pattern in RECOGNISERS[name].patterns
    ]
    found += [
        (PATTERN, guardrail.label or _LABEL, pattern, Detector(pattern)) for pattern in guardrail.patterns
    ]
    return [
        Screen(guardrail.id, guardrail.name, kind, guardrail.action, label, pattern, detector)
        for kind, label, pattern, detector in found
    ]


class GuardrailBook:
    """All guardrails, compiled, by whose they are. Immutable: a change makes a new one."""

    def __init__(self, guardrails: Iterable[Guardrail] = ()) -> None:
        book: dict[str, list[tuple[Guardrail, list[Screen]]]] = {}
        for guardrail in guardrails:
            if guardrail.enabled:
                book.setdefault(guardrail.organisation_id, []).append((guardrail, screens_of(guardrail)))
        self._book: Mapping[str, list[tuple[Guardrail, list[Screen]]]] = MappingProxyType(book)

    def of(self, organisation_id: str, model: str, stage: Stage) -> list[Screen]:
        """Those that a call to the model meets; empty for most."""
        rules = self._book.get(organisation_id)
        if rules is None:
            return []
        return [
            screen
            for guardrail, screens in rules
            if stage in guardrail.stages and guardrail.model in {None, model}
            for screen in screens
        ]
