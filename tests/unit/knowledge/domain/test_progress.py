from hypothesis import given
from hypothesis import strategies as st

from bastide.knowledge.domain.document import Stage
from bastide.knowledge.domain.progress import progress, resting


@given(st.integers(0, 100), st.integers(0, 100))
def test_it_only_grows_within_a_stage(done: int, more: int) -> None:
    for stage in Stage:
        before = progress(stage, done, 100, 1.0).percent
        after = progress(stage, min(done + more, 100), 100, 1.0).percent
        assert 0 <= before <= after <= 99


def test_it_only_grows_from_stage_to_stage() -> None:
    ends = [progress(stage, 1, 1, 1.0).percent for stage in Stage]
    begins = [resting(stage).percent for stage in Stage]
    assert begins == sorted(begins)
    assert all(end <= begin for end, begin in zip(ends[:-1], begins[1:], strict=True))


def test_the_time_left_is_told_once_there_is_a_pace() -> None:
    assert progress(Stage.PARSING, 0, 10, 30.0).eta_s is None
    assert progress(Stage.PARSING, 5, 10, 0.1).eta_s is None
    assert progress(Stage.PARSING, 5, 10, 10.0).eta_s == 40  # 20 of 100 in 10 s
    assert progress(Stage.EMBEDDING, 0, 0, 10.0).eta_s is None
