"""Receipts of erasure: genuine as signed, and nothing else."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bastide.operations.domain.receipt import is_genuine, receipt, signed_bytes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
STATEMENT: dict[str, Any] = {"subject": "usr_1", "removed": {"account": {"rows": 3}}, "kept": {}, "v": 1}


def made(by: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    public = by.public_key().public_bytes_raw()
    return receipt(STATEMENT, "s-1", public, by.sign(signed_bytes(STATEMENT)))


def test_a_receipt_is_genuine_also_after_a_trip_through_json() -> None:
    assert is_genuine(json.loads(json.dumps(made(), indent=4)))
    assert is_genuine(made(), {"s-1": PUBLIC})


def test_a_receipt_by_another_key_is_not_ours() -> None:
    assert is_genuine(made(OTHER))
    assert not is_genuine(made(OTHER), {"s-1": PUBLIC})
    assert not is_genuine(made(), {"s-2": PUBLIC})


def changed() -> Iterator[dict[str, Any]]:
    for field in ("subject", "removed", "kept", "v"):
        for value in ("usr_2", {"account": {"rows": 4}}, None):
            one = copy.deepcopy(made())
            one["statement"][field] = value
            yield one
    for field in ("statement", "key_id", "public_key", "signature"):
        one = made()
        del one[field]
        yield one
        yield {**made(), field: "AAAA"} if field != "key_id" else one


@pytest.mark.parametrize("given", [*changed()])
def test_every_change_is_found(given: dict[str, Any]) -> None:
    assert not is_genuine(given)
