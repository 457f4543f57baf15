"""Opens the embedder that the settings name."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bastide.app.embedder_url import EmbedderUrl, parse_embedder_url
from bastide.app.home import Home
from bastide.app.settings import Settings
from bastide.kit.errors import UnavailableError
from bastide.models.adapters.acquaintances import Acquaintances
from bastide.models.adapters.minilm import MODEL_FOLDER, fetch_minilm
from bastide.models.adapters.minilm.embedder import EmbedderMissingError, OnnxMiniLm
from bastide.models.adapters.no_embedder import NoEmbedder
from bastide.models.adapters.onnx_folder.encoder import OnnxEncoder
from bastide.models.adapters.onnx_folder.folder import read_folder
from bastide.models.adapters.openai.client import EmbeddingsClient
from bastide.models.adapters.openai.encoder import (
    DEFAULT_BATCH,
    DEFAULT_MAX_TOKENS,
    OpenAiEncoder,
    OpenAiModel,
)
from bastide.models.contract import Embedder
from bastide.models.ports import Encoder
from bastide.models.usecases.get_acquainted import KnownEmbedder, get_acquainted

_MAX_THREADS = 8
_log = structlog.get_logger()


@asynccontextmanager
async def open_embedder(settings: Settings, home: Home) -> AsyncGenerator[Embedder]:
    """The model of the settings; `NoEmbedder` when the built-in one is not here and cannot be fetched now.

    What was indexed without vectors gets them at the first start with an embedder. One of the organisation's
    choice must answer when it is met for the first time: without knowing its vectors nothing can be indexed,
    and an index of words alone would replace the one that there is.

    Raises:
        EmbedderError: it is met for the first time and does not answer as it should.
    """
    url = parse_embedder_url(settings.embedder_url)
    if url.kind == "none":
        yield NoEmbedder()
    elif url.kind == "minilm":
        yield await _built_in(home)
    else:
        key = settings.embedder_key
        encoder = await _encoder(url, key.get_secret_value() if key else None)
        try:
            yield await _known(encoder, Acquaintances(home.root / "embedders"))
        finally:
            await encoder.close()


async def _built_in(home: Home) -> Embedder:
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


async def _encoder(url: EmbedderUrl, key: str | None) -> Encoder:
    if url.kind == "onnx":
        return await asyncio.to_thread(_open_folder, url)
    model = url.options["model"]
    described = OpenAiModel(
        model=model,
        name=url.text("name") or model,
        asked_dimensions=url.number("dimensions"),
        max_tokens=url.number("max_tokens") or DEFAULT_MAX_TOKENS,
        batch=url.number("batch") or DEFAULT_BATCH,
        query_prefix=url.text("query_prefix") or "",
        passage_prefix=url.text("passage_prefix") or "",
    )
    return OpenAiEncoder(described, EmbeddingsClient(url.place, key))


def _open_folder(url: EmbedderUrl) -> Encoder:
    folder = read_folder(
        Path(url.place),
        pooling=url.text("pooling"),
        max_tokens=url.number("max_tokens"),
        query_prefix=url.text("query_prefix"),
        passage_prefix=url.text("passage_prefix"),
    )
    return OnnxEncoder(folder, url.text("name") or folder.path.name, _threads())


async def _known(encoder: Encoder, acquaintances: Acquaintances) -> Embedder:
    """Examined at its first start only: later ones need not wait for it."""
    known = await asyncio.to_thread(acquaintances.find, encoder.fingerprint)
    if known is None:
        known = await get_acquainted(encoder)
        await asyncio.to_thread(acquaintances.keep, encoder.fingerprint, known)
        trust = {language: scale.trust for language, scale in known.scales.items()}
        _log.info("embedder.examined", name=encoder.name, dimensions=known.dimensions, trust=trust)
    return KnownEmbedder(encoder, known)


def _threads() -> int:
    return min(len(os.sched_getaffinity(0)), _MAX_THREADS)
