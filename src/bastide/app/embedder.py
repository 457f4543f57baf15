"""Opens the embedder that the settings name."""

import asyncio
import os

import structlog

from bastide.app.home import Home
from bastide.app.settings import Settings
from bastide.kit.errors import UnavailableError
from bastide.models.adapters.minilm import MODEL_FOLDER, fetch_minilm
from bastide.models.adapters.minilm.embedder import EmbedderMissingError, OnnxMiniLm
from bastide.models.adapters.no_embedder import NoEmbedder
from bastide.models.contract import Embedder

_MAX_THREADS = 8
_log = structlog.get_logger()


async def open_embedder(settings: Settings, home: Home) -> Embedder:
    """The model of the settings; `NoEmbedder` when it is not here and cannot be fetched now.

    What was indexed without vectors gets them at the first start with an embedder.
    """
    if settings.embedder_url == "none:":
        return NoEmbedder()
    try:
        return await asyncio.to_thread(_open_minilm, home)
    except UnavailableError as error:
        _log.warning("embedder.unavailable", code=error.code, error=error.message)
        return NoEmbedder()


def _open_minilm(home: Home) -> Embedder:
    try:
        return OnnxMiniLm.open(home.models / MODEL_FOLDER, _threads())
    except EmbedderMissingError:
        directory, _ = fetch_minilm(home.models)
        return OnnxMiniLm.open(directory, _threads())


def _threads() -> int:
    return min(len(os.sched_getaffinity(0)), _MAX_THREADS)
