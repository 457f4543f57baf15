"""How many tokens a call may take before it is made."""

import json

from bastide.gateway.domain.call import Operation, read_call
from bastide.gateway.domain.catalogue import Deployment, Provider, ProviderKind
from bastide.gateway.domain.estimates import Estimate, estimate
from bastide.identity.contract import CredentialKind, Principal, Role

ALICE = Principal("usr_alice", "org", Role.MEMBER, CredentialKind.KEY)
GPU = Provider("gpu", ProviderKind.OPENAI, "http://gpu/v1")


def of(operation: Operation = Operation.CHAT, *places: Deployment, **body: object) -> Estimate:
    raw = json.dumps({"model": "m", **body}).encode()
    call = read_call(ALICE, operation, raw, "req_1")
    return estimate(call, places or (Deployment("d", GPU, "m"),))


def test_the_most_is_bounded_by_bytes_maximum_and_answers() -> None:
    found = of(messages=[{"role": "user", "content": "x" * 1000}], max_tokens=50, n=3)
    assert found.most.completion == 150
    assert 2000 < found.most.prompt < 2200
    assert found.likely.prompt < 300
    assert found.cap == 50


def test_the_context_bounds_both() -> None:
    small = Deployment("d", GPU, "m", context_tokens=512)
    found = of(Operation.CHAT, small, messages=[{"role": "user", "content": "x" * 9000}])
    assert (found.most.prompt, found.most.completion) == (512, 512)
    both = of(Operation.CHAT, small, Deployment("e", GPU, "m", context_tokens=4096), messages=[])
    assert both.most.completion == 4096
    unknown = of(Operation.CHAT, small, Deployment("e", GPU, "m"), messages=[])
    assert unknown.most.completion == 16_384


def test_without_a_maximum_the_deployments_counts() -> None:
    assert of(Operation.CHAT, Deployment("d", GPU, "m", max_output_tokens=99), messages=[]).cap == 99
    assert of(Operation.CHAT, messages=[], max_completion_tokens=7, max_tokens=9).cap == 7
    assert of(Operation.CHAT, messages=[], max_tokens="many").cap == 16_384


def test_embedders_write_nothing_and_images_are_large() -> None:
    assert of(Operation.EMBEDDINGS, input="x").most.completion == 0
    image = {"type": "image_url", "image_url": {"url": "https://x/y.png"}}
    assert of(messages=[{"role": "user", "content": [image]}]).most.prompt > 20_000
