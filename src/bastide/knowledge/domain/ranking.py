"""Makes one score of the two that a passage has."""


def fused(lexical: float | None, dense: float | None, trust: float) -> float:
    """Mean of both scores, 0..1, the dense one weighted by how far the embedder is to be trusted."""
    return min(1.0, ((lexical or 0.0) + trust * max(0.0, dense or 0.0)) / (1.0 + trust))
