"""Small pushes of several threads in one transaction: a commit waits for the disk, and many can wait as one.

The first thread leads: it gathers what others bring meanwhile, stores it all, and hands each its own
result. While it waits for the commit the next group forms, and the first of that leads it. Nobody waits
for company without a reason: a leader looks out for others only while some are on their way.
"""

import copy
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.conf import settings

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import attempts
from monitoring.ingest.admission import ADMISSION
from monitoring.ingest.store import Push, Stored, store

# What is small enough to share a transaction, and how many do.
MOST_SAMPLES = 50
_SMALL_BODY_BYTES = 32 * 1024
_MOST_PUSHES = 64

Commit = Callable[[Sequence[Push], datetime], Sequence[Stored]]


class _Turn:
    """One push that waits, and what became of it."""

    def __init__(self, push: Push, at: datetime) -> None:
        self.push = push
        self.at = at
        self.woken = threading.Event()  # it is stored, or refused, or has to lead
        self.outcome: Stored | BaseException | None = None

    def end(self, outcome: Stored | BaseException) -> None:
        self.outcome = outcome
        self.woken.set()

    def result(self) -> Stored:
        if isinstance(self.outcome, Stored):
            return self.outcome
        raise self.outcome or RuntimeError("a turn is over without an outcome")


class Waiting(NamedTuple):
    """How long a leader waits, and how many pushes, its own among them, might join."""

    seconds: float
    expected: Callable[[], int]


class Groups:
    """Stores pushes in groups, one after the other; the number that wait is bounded by who admits them."""

    def __init__(self, commit: Commit, waiting: Waiting) -> None:
        self._commit = commit
        self._patience = waiting
        self._turns: list[_Turn] = []
        self._is_led = False
        self._inside = 0  # threads that have not left `store`
        self._arrived = threading.Condition()

    def store(self, push: Push, *, at: datetime) -> Stored:
        """Return what became of the push; it is committed. Raises what its storing raised."""
        turn = _Turn(push, at)
        with self._arrived:
            self._turns.append(turn)
            self._inside += 1
            leads, self._is_led = not self._is_led, True
            self._arrived.notify()
        try:
            if not leads:
                turn.woken.wait()
            if turn.outcome is None:
                self._lead()
            return turn.result()
        finally:
            with self._arrived:
                self._inside -= 1

    def _lead(self) -> None:
        """Store one group, which the caller's turn is the first of, and let the next one begin."""
        group = self._gather()
        try:
            self._end(group)
        finally:
            for turn in group:
                if turn.outcome is None:
                    turn.end(RuntimeError("the group was not stored"))
            self._hand_over()

    def _gather(self) -> list[_Turn]:
        deadline = time.monotonic() + self._patience.seconds
        with self._arrived:
            while len(self._turns) < min(self._still_expected(), _MOST_PUSHES):
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._arrived.wait(left)
            group = self._turns[:_MOST_PUSHES]
            del self._turns[:_MOST_PUSHES]
            return group

    def _still_expected(self) -> int:
        """Return how many might join, without those whose turn is over and who only have to leave."""
        return self._patience.expected() - (self._inside - len(self._turns))

    def _hand_over(self) -> None:
        with self._arrived:
            self._is_led = bool(self._turns)
            if self._turns:
                self._turns[0].woken.set()

    def _end(self, group: Sequence[_Turn]) -> None:
        """Store the turns together; if one of them is at fault, each alone."""
        try:
            # Later by milliseconds than some of them came, which the window of receipt does not notice.
            at = max(turn.at for turn in group)
            for turn, stored in zip(
                group, self._commit([turn.push for turn in group], at), strict=True
            ):
                turn.end(stored)
        except DatabaseUnavailableError as error:
            for turn in group:
                turn.end(copy.copy(error))  # each thread that raises one adds its traceback
        except Exception as error:  # noqa: BLE001 - handed to whom it concerns
            if len(group) == 1:
                group[0].end(error)
            else:
                for turn in group:
                    self._end([turn])


def _commit(pushes: Sequence[Push], at: datetime) -> list[Stored]:
    return attempts.run(partial(store, pushes, at=at), received_at=at)


def _expected() -> int:
    return ADMISSION.in_flight(_SMALL_BODY_BYTES)


_window: timedelta = settings.GROUP_COMMIT_WINDOW
GROUPS = Groups(_commit, Waiting(_window.total_seconds(), _expected))
