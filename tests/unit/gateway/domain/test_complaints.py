"""How providers say that something is wrong."""

import pytest

from bastide.gateway.domain.complaints import error_words, told_pause_s


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "Too long.", "type": "x"}}', "Too long."),
        (b'{"type": "error", "error": {"type": "x", "message": "Overloaded"}}', "Overloaded"),
        (b'{"error": "model not found"}', "model not found"),
        (b'{"object": "error", "message": "No."}', "No."),
        (b"<html>Bad gateway</html>", "<html>Bad gateway</html>"),
        (b"\xff", "\ufffd"),
        (b"", "no message"),
        (b'{"error": "' + b"x" * 900 + b'"}', "x" * 500),
    ],
)
def test_the_message_is_found_in_every_shape(body: bytes, words: str) -> None:
    assert error_words(body) == words


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 1),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "7", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 1),
    ],
)
def test_a_pause_is_read_as_exactly_as_it_is_said(headers: dict[str, str], seconds: float) -> None:
    assert told_pause_s(headers) == seconds
