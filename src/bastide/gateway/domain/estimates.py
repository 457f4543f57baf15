"""How many tokens a call may take, before it is made."""

from collections.abc import Sequence

import msgspec

from bastide.gateway.domain.call import CONVERSATIONS, Call, Operation
from bastide.gateway.domain.catalogue import Deployment
from bastide.gateway.domain.tokens import estimate_tokens
from bastide.gateway.domain.usage import Counts

_WRITING = CONVERSATIONS | {Operation.COMPLETIONS}
_MOST_WRITTEN = 16_384  # when neither the request, the deployment nor its context says how much
_TEMPLATE_TOKENS = 1024  # what a chat template adds
_IMAGE_TOKENS = 20_000  # an image named by its address may become that many
_MAXIMA = frozenset({"max_completion_tokens", "max_tokens", "max_output_tokens"})
_number = msgspec.json.Decoder(int)


class Estimate(msgspec.Struct, frozen=True):
    """`likely` is what most calls take, `most` what none passes; `cap` is the most that it may write."""

    likely: Counts
    most: Counts
    cap: int


def estimate(call: Call, deployments: Sequence[Deployment]) -> Estimate:
    """Over all deployments that may answer.

    A token is at least one byte of text, so that the request's size bounds its tokens; so does the context.
    """
    asked = asked_maximum(call)
    contexts = [place.context_tokens or 0 for place in deployments]
    context = max(contexts, default=0) if all(contexts) else 0
    size = call.prompt_bytes
    prompt = size and size + _TEMPLATE_TOKENS + _images(call) * _IMAGE_TOKENS
    cap = _cap(asked, deployments, context) if call.operation in _WRITING else 0
    answers = answers_asked(call)
    likely = Counts(estimate_tokens(size), min(asked or 0, cap) * answers, estimated=True)
    most = Counts(min(prompt, context) if context else prompt, cap * answers, estimated=True)
    return Estimate(likely, most, cap)


def asked_maximum(call: Call) -> int | None:
    """The most tokens that the client lets an answer have."""
    if _MAXIMA.isdisjoint(call.members):
        return None
    found = [value for name in _MAXIMA if (value := _integer(call, name)) is not None and value > 0]
    return min(found, default=None)


def answers_asked(call: Call) -> int:
    """How many answers the model writes for one request."""
    return max(_integer(call, "n") or 1, _integer(call, "best_of") or 1, 1)


def _cap(asked: int | None, deployments: Sequence[Deployment], context: int) -> int:
    known = [place.max_output_tokens or place.context_tokens or _MOST_WRITTEN for place in deployments]
    cap = max(known, default=_MOST_WRITTEN)
    if context:
        cap = min(cap, context)
    return cap if asked is None else min(asked, cap) if context else asked


def _images(call: Call) -> int:
    count = call.body.count
    return count(b'"image_url"') + count(b'"input_image"') + count(b'"image"')


def _integer(call: Call, name: str) -> int | None:
    if (raw := call.members.get(name)) is None:
        return None
    try:
        return _number.decode(raw)
    except msgspec.DecodeError:
        return None
