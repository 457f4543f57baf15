"""An embedder that nobody has measured is examined: what its cosines mean, and how far to trust them."""

from pathlib import Path

import numpy as np
import pytest

from bastide.models.adapters.acquaintances import Acquaintances
from bastide.models.contract import Vectors
from bastide.models.domain.acquaintance.acquaintance import Acquaintance, Scale, scale_of
from bastide.models.domain.acquaintance.examination import EXAMINATIONS, SUBJECT

COUNT = 24


def examined(knowledge: float, *, common: float = 0.0, seed: int = 7) -> Scale:
    """Of vectors that share a subject; `knowledge` is what question and answer share beyond it, `common` what
    all texts share.
    """
    random = np.random.default_rng(seed)
    subjects = np.repeat(random.normal(size=(COUNT // SUBJECT, 384)), SUBJECT, axis=0)
    meanings = random.normal(size=(COUNT, 384))
    everyone = random.normal(size=384)

    def side() -> Vectors:
        noise = random.normal(size=(COUNT, 384))
        vectors = noise + 0.5 * subjects + knowledge * meanings + common * everyone
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    return scale_of(side(), side())


@pytest.mark.parametrize("language", sorted(EXAMINATIONS))
def test_examinations_are_in_subjects_of_equal_size(language: str) -> None:
    pairs = EXAMINATIONS[language]
    assert len(pairs) == COUNT
    assert len(pairs) % SUBJECT == 0
    assert len({text for pair in pairs for text in pair}) == 2 * COUNT


def test_the_more_it_knows_the_more_it_is_trusted() -> None:
    nothing, little, much = (examined(knowledge).trust for knowledge in (0.0, 0.2, 1.0))
    assert nothing < 0.5
    assert nothing < little < much == 1


def test_what_all_texts_share_says_nothing() -> None:
    """Some models give .8 to texts that have nothing to do with each other."""
    narrow, wide = examined(1.0, common=3.0), examined(1.0)
    assert narrow.unrelated > 0.7
    assert wide.unrelated < 0.2
    knows = Acquaintance(384, {"en": narrow})
    assert knows.likeness(narrow.unrelated, "en") == pytest.approx(0.035)
    assert knows.likeness(narrow.unrelated + 6 * narrow.spread, "en") == pytest.approx(0.479)


def test_a_language_without_examination_gets_the_least_trust() -> None:
    knows = Acquaintance(8, {"en": Scale(0.9, 0.1, 0.1), "fr": Scale(0.5, 0.2, 0.1)})
    assert [knows.trust(language) for language in ("en", "fr", "de", "")] == [0.9, 0.5, 0.5, 0.5]


def test_it_is_remembered(tmp_path: Path) -> None:
    kept = Acquaintances(tmp_path / "embedders")
    knows = Acquaintance(8, {"en": Scale(0.9, 0.1, 0.1)})
    assert kept.find("a/b:c") is None
    kept.keep("a/b:c", knows)
    assert kept.find("a/b:c") == knows
    (file,) = (tmp_path / "embedders").iterdir()
    file.write_text("{")
    assert kept.find("a/b:c") is None
