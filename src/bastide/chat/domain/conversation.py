"""What is asked: the last user message, and what came before where the question leans on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bastide.chat.domain.errors import NoQuestionError
from bastide.gateway.contract import ChatMessage

_MAX_CONTEXT_TURNS = 2
_SHORT_WORDS = 8
_MARKERS = re.compile(r"[ \u00a0]?\[\d{1,3}\]")
_LEANING_START = re.compile(
    r"(?:et|mais|ou|alors|donc|sinon|and|but|or|so|also|then)\b|qu[’']en est-il|what about|how about",
    re.IGNORECASE,
)
_DUMMY = re.compile(r"\bil (?:y a|faut|est)\b|\bthere\b|\bis it\b", re.IGNORECASE)
_PRONOUNS = re.compile(
    r"(?<![\w'’-])(?:ils?|elles?|celui(?:-ci|-là)?|celles?(?:-ci|-là)?|ceux(?:-ci|-là)?|cela|ça|leurs?|ses|son|sa|"
    r"it|its|they|them|their|he|she|his|her|him|this|that|these|those|ones?)(?![\w'’-])",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its conversation.

    Attributes:
        context: earlier questions that this one leans on, newest first; empty when it stands alone.
        system: texts of system messages.
        history: earlier turns of user and assistant, without citation marks.
    """

    question: str
    context: str
    system: tuple[str, ...]
    history: tuple[ChatMessage, ...]

    @property
    def search_text(self) -> str:
        """What to search for."""
        return f"{self.question} {self.context}".strip()


def asked(messages: Sequence[ChatMessage]) -> Asked:
    """Take the question out of a conversation.

    A question leans on the one before when it begins like a continuation ("And …", « Et … »), when it is
    short and has a pronoun for what was spoken of, or when it has fewer than two words of weight. Then the
    earlier question's words are searched for as well; if that one leant too, also those of the one before.

    Raises:
        NoQuestionError: no user message with text.
    """
    last = max((place for place, message in enumerate(messages) if message.role == "user"), default=None)
    question = messages[last].text.strip() if last is not None else ""
    if last is None or not question:
        raise NoQuestionError("Send a user message with a question in it.")
    before = messages[:last]
    earlier = [text for message in before if message.role == "user" and (text := message.text.strip())]
    return Asked(
        question=question,
        context=" ".join(_leant_on(question, earlier)),
        system=tuple(message.text for message in before if message.role in {"system", "developer"}),
        history=tuple(
            ChatMessage(message.role, _MARKERS.sub("", text))
            for message in before
            if message.role in {"user", "assistant"} and (text := message.text.strip())
        ),
    )


def _leant_on(question: str, earlier: Sequence[str]) -> list[str]:
    found: list[str] = []
    for text in reversed(earlier):
        if len(found) == _MAX_CONTEXT_TURNS or not leans(question):
            break
        found.append(text)
        question = text
    return found


def leans(question: str) -> bool:
    """Whether a question needs the one before it to be understood."""
    words = question.split()
    if len(_WORD.findall(question)) < 2 or _LEANING_START.match(question.lstrip("¿¡ ")):
        return True
    return len(words) <= _SHORT_WORDS and bool(_PRONOUNS.search(_DUMMY.sub("", question)))
