"""Files to ingest, and a fresh installation to ingest them into."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.installation import Installation

DOCUMENTS = Path("../shared/eval/documents")
MODELS = Path(".cache/home/models").resolve()


@contextmanager
def fresh_installation(environment: Mapping[str, str] | None = None) -> Iterator[Installation]:
    """A home that is removed afterwards; the embedder is the one that `make test` fetched."""
    if not MODELS.is_dir():
        raise SystemExit("The embedder is not fetched yet: run make test first.")
    with tempfile.TemporaryDirectory(prefix="bastide-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        (home / "models").symlink_to(MODELS)
        yield Installation(home, {"BASTIDE_DOCUMENTS__SAMPLES": "false", **(environment or {})})


def files_below(folders: Sequence[Path]) -> list[Path]:
    """Every file below the folders, in a fixed order; hidden ones are left out."""
    missing = [folder for folder in folders if not folder.exists()]
    if missing:
        raise SystemExit(f"There is no {missing[0]}; name the folder that holds the documents.")
    return sorted(
        path
        for folder in folders
        for path in ([folder] if folder.is_file() else folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    )
