"""What other slices may ask of the gateway: to generate, and to know the models."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bastide.gateway.domain.catalogue import READER
from bastide.gateway.domain.limits import Standing
from bastide.gateway.domain.tokens import estimate_tokens
from bastide.identity.contract import Principal
from bastide.kit.errors import NotFoundError
from bastide.kit.json import Json, JsonObject

__all__ = [
    "READER",
    "ChatMessage",
    "Finished",
    "Gateway",
    "GenerateRequest",
    "ModelInfo",
    "ModelNotFoundError",
    "Standing",
    "TellStanding",
    "TokenDelta",
    "Usage",
    "estimate_tokens",
]


TellStanding: TypeAlias = Callable[[Sequence[Standing]], None]


class ModelNotFoundError(NotFoundError):
    """No model of that public name, or none that the caller may use."""

    code = "model.not_found"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A public model name. `extractive` marks the built-in reader, which quotes instead of writing."""

    name: str
    owned_by: str
    extractive: bool
    context_tokens: int | None
    available: bool


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """OpenAI's shape; `content` is text or a list of parts."""

    role: str
    content: Json

    @property
    def text(self) -> str:
        """The text in the content, be it a string or a list of parts."""
        if isinstance(self.content, str):
            return self.content
        parts = self.content if isinstance(self.content, list) else []
        texts = [part.get("text") for part in parts if isinstance(part, dict)]
        return "\n".join(text for text in texts if isinstance(text, str))


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """A chat completion asked for by another slice.

    Attributes:
        extra: OpenAI parameters passed through (`temperature`, `max_tokens` …).
        sensitive: never leaves the internal zone.
        told: gets what is left of the caller's limits, before the first event comes.
    """

    model: str
    messages: Sequence[ChatMessage]
    extra: JsonObject
    sensitive: bool = False
    told: TellStanding | None = None


@dataclass(frozen=True, slots=True)
class TokenDelta:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """`estimated` when the upstream did not count."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event of a stream. `reason` as OpenAI's `finish_reason`."""

    reason: str
    usage: Usage
    model: str


class Gateway(Protocol):
    """Routes, limits, reserves, streams and settles."""

    async def models(self, principal: Principal) -> Sequence[ModelInfo]: ...

    def generate(
        self, principal: Principal, request: GenerateRequest
    ) -> AsyncIterator[TokenDelta | Finished]:
        """Closing the iterator cancels the upstream.

        Raises:
            ModelNotFoundError, RateLimitedError, QuotaExceededError, UnavailableError.
        """
        ...
