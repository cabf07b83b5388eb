"""What is remembered, for how long, and what is said while it cannot be made again."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest

from health.public.memory import Memory, Remembered
from monitoring.errors import DatabaseUnavailableError, NotFoundError

LONG, AT_ONCE = timedelta(hours=1), timedelta(0)


def at_once(work: Callable[[], None]) -> None:
    work()


def counting() -> Callable[[], int]:
    numbers: Iterator[int] = iter(range(1, 1_000))
    return lambda: next(numbers)


def failing() -> int:
    raise RuntimeError("PostgreSQL is away")


def test_a_value_is_made_once_until_it_is_too_old() -> None:
    memory, make = Memory(at_once), counting()

    assert [memory.get("a", make, keep=LONG).value for _ in range(3)] == [1, 1, 1]
    assert memory.get("a", make, keep=AT_ONCE) == Remembered(2, is_stale=False)
    assert memory.get("b", make, keep=LONG).value == 3


def test_the_last_value_is_said_while_the_next_cannot_be_made() -> None:
    memory = Memory(at_once)
    memory.get("a", counting(), keep=LONG)

    assert memory.get("a", failing, keep=AT_ONCE) == Remembered(1, is_stale=True)
    assert memory.get("a", lambda: 7, keep=AT_ONCE) == Remembered(7, is_stale=False)


def test_without_any_value_it_says_that_it_does_not_know() -> None:
    with pytest.raises(DatabaseUnavailableError) as caught:
        Memory(at_once).get("a", failing, keep=LONG)

    assert caught.value.retry_after_seconds == 5


def test_what_does_not_exist_is_asked_for_each_time() -> None:
    memory = Memory(at_once)

    def missing() -> int:
        raise NotFoundError("nothing")

    with pytest.raises(NotFoundError):
        memory.get("a", missing, keep=LONG)
    assert memory.get("a", lambda: 1, keep=LONG).value == 1
    with pytest.raises(NotFoundError):
        memory.get("a", missing, keep=AT_ONCE)


def test_who_asks_while_the_database_hangs_gets_the_last_value() -> None:
    memory, hangs, begun = Memory(wait_seconds=0.01), threading.Event(), []
    memory.start = at_once
    memory.get("a", lambda: 1, keep=LONG)
    threads: list[threading.Thread] = []

    def beside(work: Callable[[], None]) -> None:
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    def slow() -> int:
        begun.append(True)
        assert hangs.wait(30)
        return 2

    memory.start = beside
    said = [memory.get("a", slow, keep=AT_ONCE) for _ in range(3)]
    hangs.set()
    threads[0].join(30)

    assert said == [Remembered(1, is_stale=True)] * 3
    assert len(begun) == 1
    assert memory.get("a", failing, keep=LONG) == Remembered(2, is_stale=False)


def test_what_was_changed_is_made_anew_and_the_old_one_kept_in_reserve() -> None:
    memory = Memory(at_once)
    memory.get("a", lambda: 1, keep=LONG)

    memory.forget()

    assert memory.get("a", failing, keep=LONG) == Remembered(1, is_stale=True)
    assert memory.get("a", lambda: 2, keep=LONG) == Remembered(2, is_stale=False)


def test_what_was_read_before_a_change_is_not_kept() -> None:
    memory = Memory(at_once)

    def changed_meanwhile() -> int:
        memory.forget()
        return 1

    assert memory.get("a", changed_meanwhile, keep=LONG).value == 1
    assert memory.get("a", lambda: 2, keep=LONG).value == 2


def test_only_so_many_keys_are_kept_those_that_were_asked_for_last() -> None:
    memory, make = Memory(at_once), counting()
    for key in range(128):
        memory.get(key, make, keep=LONG)
    memory.get(0, make, keep=LONG)
    memory.get("one more", make, keep=LONG)

    assert memory.get(0, failing, keep=LONG).value == 1
    with pytest.raises(DatabaseUnavailableError):
        memory.get(1, failing, keep=LONG)


@pytest.mark.django_db(transaction=True)
def test_by_itself_it_makes_values_in_a_thread() -> None:
    made_in = Memory(wait_seconds=30).get("a", threading.current_thread, keep=LONG).value

    assert made_in is not threading.current_thread()
    assert made_in.name == "status-page"


class Hanging:
    """Makes values in threads that hang until they are let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self, work: Callable[[], None]) -> None:
        """Run the work beside, as a memory does by itself."""
        self.threads.append(threading.Thread(target=work, daemon=True))
        self.threads[-1].start()

    def make(self) -> int:
        """Return a value once it may."""
        assert self.go.wait(30)
        return 2

    def let_go(self) -> None:
        """Let all of them end."""
        self.go.set()
        for thread in self.threads:
            thread.join(30)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    threads = Hanging()
    yield threads
    threads.let_go()


def test_who_comes_after_the_first_two_seconds_of_a_making_does_not_wait(
    hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []

    class Making(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            return False

    memory, now = Memory(at_once), [1_000.0]
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("health.public.memory.time", clock)
    memory.get("a", lambda: 1, keep=LONG)
    memory.start = hanging.start
    monkeypatch.setattr("health.public.memory.threading", SimpleNamespace(Event=Making))

    for seconds in (0.0, 0.5, 1.5, 60.0):
        now[0] += seconds
        assert memory.get("a", hanging.make, keep=AT_ONCE) == Remembered(1, is_stale=True)

    assert waits == [2.0, 1.5, 0.0, 0.0]
    assert len(hanging.threads) == 1


def test_what_was_never_known_is_not_begun_again_while_the_database_hangs(
    hanging: Hanging,
) -> None:
    memory = Memory(hanging.start, wait_seconds=0.01)

    for _ in range(3):
        with pytest.raises(DatabaseUnavailableError):
            memory.get("a", hanging.make, keep=LONG)
    hanging.let_go()

    assert len(hanging.threads) == 1
    assert memory.get("a", failing, keep=LONG) == Remembered(2, is_stale=False)


def test_invented_keys_hold_few_threads_and_push_out_nothing_that_is_known(
    hanging: Hanging,
) -> None:
    memory = Memory(at_once, wait_seconds=0.0)
    memory.get("page", lambda: 1, keep=LONG)
    memory.start = hanging.start

    for key in range(300):
        with pytest.raises(DatabaseUnavailableError):
            memory.get(key, hanging.make, keep=LONG)

    assert len(hanging.threads) == 16
    assert memory.get("page", hanging.make, keep=AT_ONCE) == Remembered(1, is_stale=True)
    hanging.let_go()
    assert memory.get("page", failing, keep=LONG) == Remembered(2, is_stale=False)
    assert memory.get("new", lambda: 3, keep=LONG).value == 3
