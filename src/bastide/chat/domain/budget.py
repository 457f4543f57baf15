"""Fits the prompt to what the model can read."""

from collections.abc import Sequence
from dataclasses import replace

from bastide.chat.domain.conversation import Asked
from bastide.gateway.contract import ChatMessage, estimate_tokens
from bastide.kit.json import JsonObject
from bastide.models.contract import Passage

ASSUMED_CONTEXT_TOKENS = 4096  # the smallest default of the common servers
_ANSWER_TOKENS = 1024
_RULES_TOKENS = 400
_PER_PASSAGE_TOKENS = 40
_SAFETY = 1.25  # estimates may be that much too low


def room(context_tokens: int | None, extra: JsonObject) -> int:
    """Tokens for passages, question and history, after the rules and the answer."""
    context = context_tokens or ASSUMED_CONTEXT_TOKENS
    asked_for = extra.get("max_completion_tokens") or extra.get("max_tokens")
    wanted = asked_for if isinstance(asked_for, int) and asked_for > 0 else _ANSWER_TOKENS
    return max(256, context - min(wanted, context // 2) - _RULES_TOKENS)


def tokens_of(text: str) -> int:
    """A careful estimate."""
    return int(estimate_tokens(len(text.encode("utf-8", "replace"))) * _SAFETY)


def fitted(asked: Asked, passages: Sequence[Passage], tokens: int) -> tuple[Asked, list[Passage]]:
    """Best passages first, then as many of the latest turns as there is room for."""
    left = tokens - tokens_of(asked.question) - sum(map(tokens_of, asked.system))
    chosen: list[Passage] = []
    for passage in passages:
        needed = tokens_of(passage.text) + _PER_PASSAGE_TOKENS
        if needed <= left:
            chosen.append(passage)
            left -= needed
    if not chosen and passages:
        best = passages[0]
        share = max(left, 128) / max(1, tokens_of(best.text))
        return replace(asked, history=()), [replace(best, text=best.text[: int(len(best.text) * share)])]
    return replace(asked, history=_latest(asked.history, left)), chosen


def _latest(history: Sequence[ChatMessage], left: int) -> tuple[ChatMessage, ...]:
    kept: list[ChatMessage] = []
    for message in reversed(history):
        left -= tokens_of(message.text)
        if left < 0:
            break
        kept.append(message)
    while kept and kept[-1].role != "user":
        kept.pop()
    return tuple(reversed(kept))
