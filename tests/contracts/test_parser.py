"""What the parser port promises, on its adapter."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bastide.knowledge.adapters.parsing.parser import SubprocessParser
from bastide.knowledge.domain.errors import DocumentEmptyError, DocumentUnsupportedError
from bastide.knowledge.domain.extraction import BlockKind, ExtractedText
from bastide.knowledge.ports.parser import Parser


@pytest.fixture
async def parser(tmp_path: Path) -> AsyncIterator[Parser]:
    parser = SubprocessParser(tmp_path / "tmp", 2)
    yield parser
    await parser.close()
    assert list((tmp_path / "tmp").glob("**/*")) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def outline(extracted: ExtractedText) -> list[tuple[BlockKind, str]]:
    return [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks]


async def test_markdown_keeps_its_structure(parser: Parser, folder: Path) -> None:
    path = written(
        folder,
        "a.md",
        "# Voyages\n\nUn *texte*\n\n- premier\n- second\n\n| Nom | Âge |\n|--|--|\n| Ann | 4 |\n",
    )
    extracted = await parser.parse(path, "a.md")
    assert outline(extracted) == [
        (BlockKind.HEADING, "Voyages"),
        (BlockKind.PARAGRAPH, "Un texte"),
        (BlockKind.LIST_ITEM, "- premier"),
        (BlockKind.LIST_ITEM, "- second"),
        (BlockKind.TABLE_ROW, "Nom | Âge"),
        (BlockKind.TABLE_ROW, "Ann | 4"),
    ]
    assert extracted.blocks[-1].header == "Nom | Âge"
    assert extracted.media_type == "text/markdown"


async def test_what_is_not_text_is_not_supported(parser: Parser, folder: Path) -> None:
    path = written(folder, "a.txt", bytes(range(256)) * 20)
    with pytest.raises(DocumentUnsupportedError):
        await parser.parse(path, "a.txt")


async def test_a_file_without_text_is_empty(parser: Parser, folder: Path) -> None:
    with pytest.raises(DocumentEmptyError):
        await parser.parse(written(folder, "a.txt", " \n\t\n"), "a.txt")


async def test_documents_are_parsed_side_by_side(parser: Parser, folder: Path) -> None:
    paths = [written(folder, f"{n}.txt", f"Text number {n}.") for n in range(12)]
    results = await asyncio.gather(*(parser.parse(path, path.name) for path in paths))
    assert [one.text for one in results] == [f"Text number {n}." for n in range(12)]
