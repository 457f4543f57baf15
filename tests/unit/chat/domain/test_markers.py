"""Citation marks in a stream, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.chat.domain.markers import Marker, MarkerScanner


def scanned(pieces: list[str]) -> list[str | Marker]:
    scanner = MarkerScanner()
    found = [item for piece in pieces for item in scanner.feed(piece)]
    rest = scanner.rest()
    return [*found, rest] if rest else found


def joined(items: list[str | Marker]) -> list[str | Marker]:
    """With neighbouring texts as one."""
    result: list[str | Marker] = []
    for item in items:
        if isinstance(item, str) and result and isinstance(result[-1], str):
            result[-1] += item
        else:
            result.append(item)
    return result


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("By nine [1].", ["By nine", Marker((1,), " "), "."]),
        ("By nine.[1][12]", ["By nine.", Marker((1,), ""), Marker((12,), "")]),
        ("So [1, 3; 4] it is", ["So", Marker((1, 3, 4), " "), " it is"]),
        ("Vu【2†source】ici", ["Vu", Marker((2,), ""), "ici"]),
        ("Un 【1[2]】", ["Un 【1", Marker((2,), ""), "】"]),
        ("a[0], b[2024] and [x]", ["a", Marker((0,), ""), ", b[2024] and [x]"]),
        ("open [1", ["open [1"]),
    ],
)
def test_marks_are_found(text: str, found: list[str | Marker]) -> None:
    assert joined(scanned([text])) == found
    assert joined(scanned(list(text))) == found


@given(st.lists(st.text(st.sampled_from("a [],;1234【】^.\n"), max_size=8)))
def test_the_cuts_of_the_stream_do_not_matter(pieces: list[str]) -> None:
    assert joined(scanned(pieces)) == joined(scanned(["".join(pieces)]))


@given(st.lists(st.text(max_size=10)))
def test_a_text_without_brackets_passes_unchanged(pieces: list[str]) -> None:
    plain = [piece.replace("[", "").replace("【", "") for piece in pieces]
    assert "".join(item for item in scanned(plain) if isinstance(item, str)) == "".join(plain)
