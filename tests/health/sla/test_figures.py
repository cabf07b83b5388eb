"""From sums to what a customer reads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from health.latency.histogram import LatencyHistogram
from health.sla.accounting import Spans
from health.sla.figures import Promise, SlaFigures, Totals, added, uptime_percent
from health.sla.intervals import clipped, merged
from health.sla.violations import keeps_availability, misses_availability, misses_latency

START = datetime(2026, 11, 1, tzinfo=UTC)
NINES = Decimal("99.9")
NOTHING = LatencyHistogram()


def figures(totals: Totals, target: str = "99.9") -> SlaFigures:
    promise = Promise("payment", "payment-service", Decimal(target), 1_000)
    return SlaFigures(promise, START, START + timedelta(days=1), totals)


@pytest.mark.parametrize(
    ("up", "down", "expected"),
    [
        (0, 0, None),
        (5, 0, "100.000000"),
        (0, 5, "0.000000"),
        (1, 2, "33.333333"),
        (2, 1, "66.666666"),
        (2_591_999_999, 1, "99.999999"),
        (999, 1, "99.900000"),
        (86_400_000 * 365 - 1, 1, "99.999999"),
    ],
)
def test_uptime_is_cut_after_six_places_and_never_rounded_up(
    up: int, down: int, expected: str | None
) -> None:
    found = uptime_percent(Spans(up_ms=up, down_ms=down, unknown_ms=77, maintenance_ms=88))

    assert found == (None if expected is None else Decimal(expected))
    assert found is None or str(found) == expected


@pytest.mark.parametrize(
    ("up", "down", "is_met"),
    [(999, 1, True), (998, 2, False), (9_989_999, 10_001, False), (0, 0, None), (1, 0, True)],
)
def test_the_target_is_compared_before_rounding(up: int, down: int, *, is_met: bool | None) -> None:
    assert figures(Totals(Spans(up_ms=up, down_ms=down))).is_met is is_met


def test_coverage_is_the_known_share_of_what_was_not_planned() -> None:
    spans = Spans(up_ms=50, down_ms=10, unknown_ms=20, maintenance_ms=1_000)

    assert figures(Totals(spans)).coverage == Decimal("0.75")


def test_a_period_that_was_all_planned_has_no_coverage() -> None:
    assert figures(Totals(Spans(maintenance_ms=1_000))).coverage is None


def test_percentiles_are_of_requests_if_there_were_any() -> None:
    found = figures(
        Totals(
            probe_latency=LatencyHistogram.of([1_000.0]), request_latency=LatencyHistogram.of([10])
        )
    )

    assert found.latency_source == "requests"
    assert found.p95_ms == pytest.approx(10, rel=0.01)


def test_percentiles_are_of_probes_where_no_requests_are_known() -> None:
    found = figures(Totals(probe_latency=LatencyHistogram.of([100.0] * 98 + [500.0] * 2)))

    assert found.latency_source == "probes"
    assert found.p95_ms == pytest.approx(100, rel=0.01)
    assert found.p99_ms == pytest.approx(500, rel=0.01)


def test_without_any_answer_there_is_no_percentile_and_no_source() -> None:
    found = figures(Totals())

    assert (found.p95_ms, found.p99_ms, found.latency_source) == (None, None, "")


def test_totals_add_up_field_by_field() -> None:
    one = Totals(Spans(1, 2, 3, 4, 5), 6, 7, 8, 9, 10, 11, 12, LatencyHistogram({1: 1}), NOTHING)
    other = Totals(
        Spans(10, 20, 30, 40, 50), 1, 1, 1, 1, 1, 1, 1, LatencyHistogram({1: 2}), NOTHING
    )

    found = added([one, other])

    assert found.spans == Spans(11, 22, 33, 44, 55)
    assert found.probe_latency.to_json() == {"cells": [1], "counts": [3]}
    numbers = (
        found.probes,
        found.failed_probes,
        found.requests,
        found.failed_requests,
        found.violations,
        found.availability_violations,
        found.latency_violations,
    )
    assert numbers == (7, 8, 9, 10, 11, 12, 13)


def test_nothing_adds_up_to_nothing() -> None:
    assert added([]) == Totals()


def test_time_that_no_bucket_tells_of_is_unknown() -> None:
    totals = Totals(Spans(up_ms=10, down_ms=20, unknown_ms=1, maintenance_ms=30))

    assert totals.lasting(100).spans == Spans(10, 20, 40, 30)


@pytest.mark.parametrize(
    ("up", "down", "kept"),
    [(299_700, 300, True), (299_699, 301, False), (0, 0, True), (0, 1, False), (1, 0, True)],
)
def test_a_bucket_keeps_its_availability_at_the_target_itself(
    up: int, down: int, *, kept: bool
) -> None:
    spans = Spans(up_ms=up, down_ms=down)

    assert keeps_availability(spans, NINES) is kept
    assert misses_availability(spans, NINES) is not kept


def test_a_target_of_a_hundred_percent_allows_no_downtime() -> None:
    assert misses_availability(Spans(up_ms=299_999, down_ms=1), Decimal(100))
    assert not misses_availability(Spans(up_ms=300_000), Decimal(100))


UP = Spans(up_ms=300_000)
SLOW, FAST = LatencyHistogram.of([2_000.0]), LatencyHistogram.of([10.0])


@pytest.mark.parametrize(
    ("spans", "probes", "requests", "missed"),
    [
        (UP, SLOW, NOTHING, True),
        (UP, FAST, NOTHING, False),
        (UP, SLOW, FAST, False),
        (UP, FAST, SLOW, True),
        (UP, NOTHING, NOTHING, False),
        (Spans(maintenance_ms=300_000), SLOW, SLOW, False),
        (Spans(unknown_ms=300_000), SLOW, SLOW, False),
        (Spans(down_ms=300_000), NOTHING, SLOW, True),
    ],
)
def test_latency_is_judged_by_requests_first_and_only_where_something_was_measured(
    spans: Spans, probes: LatencyHistogram, requests: LatencyHistogram, *, missed: bool
) -> None:
    assert misses_latency(spans, probes, requests, 1_000) is missed


def test_a_p95_at_the_target_itself_is_no_violation() -> None:
    coarse = LatencyHistogram.of_buckets([1_000.0, float("inf")], [0, 5])

    assert not misses_latency(UP, NOTHING, coarse, 1_000)
    assert misses_latency(UP, NOTHING, coarse, 999)


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([], []),
        ([(5, 5)], []),
        ([(7, 3)], []),
        ([(1, 3), (3, 5)], [(1, 5)]),
        ([(1, 3), (4, 5)], [(1, 3), (4, 5)]),
        ([(4, 9), (1, 5)], [(1, 9)]),
        ([(1, 9), (2, 3)], [(1, 9)]),
    ],
)
def test_intervals_that_overlap_or_touch_become_one(
    intervals: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert merged(intervals) == expected


def test_clipping_leaves_out_what_lies_outside() -> None:
    assert clipped([(0, 5), (8, 20), (30, 40), (3, 8)], 5, 10) == [(8, 10), (5, 8)]
