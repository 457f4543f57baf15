"""What the built-in reader is given to read when a conversation names no collections: the conversation."""

from collections.abc import Sequence

from bastide.gateway.contract import ChatMessage
from bastide.models.contract import Passage

_PASSAGE_CHARACTERS = 1200
_READ = frozenset({"user", "tool"})


def question_and_passages(messages: Sequence[ChatMessage]) -> tuple[str, list[Passage]]:
    """The last paragraph of the last user message asks; what users and tools said before may be quoted.

    The reader must not quote itself, and instructions of the system are neither a document nor for the user.
    """
    asked = max((index for index, message in enumerate(messages) if message.role == "user"), default=None)
    if asked is None:
        return "", []
    before, question = _split_question(messages[asked].text)
    texts = [message.text for message in messages[:asked] if message.role in _READ]
    return question, _passages("\n\n".join([*texts, before]))


def _split_question(text: str) -> tuple[str, str]:
    before, _, question = text.strip().rpartition("\n\n")
    if not before:
        before, _, question = text.strip().rpartition("\n")
    return before, question


def _passages(text: str) -> list[Passage]:
    """Paragraphs, joined up to about 1,200 characters, with their offsets in the text."""
    passages: list[Passage] = []
    start = position = 0
    for paragraph in text.split("\n\n"):
        end = position + len(paragraph)
        if end - start > _PASSAGE_CHARACTERS and position > start:
            passages.append(_passage(text, start, position))
            start = position
        position = end + 2
    passages.append(_passage(text, start, len(text)))
    return [passage for passage in passages if passage.text.strip()]


def _passage(text: str, start: int, end: int) -> Passage:
    return Passage(f"{start}", text[start:end], start, 0.5)
