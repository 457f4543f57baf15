from pathlib import Path

import pytest

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.libreoffice import converted, either
from bastide.knowledge.adapters.parsing.source import Reader, Source
from bastide.knowledge.domain.errors import DocumentCorruptError, DocumentUnsupportedError
from bastide.knowledge.ports.parser import ParseLimits


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path / "a.doc", "a.doc", tmp_path, ParseLimits(), report=lambda *_: None)


def reads(text: str) -> Reader:
    return lambda _, out: out.paragraph(text)


def fails(error: Exception, after: str = "") -> Reader:
    def read(source: Source, out: TextBuilder) -> None:
        out.paragraph(after)
        raise error

    return read


CORRUPT, UNSUPPORTED = DocumentCorruptError("broken"), DocumentUnsupportedError("install it")


def text(reader: Reader, source: Source) -> str:
    out = TextBuilder(1000)
    reader(source, out)
    return out.build("text/plain").text


def test_the_second_reader_reads_what_the_first_cannot(source: Source) -> None:
    assert text(either(reads("one"), reads("two")), source) == "one"
    assert text(either(fails(CORRUPT), reads("two")), source) == "two"
    assert text(either(fails(UNSUPPORTED), reads("two")), source) == "two"


def test_when_neither_can_the_error_is_of_the_one_that_tried(source: Source) -> None:
    for first, second in ((CORRUPT, UNSUPPORTED), (UNSUPPORTED, CORRUPT)):
        with pytest.raises(DocumentCorruptError):
            text(either(fails(first), fails(second)), source)


def test_nothing_is_read_twice(source: Source) -> None:
    with pytest.raises(DocumentCorruptError):
        text(either(fails(CORRUPT, after="half"), reads("two")), source)


def test_without_libreoffice_the_error_says_what_to_install(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(DocumentUnsupportedError, match="apt-get install libreoffice"):
        converted(source, ".doc", "docx")
