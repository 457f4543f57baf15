"""Writes vectors as OpenAI's embeddings object."""

import base64

import msgspec

from bastide.gateway.asgi.exchange import Exchange
from bastide.gateway.usecases.embed import Embedded


async def answer_embedded(exchange: Exchange, embedded: Embedded, model: str) -> None:
    """One list; base64 is of little-endian 32-bit floats."""
    vectors = embedded.vectors.astype("<f4", copy=False)
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": base64.b64encode(row.tobytes()).decode() if embedded.as_base64 else row.tolist(),
        }
        for index, row in enumerate(vectors)
    ]
    tokens = embedded.usage.prompt_tokens
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    body = {"object": "list", "data": data, "model": model, "usage": usage}
    await exchange.answer(200, msgspec.json.encode(body))
