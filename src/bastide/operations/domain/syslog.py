"""Entries as syslog messages (RFC 5424), for a SIEM.

The message is JSON in ASCII, which needs no byte order mark. Of the personal part it carries the address
only, as in CEF: what has gone elsewhere cannot be erased from here.
"""

import json
import re
from typing import Any

from bastide.operations.domain.entry import Outcome
from bastide.operations.domain.log import Placed

_FACILITY = 13  # log audit
_NOTICE = 5
_SEVERITY = {Outcome.DONE.value: 6, Outcome.REFUSED.value: 4, Outcome.FAILED.value: 3}
_NOT_PRINTED = re.compile(r"[^\x21-\x7e]+")
_HOST_LENGTH, _MESSAGE_ID_LENGTH = 255, 32


def as_syslog(placed: Placed, version: str, host: str) -> str:
    """One line. `id` in the message is the entry's own: who gets it twice can tell."""
    body = placed.body
    priority = _FACILITY * 8 + _SEVERITY.get(str(body["outcome"]), _NOTICE)
    sender, kind = _name(host, _HOST_LENGTH), _name(str(body["action"]), _MESSAGE_ID_LENGTH)
    origin = f'[origin software="Bastide" swVersion="{_parameter(version)}"]'
    personal: dict[str, Any] = json.loads(placed.record.personal) if placed.record.personal else {}
    shown = {name: value for name, value in body.items() if name not in {"v", "personal"}}
    message = {**shown, "position": placed.position, "address": personal.get("address")}
    text = json.dumps(message, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return f"<{priority}>1 {body['at']} {sender} bastide - {kind} {origin} {text}"


def _name(text: str, length: int) -> str:
    return _NOT_PRINTED.sub("", text)[:length] or "-"


def _parameter(text: str) -> str:
    return re.sub(r'([\\"\]])', r"\\\1", text)
