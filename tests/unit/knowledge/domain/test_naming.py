import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.knowledge.domain.errors import CollectionNameError, MetadataError
from bastide.knowledge.domain.filename import clean_filename, folded
from bastide.knowledge.domain.media_type import INLINE, UNKNOWN, media_type
from bastide.knowledge.domain.naming import checked_metadata, checked_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a.txt", "a.txt"),
        ("/etc/passwd", "passwd"),
        ("C:\\Documents\\Été.pdf", "Été.pdf"),
        ("E\u0301te\u0301.pdf", "Été.pdf"),
        ("a\x00\u202eb\n.txt", "ab.txt"),
        ("  spaced .txt ", "spaced .txt"),
        ("..", "document"),
        ("", "document"),
        ("dir/", "dir"),
    ],
)
def test_a_file_name_is_its_last_part(sent: str, kept: str) -> None:
    assert clean_filename(sent) == kept


@given(st.text(max_size=600))
def test_a_clean_name_is_short_clean_and_stays(name: str) -> None:
    clean = clean_filename(name)
    assert 1 <= len(clean) <= 255
    assert "/" not in clean
    assert clean_filename(clean) == clean


def test_a_long_name_keeps_its_suffix() -> None:
    assert clean_filename("x" * 300 + ".pdf").endswith("x.pdf")


def test_names_are_searched_without_case_and_accents() -> None:
    assert folded("RÉSUMÉ Œuvre") == folded("résumé œuvre")
    assert folded("Été") == "ete"


@pytest.mark.parametrize(
    ("filename", "head", "kind"),
    [
        ("a.txt", b"%PDF-1.7", "application/pdf"),
        ("a.pdf", b"<html>", UNKNOWN),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.md", b"# T", "text/markdown"),
        ("a.txt", b"T", "text/plain"),
        ("a.html", b"<html>", "text/html"),
        ("a", b"T", UNKNOWN),
    ],
)
def test_the_media_type_is_what_the_bytes_say(filename: str, head: bytes, kind: str) -> None:
    assert media_type(filename, head) == kind


@given(st.sampled_from([".html", ".svg", ".xml", ".js", ".pdf", ".jpg"]), st.binary(max_size=16))
def test_nothing_is_shown_inline_for_its_name_alone(suffix: str, head: bytes) -> None:
    kind = media_type(f"a{suffix}", b"<" + head)
    assert kind not in INLINE


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 101, "col_abc", "a\nb"])
def test_names_that_a_collection_cannot_have(name: str) -> None:
    with pytest.raises(CollectionNameError):
        checked_name(name)


def test_names_are_trimmed_and_normal() -> None:
    assert checked_name(" Re\u0301union ") == "Réunion"


def test_metadata_has_a_limit() -> None:
    assert checked_metadata({"a": "x" * 1000}) == {"a": "x" * 1000}
    with pytest.raises(MetadataError):
        checked_metadata({"a": "x" * 70_000})
