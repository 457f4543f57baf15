"""In which protocol a deployment is asked."""

from collections.abc import Set as AbstractSet

from bastide.gateway.domain.call import CONVERSATIONS, Operation
from bastide.gateway.domain.catalogue import Deployment, ProviderKind
from bastide.gateway.domain.protocols.dialects import Dialect

_DIALECTS = frozenset(dialect.value for dialect in Dialect)
_PREFERRED = (Dialect.CHAT, Dialect.RESPONSES, Dialect.MESSAGES)
_WORDS = {"chat": Dialect.CHAT, "messages": Dialect.MESSAGES, "responses": Dialect.RESPONSES}
_USUAL = {kind: frozenset({Dialect.CHAT.value}) for kind in ProviderKind} | {
    ProviderKind.ANTHROPIC: frozenset({Dialect.MESSAGES.value})
}


def serves(place: Deployment, operation: Operation) -> bool:
    """Whether it can be asked, in this protocol or another; what is not known is tried."""
    if operation in CONVERSATIONS:
        return bool(_spoken(place))
    if place.operations:
        return operation in place.operations
    # The other interfaces are OpenAI's; counting tokens is Anthropic's.
    return (place.provider.kind is ProviderKind.ANTHROPIC) is (operation is Operation.COUNT_TOKENS)


def dialect_for(place: Deployment, operation: Operation) -> Dialect | None:
    """The one in which it is asked; None: as the client has asked."""
    if operation not in CONVERSATIONS or operation in (spoken := _spoken(place)):
        return None
    return next(dialect for dialect in _PREFERRED if dialect.value in spoken)


def _spoken(place: Deployment) -> AbstractSet[str]:
    """What is said of the deployment holds; else of its provider; else of the provider's kind."""
    if place.operations:
        return place.operations & _DIALECTS
    if place.provider.protocols:
        return {_WORDS[word].value for word in place.provider.protocols}
    return _USUAL[place.provider.kind]
