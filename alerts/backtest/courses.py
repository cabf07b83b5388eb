"""What evaluations would have seen of each series or group of a rule, as arrays over their instants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alerts.backtest.spec import MICROSECOND, MILLISECOND, Clock, RuleSpec
from alerts.evaluation.combining import combine, newest_of, samples_of, without_stale
from alerts.evaluation.fingerprint import OF_NOTHING
from alerts.evaluation.grouping import Subject, projection, subject_alone, subject_of
from alerts.evaluation.windows import Aggregated, Samples, Spans, aggregate_spans, week_change
from monitoring.types import SeriesRef

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_WEEK_MS = 7 * 86_400_000
# Members times instants of a group that are held at once: 40 MB of arrays.
_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One subject over the instants of a replay.

    `values` are NaN where nothing is known; `newest_ms` is the instant of the newest sample until then, -1 before the
    first; `samples` is the number behind each value, None where that does not matter. A course that `is_of_nothing`
    stands for there being no series at all, up to the instant of the number `gone_from`.
    """

    subject: Subject
    values: Floats
    newest_ms: Integers
    samples: Integers | None
    gone_from: int
    is_of_nothing: bool = False


def courses_of(
    spec: RuleSpec, refs: Sequence[SeriesRef], samples: Samples, clock: Clock
) -> Iterator[Course]:
    """Yield a course for each series, or for each group if the rule combines, and one for there being no series.

    `samples` are those of `refs`, in their order; a series exists from its first sample on.
    """
    nothing, is_merged = _of_nothing(samples, clock), False
    for course in _of_subjects(spec, refs, samples, clock):
        if course.subject.fingerprint == OF_NOTHING:
            yield replace(course, gone_from=nothing.gone_from, is_of_nothing=True)
            is_merged = True
        else:
            yield course
    if not is_merged:
        yield nothing


def count_of(spec: RuleSpec, refs: Sequence[SeriesRef]) -> int:
    """Return how many series or groups there are."""
    return len(_members(spec, refs)) if spec.combine else len(refs)


def _of_nothing(samples: Samples, clock: Clock) -> Course:
    firsts = samples.at_ms[samples.starts[:-1][np.diff(samples.starts) > 0]]
    found = np.searchsorted(clock.ms, firsts.min()) if len(firsts) else len(clock)
    unknown = np.full(len(clock), np.nan)
    return Course(
        Subject(OF_NOTHING, "", {}),
        unknown,
        np.full(len(clock), -1, np.int64),
        None,
        int(found),
        is_of_nothing=True,
    )


def _of_subjects(
    spec: RuleSpec, refs: Sequence[SeriesRef], samples: Samples, clock: Clock
) -> Iterator[Course]:
    if not spec.combine:
        for number, ref in enumerate(refs):
            seen = _series(spec, _own(samples, number), clock.ms)
            yield _course(subject_alone(ref.service, ref.labels), seen, clock)
        return
    for values, members in _members(spec, refs).items():
        own = [_own(samples, number) for number in members]
        yield _course(subject_of(spec.group_by, values), _group(spec, own, clock), clock)


def _course(subject: Subject, seen: "_Seen", clock: Clock) -> Course:
    return Course(subject, seen.values, seen.newest_ms, seen.samples, len(clock))


def _members(spec: RuleSpec, refs: Sequence[SeriesRef]) -> dict[tuple[str, ...], list[int]]:
    members: dict[tuple[str, ...], list[int]] = {}
    for number, ref in enumerate(refs):
        values = projection(ref.service, ref.labels, spec.group_by)
        members.setdefault(values, []).append(number)
    return members


def _own(samples: Samples, number: int) -> Samples:
    """Return one series by itself."""
    start, end = samples.starts[number], samples.starts[number + 1]
    own = slice(start, end)
    return Samples(np.array([0, end - start], np.int64), samples.at_ms[own], samples.values[own])


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    values: Floats
    newest_ms: Integers
    samples: Integers | None


def _series(spec: RuleSpec, own: Samples, at_ms: Integers) -> _Seen:
    """Return what is seen of one series at each instant."""
    high = np.searchsorted(own.at_ms, at_ms, side="right").astype(np.int64)
    newest = np.append(own.at_ms, -1)[high - 1]
    if spec.aggregation == "last":
        return _Seen(np.append(own.values, np.nan)[high - 1], newest, None)
    found = _windows(spec, own, at_ms, high)
    if spec.aggregation == "absent":
        newest = np.where(newest >= 0, at_ms, -1)  # that nothing came is known now
    return _Seen(found.values, newest, found.count)


def _windows(spec: RuleSpec, own: Samples, at_ms: Integers, high: Integers) -> Aggregated:
    window_ms = spec.window // MILLISECOND
    spans = Spans(_after(own, at_ms - window_ms), high)
    if spec.aggregation != "week_change":
        return aggregate_spans(own, spec.aggregation, spans)
    then_ms = at_ms - _WEEK_MS
    then = Spans(_after(own, then_ms - window_ms), _after(own, then_ms))
    return week_change(aggregate_spans(own, "avg", spans), aggregate_spans(own, "avg", then))


def _after(own: Samples, at_ms: Integers) -> Integers:
    """Return the position of the first sample after each instant."""
    return np.searchsorted(own.at_ms, at_ms, side="right").astype(np.int64)


def _group(spec: RuleSpec, members: Sequence[Samples], clock: Clock) -> _Seen:
    """Return what is seen of a group, so many instants at a time as memory allows."""
    step = max(1, _AT_ONCE // len(members))
    parts = [
        _group_part(spec, members, clock.us[start : start + step])
        for start in range(0, len(clock), step)
    ]
    return _Seen(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.newest_ms for part in parts]),
        np.concatenate([part.samples for part in parts if part.samples is not None]),
    )


def _group_part(spec: RuleSpec, members: Sequence[Samples], at_us: Integers) -> _Seen:
    seen = [_series(spec, own, at_us // 1_000) for own in members]
    values = np.concatenate([each.values for each in seen])
    newest = np.concatenate([each.newest_ms for each in seen])
    count, number = len(at_us), np.tile(np.arange(len(at_us)), len(members))
    stale_us = spec.terms.stale_after // MICROSECOND
    oldest_ms = -(-(at_us - stale_us) // 1_000)  # rounded up
    known = without_stale(values, newest, np.tile(oldest_ms, len(members)))
    behind = [~np.isnan(known)]
    if spec.aggregation != "last":
        behind = [each.samples for each in seen if each.samples is not None]
    return _Seen(
        combine(known, number, count, spec.combine),
        newest_of(newest, number, count),
        samples_of(np.concatenate(behind).astype(np.int64), number, count),
    )
