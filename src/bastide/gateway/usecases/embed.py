"""The built-in embedder as a model."""

import asyncio
from dataclasses import dataclass

import msgspec

from bastide.gateway.contract import Usage
from bastide.gateway.domain.call import Call, optional
from bastide.gateway.domain.errors import BodyError, UnsupportedError
from bastide.models.contract import Embedder, Vectors

_MAX_TEXTS = 2048
_input = msgspec.json.Decoder(str | list[str])


@dataclass(frozen=True, slots=True)
class Embedded:
    """`vectors` in the order of the texts; `as_base64` is how the client wants to read them."""

    vectors: Vectors
    as_base64: bool
    usage: Usage


async def embed(embedder: Embedder, call: Call) -> Embedded:
    """Raises BodyError, UnsupportedError: what this embedder cannot do is said, not left out."""
    texts = _texts(call)
    dimensions = optional(call.members, "dimensions", int)
    if dimensions not in {None, embedder.dimensions}:
        raise UnsupportedError(
            f"{embedder.name!r} makes {embedder.dimensions} dimensions, not {dimensions}.", param="dimensions"
        )
    wanted = optional(call.members, "encoding_format", str) or "float"
    if wanted not in {"float", "base64"}:
        raise BodyError("'encoding_format' is float or base64.", param="encoding_format")
    counts = await asyncio.to_thread(embedder.count_tokens, texts)
    if (longest := max(counts)) > embedder.max_tokens:
        raise BodyError(
            f"{embedder.name!r} reads at most {embedder.max_tokens} tokens of a text; one has {longest}.",
            param="input",
        )
    vectors = await embedder.embed(texts)
    return Embedded(vectors, wanted == "base64", Usage(sum(counts), 0))


def _texts(call: Call) -> list[str]:
    if (raw := call.members.get("input")) is None:
        raise BodyError("'input' is missing.", param="input")
    try:
        given = _input.decode(raw)
    except msgspec.ValidationError as error:
        raise BodyError(f"'input' is a text or a list of texts here: {error}.", param="input") from error
    texts = [given] if isinstance(given, str) else given
    if not 0 < len(texts) <= _MAX_TEXTS or not all(texts):
        raise BodyError(f"'input' takes 1 to {_MAX_TEXTS} texts, none of them empty.", param="input")
    return texts
