from hypothesis import given
from hypothesis import strategies as st

from bastide.knowledge.domain.artefact import StoredText, decoded, encoded
from bastide.knowledge.domain.extraction import Block, BlockKind, ExtractedText, PageSpan

offsets = st.integers(0, 10**9)
blocks = st.builds(
    Block, st.sampled_from(BlockKind), offsets, offsets, st.integers(0, 6), st.text(max_size=20)
)
pages = st.builds(PageSpan, st.integers(1, 5000), offsets, offsets, st.booleans())


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.lists(blocks, max_size=5),
    st.lists(pages, max_size=5),
)
def test_what_is_stored_comes_back(text: str, some: list[Block], others: list[PageSpan]) -> None:
    extracted = ExtractedText(text, tuple(some), tuple(others), title="T")
    assert decoded(encoded(extracted, "fr")) == StoredText(extracted, "fr")
    assert encoded(extracted, "fr") == encoded(extracted, "fr")
