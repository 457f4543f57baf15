"""Several observers of calls as one; none at all is one, too."""

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.ledger import Entry
from bastide.gateway.ports.observer import Observer, Timing


class Observers:
    """Satisfies `Observer`."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def ended(self, call: Call, entry: Entry, timing: Timing) -> None:
        for observer in self._observers:
            observer.ended(call, entry, timing)

    def refused(self, reason: str) -> None:
        for observer in self._observers:
            observer.refused(reason)
