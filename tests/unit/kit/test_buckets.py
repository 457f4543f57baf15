from hypothesis import given
from hypothesis import strategies as st

from bastide.kit.buckets import Buckets, Rate


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_and_then_as_often_as_the_rate_says() -> None:
    watch = Watch()
    buckets = Buckets(Rate(per_s=2, burst=3), watch)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0
    watch.seconds = 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]


def test_what_was_used_longest_ago_is_forgotten() -> None:
    buckets = Buckets(Rate(per_s=1, burst=1), Watch(), capacity=2)
    for name in "abc":
        assert buckets.take(name) == 0
    assert buckets.take("c") > 0
    assert buckets.take("a") == 0


@given(st.lists(st.floats(0, 10), max_size=60), st.floats(0.1, 10), st.integers(1, 20))
def test_never_more_than_the_burst_and_what_flowed_in(pauses: list[float], per_s: float, burst: int) -> None:
    watch = Watch()
    buckets = Buckets(Rate(per_s, burst), watch)
    taken = 0
    for pause in pauses:
        watch.seconds += pause
        wait = buckets.take("a")
        taken += wait == 0
        assert wait <= 1 / per_s
        assert taken <= burst + watch.seconds * per_s + 1e-6
