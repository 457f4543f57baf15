"""What an answer cost, by the provider's count or by an estimate."""

import json

from bastide.gateway.domain.meter import Meter
from bastide.gateway.domain.usage import Counts

USAGE = {"prompt_tokens": 90, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 64}}


def test_the_providers_count_holds() -> None:
    meter = Meter(prompt_bytes=1000)
    meter.whole(json.dumps({"usage": USAGE, "choices": []}).encode())
    assert meter.counts == Counts(90, 7, 64)


def test_without_a_count_it_is_an_estimate() -> None:
    meter = Meter(prompt_bytes=401)
    meter.event(b'{"choices":[{"delta":{"content":"0123456789"}}]}')
    meter.event(b'{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"01"}}],"content":null}}]}')
    counts = meter.counts
    assert (counts.prompt, counts.estimated) == (101, True)
    assert counts.completion >= 3


def test_the_last_count_of_a_stream_holds() -> None:
    meter = Meter(10)
    meter.event(json.dumps({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}).encode())
    note = meter.event(json.dumps({"choices": [], "usage": USAGE}).encode())
    assert note.only_usage
    assert meter.counts == Counts(90, 7, 64)


def test_what_an_event_carries() -> None:
    meter = Meter(10)
    assert meter.event(b'{"choices":[{"delta":{"content":"x"}}]}').text
    assert not meter.event(b'{"choices":[{"delta":{"role":"assistant","content":""}}]}').text
    assert meter.event(b'{"error":{"message":"x"}}').error
    assert not meter.event(b'{"choices":[],"error":null}').error
