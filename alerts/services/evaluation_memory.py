"""When rules were evaluated: one row for all that are in step, columns of their own for the others.

A rule of which only `watched_since` is known has taken part in every evaluation of all rules since then, so what
the row of EvaluationState says holds for it. A rule with a `last_evaluated_at` of its own has not: it was evaluated
by itself since, or could not be evaluated. A rule without either is new, or has just been switched on.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from alerts.evaluation.watch import Watch, resume
from alerts.models import EvaluationState
from alerts.services.rulebook import Rulebook

Mask = NDArray[np.bool_]
# Position of a rule, when it was evaluated last if that is its own affair, and since when it has been watched.
_Own = tuple[int, datetime | None, datetime | None]

_NEVER = np.iinfo(np.int64).min
_Y2K = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_WRITE = """
    UPDATE alert_rules
       SET last_evaluated_at = own.last, watched_since = own.since
      FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS own (id, last, since)
     WHERE alert_rules.id = own.id
"""


class Memory:
    """What is known of earlier evaluations, of each rule of a rulebook by its position."""

    def __init__(self, book: Rulebook, state: EvaluationState) -> None:
        common_last, common_since = _us(state.last_evaluated_at), _us(state.watched_since)
        self._book = book
        self._state = state
        self._in_step = (book.last_us == _NEVER) & (book.since_us != _NEVER)
        self._last_us = np.where(self._in_step, common_last, book.last_us)
        self._since_us = np.where(
            self._in_step, np.maximum(book.since_us, common_since), book.since_us
        )
        self._watches: dict[tuple[int, int, datetime], Watch] = {}

    def due(self, at: datetime) -> Mask:
        """Say which rules have not been evaluated at just that instant."""
        return np.asarray(self._last_us != _us(at))

    def watch(self, position: int, at: datetime) -> Watch:
        """Return the run of evaluations that one of the rule at `at` belongs to."""
        last, since = int(self._last_us[position]), int(self._since_us[position])
        known = self._watches.get((last, since, at))
        if known is None:
            interval = settings.ALERT_EVALUATION_INTERVAL
            known = resume(_instant(since), _instant(last), at=at, interval=interval)
            self._watches[last, since, at] = known
        return known

    def missed(self, evaluated: Mask, at: datetime) -> int:
        """Return how many evaluations of these rules should have taken place before this one, and have not."""
        last = self._last_us[evaluated & (self._last_us != _NEVER)]
        interval = settings.ALERT_EVALUATION_INTERVAL // _MICROSECOND
        between = np.rint((_us(at) - last) / interval) - 1
        return int(np.maximum(0, between).sum())

    def note_all(self, evaluated: Mask, at: datetime) -> None:
        """Write that all rules were evaluated at `at`, those that were not excepted."""
        since_us = self._book.since_us
        joining = evaluated & (~self._in_step | (since_us > _us(at)))
        left_out = ~evaluated & self._in_step & self.due(at)
        own: list[_Own] = [
            (i, None, self.watch(i, at).since) for i in np.flatnonzero(joining).tolist()
        ]
        own += [
            (i, _instant(int(self._last_us[i])), _instant(int(self._since_us[i])))
            for i in np.flatnonzero(left_out).tolist()
        ]
        self._write(own)
        if self._state.last_evaluated_at != at:
            self._write_state(at)

    def note_by_themselves(self, evaluated: Mask, at: datetime) -> None:
        """Write that these rules were evaluated at `at`, and that the others were not."""
        positions = np.flatnonzero(evaluated).tolist()
        self._write((i, at, self.watch(i, at).since) for i in positions)

    def _write(self, own: Iterable[_Own]) -> None:
        rows = [(self._book.rules[i].row.pk, last, since) for i, last, since in own]
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])

    def _write_state(self, at: datetime) -> None:
        state = self._state
        interval = settings.ALERT_EVALUATION_INTERVAL
        watch = resume(state.watched_since, state.last_evaluated_at, at=at, interval=interval)
        EvaluationState.objects.bulk_create(
            [
                EvaluationState(
                    pk=EvaluationState.THE_ROW, last_evaluated_at=at, watched_since=watch.since
                )
            ],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["last_evaluated_at", "watched_since"],
        )


def recall(book: Rulebook) -> Memory:
    """Return what the database knows of earlier evaluations."""
    return Memory(book, EvaluationState.current())


def _us(at: datetime | None) -> int:
    return _NEVER if at is None else (at - _Y2K) // _MICROSECOND


def _instant(at_us: int) -> datetime | None:
    return None if at_us == _NEVER else _Y2K + at_us * _MICROSECOND
