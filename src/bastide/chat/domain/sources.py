"""Passages found, as the reader and a model read them."""

from collections.abc import Sequence
from pathlib import PurePath

from bastide.knowledge.contract import Hit
from bastide.models.contract import Passage


def passages_of(hits: Sequence[Hit]) -> list[Passage]:
    """One passage per hit; its id is the hit's place in the list."""
    return [
        Passage(
            passage_id=str(place),
            text=hit.content,
            start=hit.start,
            score=hit.score,
            title=title_of(hit),
            heading_path=hit.heading_path,
            language=hit.language,
        )
        for place, hit in enumerate(hits)
    ]


def title_of(hit: Hit) -> str:
    """The document's own title, else its file name in words."""
    title = hit.metadata.get("title")
    if isinstance(title, str) and title.strip():
        return title.strip()
    return PurePath(hit.filename).stem.replace("-", " ").replace("_", " ")
