import io
import zipfile

import pytest

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.domain.errors import DocumentEncryptedError, DocumentTooLargeError
from tests import documents


def package(entries: int = 1) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(documents.archive({f"{n}.xml": "<a/>" for n in range(entries)})))


def test_an_ordinary_archive_passes() -> None:
    archive.check(package(100))


def test_many_parts_may_not_expand_to_more_than_fits() -> None:
    opened = package(40)
    for entry in opened.infolist():
        entry.file_size = 30 << 20
    with pytest.raises(DocumentTooLargeError):
        archive.check(opened)


def test_one_part_may_not_be_nearly_nothing_but_air() -> None:
    opened = package()
    opened.infolist()[0].file_size = 40 << 20
    with pytest.raises(DocumentTooLargeError):
        archive.check(opened)


def test_encrypted_parts_are_recognised() -> None:
    opened = package()
    opened.infolist()[0].flag_bits |= 1
    with pytest.raises(DocumentEncryptedError):
        archive.check(opened)


def test_a_part_is_read_to_its_limit_whatever_it_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MAX_PART", 100)
    opened = zipfile.ZipFile(io.BytesIO(documents.archive({"a": b"x" * 101, "b": b"x" * 100})))
    assert archive.read(opened, "b") == b"x" * 100
    with pytest.raises(DocumentTooLargeError):
        archive.read(opened, "a")
