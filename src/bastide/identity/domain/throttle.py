"""How long a guesser waits: nothing for the first tries, then twice as long each time, up to a limit."""

WINDOW_S = 3600.0
PAIR_FREE = 5
ADDRESS_FREE = 30
_CAP_S = 900.0


def delay_s(attempts: int, free: int) -> float:
    """Seconds until the next try, after this many tries of which `free` cost nothing."""
    if attempts <= free:
        return 0.0
    return min(2.0 ** min(attempts - free - 1, 20), _CAP_S)
