"""The encoder against the examples of the protobuf documentation, and against a reader of its own."""

from hypothesis import given
from hypothesis import strategies as st

from bastide.models.adapters.minilm.protobuf import data, integer, real, varint


def read_varint(encoded: bytes) -> int:
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(encoded))


def test_known_encodings() -> None:
    assert varint(150) == b"\x96\x01"
    assert integer(1, 150) == b"\x08\x96\x01"
    assert data(2, "testing") == b"\x12\x07testing"
    assert integer(1, -2) == b"\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
    assert real(2, 1.0) == b"\x15\x00\x00\x80\x3f"


@given(st.integers(0, 2**64 - 1))
def test_varints_come_back(number: int) -> None:
    encoded = varint(number)
    assert read_varint(encoded) == number
    assert all(byte & 0x80 for byte in encoded[:-1])
    assert not encoded[-1] & 0x80
