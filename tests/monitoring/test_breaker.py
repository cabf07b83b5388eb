"""A breaker lets one caller try at a time once a store has failed."""

from monitoring.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def breaker() -> tuple[Breaker, Clock]:
    clock = Clock()
    return Breaker(pause_seconds=3, clock=clock), clock


def test_a_store_that_never_failed_is_always_tried() -> None:
    store, _ = breaker()

    assert [store.may_try() for _ in range(3)] == [True, True, True]


def test_after_a_failure_nobody_tries_until_the_pause_is_over() -> None:
    store, clock = breaker()
    store.failed()

    assert not store.may_try()
    clock.now += 2.9
    assert not store.may_try()
    clock.now += 0.1
    assert store.may_try()


def test_after_the_pause_one_tries_and_the_others_wait() -> None:
    store, clock = breaker()
    store.failed()
    clock.now += 3

    assert [store.may_try() for _ in range(3)] == [True, False, False]


def test_a_success_lets_everybody_in_again() -> None:
    store, clock = breaker()
    store.failed()
    clock.now += 3
    assert store.may_try()
    store.succeeded()

    assert [store.may_try() for _ in range(3)] == [True, True, True]


def test_a_failure_of_the_trial_begins_another_pause() -> None:
    store, clock = breaker()
    store.failed()
    clock.now += 3
    assert store.may_try()
    clock.now += 1
    store.failed()
    clock.now += 2.9

    assert not store.may_try()
