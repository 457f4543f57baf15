from bastide.identity.domain.throttle import delay_s


def test_the_first_tries_are_free_then_each_costs_twice_as_much_up_to_a_limit() -> None:
    assert [delay_s(n, 5) for n in range(1, 6)] == [0] * 5
    assert [delay_s(n, 5) for n in range(6, 11)] == [1, 2, 4, 8, 16]
    assert delay_s(1000, 5) == 900
