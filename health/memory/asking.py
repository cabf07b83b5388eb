"""Asks one source again and again beside the requests."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.utils import timezone

from health.memory.known import Known
from monitoring.errors import DomainError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Asker(Generic[T]):
    """One source with a thread of its own: while it hangs, only what is known of it grows old.

    The thread is a daemon, so it ends with the process, also in the middle of a question. `prepare` is called once,
    in the thread, before the first question.
    """

    def __init__(
        self, name: str, ask: Callable[[], T], *, prepare: Callable[[], None] | None = None
    ) -> None:
        self._name = name
        self._ask = ask
        self._prepare = prepare
        self._known: Known[T] = Known()
        self._answered = threading.Event()
        self._ending = threading.Event()

    @property
    def known(self) -> Known[T]:
        """Return what is known now; never waits."""
        return self._known

    def start(self, every_seconds: float) -> None:
        """Begin asking, with so long a pause after each answer."""
        name = f"health-{self._name}"
        threading.Thread(target=self._run, args=(every_seconds,), name=name, daemon=True).start()

    def stop(self) -> None:
        """Ask no further question; one that is open is not waited for."""
        self._ending.set()

    def wait_for_first(self, seconds: float) -> None:
        """Return once a question has ended for the first time, or after so many seconds."""
        self._answered.wait(max(0.0, seconds))

    def ask_now(self) -> None:
        """Ask once in the calling thread. A source that fails is known as such; nothing is raised."""
        self._known = self._known.asked(now=time.monotonic())
        try:
            value = self._ask()
        except DomainError as error:
            self._note_failure(error.message)
        except Exception as error:  # noqa: BLE001 - the thread must outlive whatever one question meets
            self._note_failure(f"cannot be read ({type(error).__name__})")
        else:
            self._note_answer(value)
        self._answered.set()

    def _run(self, every_seconds: float) -> None:
        if self._prepare is not None:
            self._prepare()
        self.ask_now()
        while not self._ending.wait(every_seconds):
            self.ask_now()

    def _note_answer(self, value: T) -> None:
        before = self._known
        self._known = before.told(value, at=timezone.now(), now=time.monotonic())
        if before.error:
            logger.info("source of health answers again", extra={"source": self._name})

    def _note_failure(self, error: str) -> None:
        before = self._known
        self._known = before.failed(error, at=timezone.now(), now=time.monotonic())
        if error != before.error:  # an outage is one line, not one every few seconds
            logger.warning(
                "source of health does not answer", extra={"source": self._name, "error": error}
            )
