"""`Server-Timing` of an answer that came from a model's server (W3C Server Timing)."""

from bastide.gateway.usecases.ledger.account import Account


def timing_header(account: Account) -> tuple[bytes, bytes]:
    """In milliseconds: our own work, the wait for a place, the model's server; up to where it is now."""
    timing = account.timing
    parts = (timing.overhead_us / 1000, timing.waited_us / 1000, account.upstream_us / 1000)
    return b"server-timing", b"gateway;dur=%.2f, queue;dur=%.2f, upstream;dur=%.2f" % parts
