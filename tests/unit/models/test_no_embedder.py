import pytest

from bastide.models.adapters.no_embedder import NoEmbedder, NoEmbedderError


async def test_it_gives_passages_vectors_without_meaning_and_refuses_queries() -> None:
    embedder = NoEmbedder()
    vectors = await embedder.embed(["one", "two"])
    assert vectors.shape == (2, embedder.dimensions)
    assert not vectors.any()
    assert embedder.trust("en") == 0
    with pytest.raises(NoEmbedderError):
        await embedder.embed_query("one")


def test_it_estimates_tokens() -> None:
    assert NoEmbedder().count_tokens(["", "a b", "internationally!"]) == [0, 2, 5]
