"""Topic patterns of the bus and the outbox."""


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic falls under a pattern: the same words, or a beginning followed by `*`."""
    if pattern.endswith("*"):
        return topic.startswith(pattern[:-1])
    return topic == pattern
