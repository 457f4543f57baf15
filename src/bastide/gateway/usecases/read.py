"""The built-in reader as a model: it answers with sentences of the conversation's own text."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import cast

import msgspec

from bastide.chat.contract import Grounding
from bastide.gateway.contract import ChatMessage, Finished, TokenDelta, Usage
from bastide.gateway.domain.call import Call, required
from bastide.gateway.domain.catalogue import READER
from bastide.gateway.domain.tokens import estimate_tokens
from bastide.gateway.usecases.conversation import question_and_passages
from bastide.kit.json import Json
from bastide.models.contract import Reader


class _Message(msgspec.Struct):
    role: str
    content: msgspec.Raw = msgspec.Raw(b"null")


_NOTHING = {
    "fr": "Le texte donné ne répond pas à cette question.",
    "en": "The given text does not answer this question.",
}


async def read_conversation(
    reader: Reader, messages: Sequence[ChatMessage]
) -> AsyncIterator[TokenDelta | Finished]:
    """The sentences that answer, best first, one delta each; or one sentence that says that none does."""
    question, passages = question_and_passages(messages)
    reading = await asyncio.to_thread(reader.read, question, passages)
    texts = [quote.text for quote in reading.quotes] or [_NOTHING.get(reading.language, _NOTHING["en"])]
    for index, text in enumerate(texts):
        yield TokenDelta(text if index == 0 else f" {text}")
    asked = sum(len(passage.text.encode()) for passage in passages) + len(question.encode())
    answered = sum(len(text.encode()) for text in texts)
    usage = Usage(estimate_tokens(asked), estimate_tokens(answered), estimated=True)
    yield Finished("stop", usage, READER)


def messages_of(call: Call) -> list[ChatMessage]:
    """The conversation in a chat's body. Raises BodyError."""
    found = required(call.members, "messages", list[_Message])
    return [
        ChatMessage(message.role, cast("Json", msgspec.json.decode(message.content))) for message in found
    ]


async def degraded(
    events: AsyncIterator[TokenDelta | Finished],
) -> AsyncGenerator[TokenDelta | Grounding | Finished]:
    """The same, marked as not from the model that was asked for."""
    answered = True
    async for event in events:
        if isinstance(event, TokenDelta):
            answered = answered and event.text not in _NOTHING.values()
        if isinstance(event, Finished):
            yield Grounding((), answered=answered, degraded=True)
        yield event
