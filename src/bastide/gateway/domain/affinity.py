"""What a request's affinity holds on to: the session it names, or the beginning of its prompt."""

import msgspec

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Strategy

_PREFIX_BYTES = 4096
_SESSION_MEMBERS = ("prompt_cache_key", "safety_identifier", "user")


class _Role(msgspec.Struct):
    role: str = ""


_messages = msgspec.json.Decoder(list[msgspec.Raw])
_role = msgspec.json.Decoder(_Role)


def affinity_key(strategy: Strategy, call: Call) -> bytes:
    """Empty when the request has none, or the strategy needs none."""
    if strategy is Strategy.SESSION:
        return call.session or _session(call)
    if strategy is Strategy.PREFIX:
        return _prefix(call)
    return b""


def _session(call: Call) -> bytes:
    for name in _SESSION_MEMBERS:
        if raw := call.members.get(name):
            return bytes(raw)
    return (call.principal.key_id or call.principal.subject_id).encode()


def _prefix(call: Call) -> bytes:
    """All up to the end of the first message of the user: it stays the same while a conversation grows."""
    for name in ("messages", "input", "prompt"):
        if raw := call.members.get(name):
            break
    else:
        return b""
    if name == "messages":
        try:
            taken: list[msgspec.Raw] = []
            for message in _messages.decode(raw):
                taken.append(message)
                if _role.decode(message).role == "user":
                    break
            return b"".join(bytes(message) for message in taken)[:_PREFIX_BYTES]
        except (msgspec.DecodeError, UnicodeDecodeError):
            return b""
    return bytes(raw)[:_PREFIX_BYTES]
