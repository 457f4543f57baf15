"""The doctor says whether search can go by meaning."""

import pytest

from bastide.models.adapters.no_embedder import NoEmbedder
from bastide.operations.adapters.embedder_probe import EmbedderProbe
from bastide.operations.domain.check import CheckState
from tests.fakes.knowledge import WordEmbedder


class Clueless(WordEmbedder):
    def trust(self, language: str) -> float:  # noqa: ARG002  # of the port
        return 0.0


@pytest.mark.parametrize(
    ("embedder", "wanted", "state", "code", "said"),
    [
        (WordEmbedder(), True, CheckState.OK, "", "words, 8 dimensions, trusted en 1.00, fr 1.00"),
        (Clueless(), True, CheckState.WARNING, "embedder.untrusted", "trusted en 0.00"),
        (NoEmbedder(), True, CheckState.WARNING, "models.missing", "words alone"),
        (NoEmbedder(), False, CheckState.OK, "", "as set"),
    ],
)
async def test_what_it_says(
    embedder: WordEmbedder,
    wanted: bool,  # noqa: FBT001
    state: CheckState,
    code: str,
    said: str,
) -> None:
    check = await EmbedderProbe(embedder, wanted=wanted).check()
    assert (check.state, check.code) == (state, code)
    assert said in check.message
