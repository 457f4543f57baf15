"""`POST /v1/embeddings`, with patience; the one place that turns what a server says into our errors."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

import httpx2
import msgspec
import numpy as np

from bastide.models.contract import Vectors
from bastide.models.domain.errors import EmbedderAnswerError, EmbedderError, EmbedderRefusedError

_CONNECT_S = 5
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_TOO_MUCH = frozenset({400, 413, 422})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_SHOWN_CHARS = 300
_HINTS = MappingProxyType(
    {
        401: " Set `embedder_key`.",
        403: " Set `embedder_key`.",
        404: " Look at the address and at `model` in `embedder_url`.",
    }
)


class TextsRefusedError(EmbedderRefusedError):
    """The request is understood and refused: perhaps it is too much at once."""


@dataclass(frozen=True, slots=True)
class Patience:
    """`timeout_s` for each of the `attempts`."""

    timeout_s: float
    attempts: int


class _Item(msgspec.Struct):
    embedding: list[float]
    index: int = -1


class _Answer(msgspec.Struct):
    data: list[_Item]


_decode = msgspec.json.Decoder(_Answer).decode


class EmbeddingsClient:
    """One server. Nothing is sent anywhere else: redirects are not followed."""

    def __init__(self, url: str, key: str | None) -> None:
        self._url = url.rstrip("/") + "/embeddings"
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(None, connect=_CONNECT_S))

    async def embed(
        self, model: str, texts: Sequence[str], dimensions: int | None, patience: Patience
    ) -> Vectors:
        """Shape (len(texts), dimensions), of any length.

        Raises:
            TextsRefusedError: 400, 413 or 422.
            EmbedderRefusedError: the server does not want us, or does not know the model.
            EmbedderAnswerError: an answer that is none.
            EmbedderError: no answer, after all attempts.
        """
        body: dict[str, Any] = {"model": model, "input": [text or " " for text in texts]}
        if dimensions is not None:
            body["dimensions"] = dimensions
        status, content = await self._patiently(body, patience)
        if status != 200:
            raise self._refusal(status, content)
        return _vectors(content, len(texts))

    async def close(self) -> None:
        await self._client.aclose()

    async def _patiently(self, body: dict[str, Any], patience: Patience) -> tuple[int, bytes]:
        said = ""
        pause_s = _FIRST_PAUSE_S
        for remaining in reversed(range(patience.attempts)):
            wanted_s = 0.0
            try:
                async with asyncio.timeout(patience.timeout_s):
                    response = await self._client.post(self._url, json=body)
                if response.status_code not in _PASSING:
                    return response.status_code, response.content
                said = f"{response.status_code} {_words(response.content)}"
                wanted_s = _retry_after_s(response)
            except TimeoutError:
                said = f"nothing within {patience.timeout_s:g} s"
            except httpx2.RequestError as error:
                said = str(error) or type(error).__name__
            if remaining:
                await asyncio.sleep(min(max(wanted_s, pause_s * random.uniform(0.5, 1)), _LONGEST_PAUSE_S))  # noqa: S311  # jitter
                pause_s *= 2
        raise EmbedderError(f"The embedder at {self._url} does not answer: {said.strip()}.", url=self._url)

    def _refusal(self, status: int, content: bytes) -> EmbedderRefusedError:
        kind = TextsRefusedError if status in _TOO_MUCH else EmbedderRefusedError
        return kind(
            f"The embedder at {self._url} refuses with {status}: {_words(content)}.{_HINTS.get(status, '')}",
            url=self._url,
            status=status,
        )


def _vectors(content: bytes, count: int) -> Vectors:
    try:
        items = _decode(content).data
    except msgspec.DecodeError as error:
        raise EmbedderAnswerError(f"The embedder's answer cannot be read: {error}.") from error
    if len(items) != count:
        raise EmbedderAnswerError(f"The embedder answered {len(items)} vectors to {count} texts.")
    if {item.index for item in items} == set(range(count)):
        items = sorted(items, key=lambda item: item.index)
    if len({len(item.embedding) for item in items}) != 1 or not items[0].embedding:
        raise EmbedderAnswerError("The embedder's vectors do not have one length.")
    vectors = np.array([item.embedding for item in items], np.float32)
    if not np.isfinite(vectors).all():
        raise EmbedderAnswerError("The embedder's vectors hold what is not a number.")
    return vectors


def _words(content: bytes) -> str:
    """What the server says, in whichever of the usual shapes."""
    found: Any
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError:
        found = content.decode("utf-8", "replace")
    for key in ("error", "message", "detail"):
        if isinstance(found, dict):
            found = cast("dict[str, Any]", found).get(key, found)
    return " ".join(str(found).split())[:_SHOWN_CHARS].rstrip(".") or "no reason given"


def _retry_after_s(response: httpx2.Response) -> float:
    """0 when it is not given in seconds."""
    try:
        return float(response.headers.get("retry-after") or 0)
    except ValueError:
        return 0.0
