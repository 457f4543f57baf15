import pytest

from bastide.platform.bus.topics import matches


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("document.indexed", "document.indexed", True),
        ("document.indexed", "document.indexed.again", False),
        ("document.*", "document.indexed", True),
        ("document.*", "documents.indexed", False),
        ("*", "anything.at.all", True),
    ],
)
def test_matches(pattern: str, topic: str, expected: bool) -> None:  # noqa: FBT001
    assert matches(pattern, topic) is expected
