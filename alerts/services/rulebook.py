"""The rules as evaluations need them: read once per process, and again where their rows have changed."""

import os
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from alerts.evaluation.expression import Expression, parse
from alerts.evaluation.hold import hold_of
from alerts.evaluation.overrides import Override, overrides_of
from alerts.evaluation.reading import NoData, RuleTerms
from alerts.models import AlertRule
from alerts.models.choices import Aggregation, Condition

# One text of bytes, because a driver needs a microsecond for each value that it hands over by itself. Place and
# writer of a row name its version, whoever changed it and however: an edit in psql changes no `version`.
_LOOK = """
    SELECT string_agg(
            uuid_send(id) || tidsend(ctid) || xidsend(xmin)
            || timestamptz_send(coalesce(last_evaluated_at, '-infinity'))
            || timestamptz_send(coalesce(watched_since, '-infinity')), '')
      FROM alert_rules
     WHERE enabled AND deleted_at IS NULL
"""
_ROW = np.dtype([("name", "V26"), ("last_us", ">i8"), ("since_us", ">i8")])
_ID_BYTES = 16


class Source(NamedTuple):
    """Which number of a series a rule compares: of an aggregation, over a window in seconds; 0: the newest value."""

    aggregation: str
    window_seconds: int


NEWEST = Source(Aggregation.LAST, 0)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """One rule, understood. `expression` is None unless it is composite."""

    row: AlertRule
    terms: RuleTerms
    overrides: tuple[Override, ...]
    source: Source
    expression: Expression | None


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """All rules in use, and beside each when it was evaluated by itself (see evaluation_memory).

    `rules`, `last_us` and `since_us` belong together by position; instants are in µs since 2000.
    """

    rules: tuple[CompiledRule, ...]
    last_us: NDArray[np.int64]
    since_us: NDArray[np.int64]


Compile = Callable[[AlertRule], CompiledRule | None]


class Shelf:
    """Keeps what was compiled, by name of the row's version. May be used by several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._terms: object = None
        self._names = b""
        self._compiled: dict[bytes, CompiledRule] = {}
        self._rules: tuple[CompiledRule, ...] = ()

    def open(self, compile_rule: Compile) -> Rulebook:
        """Return the rules as the caller's transaction sees them; one that cannot be compiled is missing.

        It is compiled anew each time, so that whoever compiles hears of it at each evaluation.
        """
        rows = _look()
        with self._lock:
            self._forget_if_settings_changed()
            names = rows["name"].tobytes()
            if names != self._names:
                self._refresh(rows["name"].tolist(), compile_rule)
                self._names = names if len(self._rules) == len(rows) else b""
            kept = rows
            if len(self._rules) != len(rows):
                kept = rows[[name in self._compiled for name in rows["name"].tolist()]]
            return Rulebook(
                self._rules, kept["last_us"].astype(np.int64), kept["since_us"].astype(np.int64)
            )

    def _refresh(self, names: list[bytes], compile_rule: Compile) -> None:
        found = {name: self._compiled[name] for name in names if name in self._compiled}
        missing = {UUID(bytes=name[:_ID_BYTES]): name for name in names if name not in found}
        for row in _rows(missing):
            rule = compile_rule(row)
            if rule is not None:
                found[missing[row.pk]] = rule
        self._compiled = found
        self._rules = tuple(found[name] for name in names if name in found)

    def _forget_if_settings_changed(self) -> None:
        terms = _settings()
        if terms != self._terms:
            self._terms, self._names, self._compiled = terms, b"", {}


def compiled(row: AlertRule) -> CompiledRule:
    """Return the rule understood. Raises ValueError, TypeError or LookupError for a row that is odd."""
    if row.expression:
        return CompiledRule(row, _terms(row), (), NEWEST, parse(row.expression))
    source = Source(Aggregation(row.aggregation), row.window_seconds)
    if source.aggregation != Aggregation.LAST and not source.window_seconds:
        raise ValueError(f"{source.aggregation} needs a window")
    return CompiledRule(
        row, _terms(row), tuple(overrides_of(row.threshold_overrides)), source, None
    )


def read(compile_rule: Compile) -> Rulebook:
    """Return the rules of this process's shelf (see Shelf.open)."""
    return _shelf.open(compile_rule)


def begin_anew() -> None:
    """Forget what this process knows; a fork calls it, for another thread may have held the lock."""
    global _shelf  # noqa: PLW0603 - one for each process
    _shelf = Shelf()


_shelf = Shelf()
os.register_at_fork(after_in_child=begin_anew)


def _look() -> NDArray[np.void]:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK)
        (packed,) = cursor.fetchone()
    return np.frombuffer(packed or b"", _ROW)


def _rows(ids: Collection[UUID]) -> Iterable[AlertRule]:
    return AlertRule.objects.filter(pk__in=list(ids)) if ids else ()


def _settings() -> object:
    return (
        settings.ALERT_EVALUATION_INTERVAL,
        settings.METRIC_STALENESS,
        settings.ALERT_SNOOZE_LIMIT,
        settings.FLAP_QUIET,
    )


def _terms(row: AlertRule) -> RuleTerms:
    window = timedelta(seconds=row.window_seconds)
    return RuleTerms(
        condition=Condition(row.condition),
        threshold=row.threshold,
        hold=hold_of(timedelta(seconds=row.duration)),
        no_data=NoData(row.no_data_policy),
        interval=settings.ALERT_EVALUATION_INTERVAL,
        # What lies within the window is its data, however long ago that is.
        stale_after=max(settings.METRIC_STALENESS, window),
        snooze=timedelta(minutes=row.cooldown_minutes) or settings.ALERT_SNOOZE_LIMIT,
        recovery_threshold=row.recovery_threshold,
        keep_firing_for=hold_of(timedelta(seconds=row.keep_firing_for)),
        minimum_samples=row.minimum_samples,
        flap_quiet=hold_of(settings.FLAP_QUIET),
    )
