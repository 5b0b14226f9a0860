"""Attempts at a password: five are free, then each waits twice as long, an address at a time."""

from geo.attempts import FORGOTTEN_SECONDS, FREE, LONGEST_SECONDS, Attempts


def test_five_are_free_then_each_waits_longer_up_to_a_minute():
    attempts, now, waits = Attempts(), 0.0, []
    for _number in range(14):
        waits.append(attempts.admit("a", now))
        if waits[-1]:
            now += waits[-1]
            assert attempts.admit("a", now) == 0
    assert waits[:FREE] == [0] * FREE
    assert waits[FREE:] == [1, 2, 4, 8, 16, 32, LONGEST_SECONDS, LONGEST_SECONDS, LONGEST_SECONDS]


def test_one_address_does_not_wait_for_another_and_all_is_forgotten():
    attempts = Attempts()
    for _number in range(FREE):
        attempts.admit("a", 0.0)
    assert attempts.admit("a", 0.5) == 0.5
    assert attempts.admit("b", 0.5) == 0
    assert attempts.admit("a", FORGOTTEN_SECONDS + 1) == 0


def test_a_right_password_does_not_clear_the_wrong_ones_before_it():
    attempts = Attempts()
    for _number in range(FREE):
        attempts.admit("a", 0.0)
    assert attempts.admit("a", 1.0) == 0
    attempts.succeeded("a")
    assert attempts.admit("a", 1.5) == 0.5


def test_attempts_under_way_count(monkeypatch):
    monkeypatch.setattr("geo.attempts._REMEMBERED", 3)
    attempts = Attempts()
    for name in "abcd":
        attempts.admit(name, 0.0)
    assert list(attempts.made) == ["b", "c", "d"]
