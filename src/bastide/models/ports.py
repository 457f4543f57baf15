"""What an embedder of the organisation's choice has to bring."""

from collections.abc import Sequence
from typing import Protocol

from bastide.models.contract import Vectors


class Encoder(Protocol):
    """A model whose vectors nobody here has measured yet."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever equal texts would get other vectors."""
        ...

    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Exact, or rather too many than too few."""
        ...

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), unit length; what is longer than it reads is cut off.

        Raises:
            EmbedderError: nothing comes, or something else than vectors.
        """
        ...

    async def queries(self, texts: Sequence[str], *, hurried: bool = True) -> Vectors:
        """As `passages`, prepared as the model wants questions. `hurried`: somebody waits, give up soon."""
        ...

    async def close(self) -> None: ...
