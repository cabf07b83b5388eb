"""One source with its thread: a hanging or failing source is known as such and never raises."""

import logging
import threading
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from health.memory.asking import Asker
from monitoring.errors import ServiceUnavailableError

DEADLINE_SECONDS = 10.0


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What hanging questions wait for; it is set when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def wait_until(holds: Callable[[], bool]) -> None:
    until = monotonic() + DEADLINE_SECONDS
    while not holds():
        assert monotonic() < until, "not in time"
        sleep(0.005)


def test_an_answer_is_known() -> None:
    asker = Asker("store", lambda: 7)

    asker.ask_now()

    assert asker.known.value == 7
    assert asker.known.told_at is not None


def test_a_source_that_refuses_is_known_by_its_own_words() -> None:
    def refuse() -> None:
        raise ServiceUnavailableError("redis does not answer")

    asker = Asker("redis", refuse)
    asker.ask_now()

    assert asker.known.error == "redis does not answer"
    assert asker.known.told_at is None


def test_a_fault_is_told_by_its_kind_and_not_by_its_text() -> None:
    def fault() -> None:
        raise RuntimeError("password=s3cret")

    asker = Asker("services", fault)
    asker.ask_now()

    assert asker.known.error == "cannot be read (RuntimeError)"


def test_an_outage_is_logged_when_it_begins_and_when_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failing = [True, True, True, False, False]

    def ask() -> None:
        if failing.pop(0):
            raise ServiceUnavailableError("away")

    asker = Asker("kafka", ask)
    with caplog.at_level(logging.INFO, logger="health.memory.asking"):
        for _ in range(5):
            asker.ask_now()

    assert caplog.messages == [
        "source of health does not answer",
        "source of health answers again",
    ]


def test_it_asks_again_and_again_until_it_is_stopped() -> None:
    asked: list[str] = []
    asker = Asker("store", lambda: asked.append(threading.current_thread().name))

    asker.start(0.001)
    wait_until(lambda: len(asked) >= 3)
    asker.stop()
    wait_until(lambda: "health-store" not in {thread.name for thread in threading.enumerate()})

    assert set(asked) == {"health-store"}


def test_it_prepares_once_in_its_own_thread() -> None:
    prepared: list[int] = []
    asked: list[int] = []
    asker = Asker(
        "store",
        lambda: asked.append(threading.get_ident()),
        prepare=lambda: prepared.append(threading.get_ident()),
    )

    asker.start(0.001)
    wait_until(lambda: len(asked) >= 3)
    asker.stop()

    assert prepared == [asked[0]]
    assert prepared != [threading.get_ident()]


def test_a_hanging_source_is_silent_and_delays_nobody(release: threading.Event) -> None:
    asker = Asker("store", lambda: release.wait(DEADLINE_SECONDS))
    asker.start(60)
    wait_until(lambda: asker.known.open_since is not None)

    before = monotonic()
    asker.wait_for_first(0.05)

    assert asker.known.silent_seconds(before + 60) > 0
    assert asker.known.told_at is None
    release.set()
    wait_until(lambda: asker.known.told_at is not None)


def test_nobody_waits_for_a_source_that_has_answered_once() -> None:
    asker = Asker("store", lambda: None)
    asker.ask_now()
    started = monotonic()

    asker.wait_for_first(DEADLINE_SECONDS)

    assert monotonic() - started < DEADLINE_SECONDS / 2


def test_a_deadline_that_is_over_waits_for_nothing(release: threading.Event) -> None:
    asker = Asker("store", lambda: release.wait(DEADLINE_SECONDS))

    asker.wait_for_first(-1.0)

    assert asker.known.told_at is None


def test_a_question_that_hangs_does_not_keep_the_process(release: threading.Event) -> None:
    asker = Asker("hanging", release.wait)

    asker.start(60)
    wait_until(lambda: any(each.name == "health-hanging" for each in threading.enumerate()))
    (thread,) = [each for each in threading.enumerate() if each.name == "health-hanging"]
    asker.stop()

    assert thread.daemon
