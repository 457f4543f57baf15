"""The hybrid index inside this process, by Qdrant Edge."""

from bastide.knowledge.adapters.qdrant_edge.index import EdgeIndex

__all__ = ["EdgeIndex"]
