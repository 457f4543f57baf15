"""What a request's affinity holds on to."""

import json

from bastide.gateway.domain.affinity import affinity_key
from bastide.gateway.domain.call import Operation, read_call
from bastide.gateway.domain.catalogue import Strategy
from bastide.identity.contract import CredentialKind, Principal, Role

ALICE = Principal("usr_alice", "org", Role.MEMBER, CredentialKind.KEY, key_id="key_1")


def key(strategy: Strategy, **body: object) -> bytes:
    raw = json.dumps({"model": "m", **body}).encode()
    return affinity_key(strategy, read_call(ALICE, Operation.CHAT, raw, "req_1"))


def test_a_growing_conversation_keeps_its_prefix() -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who?"}]
    first = key(Strategy.PREFIX, messages=messages)
    more = [*messages, {"role": "assistant", "content": "Me."}, {"role": "user", "content": "Why?"}]
    assert key(Strategy.PREFIX, messages=more) == first
    other = [messages[0], {"role": "user", "content": "Where?"}]
    assert key(Strategy.PREFIX, messages=other) != first


def test_prompts_and_broken_messages() -> None:
    assert key(Strategy.PREFIX, prompt="x" * 9000) == key(Strategy.PREFIX, prompt="x" * 8000)
    assert key(Strategy.PREFIX, messages="none") == b""
    assert key(Strategy.PREFIX, messages=[3]) == b""
    assert key(Strategy.PREFIX) == b""


def test_a_session_is_what_the_client_names_or_its_key() -> None:
    assert key(Strategy.SESSION, user="bob", prompt_cache_key="chat-7") == b'"chat-7"'
    assert key(Strategy.SESSION, user="bob") == b'"bob"'
    assert key(Strategy.SESSION) == b"key_1"
    assert key(Strategy.WEIGHTED, user="bob") == b""
