"""Entries in ArcSight's Common Event Format, version 0, as SIEMs read it over syslog or from a file."""

import json
from typing import Any

from bastide.operations.domain.entry import Outcome
from bastide.operations.domain.log import Placed
from bastide.operations.domain.record import canonical, microseconds

_SEVERITY = {Outcome.DONE.value: 3, Outcome.REFUSED.value: 6, Outcome.FAILED.value: 7}


def as_cef(placed: Placed, version: str) -> str:
    """One line. `rt` is in milliseconds; what has no key of its own is in custom strings with labels."""
    body = placed.body
    action, outcome = str(body["action"]), str(body["outcome"])
    header = ("CEF:0", "Bastide", "Bastide", version, action, action, str(_SEVERITY.get(outcome, 5)))
    personal: dict[str, Any] = json.loads(placed.record.personal) if placed.record.personal else {}
    extension = {
        "rt": str(microseconds(placed.at) // 1000),
        "externalId": str(placed.position),
        "suser": body["actor"],
        "src": personal.get("address"),
        "outcome": outcome,
        "cs1Label": "organisation",
        "cs1": body["log"],
        "cs2Label": "target",
        "cs2": body["target"],
        "cs3Label": "credential",
        "cs3": body["credential_id"] or body["credential"],
        "cs4Label": "details",
        "cs4": canonical(details) if isinstance(details := body["details"], dict) and details else None,
    }
    known = {name: str(value) for name, value in extension.items() if value is not None}
    for number in "234":
        if f"cs{number}" not in known:
            known.pop(f"cs{number}Label")
    return (
        "|".join(_header(part) for part in header)
        + "|"
        + " ".join(f"{name}={_extension(value)}" for name, value in known.items())
    )


def _header(text: str) -> str:
    return _one_line(text.replace("\\", "\\\\").replace("|", "\\|"))


def _extension(text: str) -> str:
    return _one_line(text.replace("\\", "\\\\").replace("=", "\\="))


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")
