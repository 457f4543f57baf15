from bastide.platform.http.gate import Gate


def test_a_burst_may_wait_while_the_loop_runs_on_time() -> None:
    gate = Gate()
    for _ in range(400):
        gate.arrived()
    assert not gate.full


def test_a_late_loop_lets_few_wait_until_it_has_been_calm_for_a_second() -> None:
    gate = Gate()
    for _ in range(20):
        gate.note(0.2)
    for _ in range(50):
        gate.arrived()
    assert gate.full
    for _ in range(100):
        gate.note(0.0)
    assert gate.full, "the lateness has to fade first"
    for _ in range(50):
        gate.note(0.0)
    assert not gate.full


def test_refusals_keep_it_careful() -> None:
    gate = Gate()
    for _ in range(20):
        gate.note(0.2)
    for _ in range(50):
        gate.arrived()
    for _ in range(300):
        gate.refused += 1
        gate.note(0.0)
    assert gate.full


def test_what_runs_is_bounded() -> None:
    gate = Gate(most_running=2)
    for _ in range(2):
        gate.arrived()
        gate.begun()
    assert gate.full
    gate.ended()
    assert not gate.full


def test_those_who_were_let_in_count_before_they_begin() -> None:
    gate = Gate(most_running=2)
    gate.arrived()
    gate.begun()
    gate.arrived()
    assert gate.full
