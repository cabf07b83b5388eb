"""What both kinds of report say, by hand."""

from dataclasses import replace

import pytest

from health.latency.histogram import LatencyHistogram
from health.performance.endpoints import EndpointTotals
from health.reports.performance_contents import (
    MOST_ENDPOINTS,
    Requests,
    ServiceRequests,
    performance_contents,
)
from health.reports.sla_contents import ServiceFacts, header, sla_contents
from health.reports.stretches import Flip, stretches
from tests.health.reports.samples import (
    DAY_MS,
    MADE_AT,
    OCTOBER,
    figures,
    payment,
    performance_data,
    quiet,
    sla_data,
)

MONTH_MS = 31 * DAY_MS


def test_a_service_by_hand() -> None:
    (told,) = sla_data(services=[payment()])["services"]

    measured = MONTH_MS - DAY_MS - 7_200_000
    assert (told["up_ms"], told["down_ms"]) == (measured - 3_150_000, 3_150_000)
    assert (told["unknown_ms"], told["maintenance_ms"]) == (DAY_MS, 7_200_000)
    assert told["uptime_percent"] == "99.878133"
    assert told["coverage_percent"] == "96.7654"
    assert (told["p95_ms"], told["p99_ms"]) == pytest.approx((900.0, 900.0), rel=0.01)
    assert told["met"] is False
    assert told["allowed_down_ms"] == 2_584_800
    assert [each["lasted_ms"] for each in told["downtimes"]] == [3_150_000]
    assert [each["lasted_ms"] for each in told["maintenance"]] == [7_200_000]
    assert told["slos"][0]["remaining_percent"] == "-21.866296"
    assert [each["uptime_percent"] for each in told["slices"]].count("100") == 29
    assert told["slices"][6]["uptime_percent"] == "96.354166"
    assert told["slices"][19]["uptime_percent"] is None


def test_the_slices_and_the_downtimes_add_up_to_the_period() -> None:
    (told,) = sla_data(services=[payment()])["services"]

    for name in ("up_ms", "down_ms", "unknown_ms", "maintenance_ms"):
        assert sum(each[name] for each in told["slices"]) == told[name]
    assert sum(each["lasted_ms"] for each in told["downtimes"]) == told["down_ms"]


def test_totals_count_verdicts_and_add_up_time() -> None:
    empty = ServiceFacts(whole=figures("dark", OCTOBER, unknown_ms=MONTH_MS, times=()))
    totals = sla_data(services=[payment(), quiet("auth"), empty])["totals"]

    assert (totals["met"], totals["missed"], totals["not_measured"]) == (1, 1, 1)
    assert totals["services"] == 3
    assert (totals["down_ms"], totals["downtimes"]) == (3_150_000, 1)
    assert totals["uptime_percent"] == "99.94015"


def test_nothing_measured_is_null_and_never_a_zero() -> None:
    empty = ServiceFacts(whole=figures("dark", OCTOBER, unknown_ms=MONTH_MS, times=()))
    data = sla_data(services=[empty])
    told = data["services"][0]

    assert [told[name] for name in ("uptime_percent", "p95_ms", "p99_ms", "met")] == [None] * 4
    assert told["coverage_percent"] == "0"
    assert data["totals"]["uptime_percent"] is None


def test_a_period_that_was_planned_as_a_whole_has_no_coverage() -> None:
    planned = ServiceFacts(whole=figures("a", OCTOBER, maintenance_ms=MONTH_MS, times=()))

    assert sla_data(services=[planned])["services"][0]["coverage_percent"] is None


def test_a_target_is_met_by_whole_milliseconds() -> None:
    allowed = MONTH_MS // 1_000
    just, over = (
        sla_data(services=[ServiceFacts(figures("a", OCTOBER, down_ms=ms))])["services"][0]
        for ms in (allowed, allowed + 1)
    )

    assert (just["met"], over["met"]) == (True, False)
    assert just["allowed_down_ms"] == allowed


def test_services_come_by_name_whatever_their_order() -> None:
    one, other = (
        sla_data(services=[quiet("b"), quiet("a")]),
        sla_data(services=[quiet("a"), quiet("b")]),
    )

    assert one == other
    assert [each["name"] for each in one["services"]] == ["a", "b"]


def test_a_downtime_says_when_it_was_declared_and_why() -> None:
    start = OCTOBER.start
    facts = ServiceFacts(
        figures("a", OCTOBER, down_ms=10),
        outages=stretches([(start, 10)]),
        flips=[Flip(start, "unhealthy"), Flip(start.replace(minute=4), "unhealthy", "x" * 300)],
    )

    (downtime,) = sla_data(services=[facts])["services"][0]["downtimes"]

    assert downtime["declared_at"] == ["2026-10-01T00:00:00+00:00", "2026-10-01T00:04:00+00:00"]
    assert downtime["reason"] == "x" * 200


def test_when_it_was_made_is_said_only_while_something_may_change() -> None:
    settled, open_yet = (
        header("sla", "daily", OCTOBER, made_at=MADE_AT, settled=settled)
        for settled in (True, False)
    )

    assert "made_at" not in settled
    assert open_yet["made_at"] == "2026-11-02T00:00:00+00:00"
    assert sla_contents(settled, [])["totals"]["services"] == 0


def test_percentiles_of_all_come_from_histograms_put_together() -> None:
    fast = Requests(98, 0, LatencyHistogram.of([10.0] * 98))
    slow = Requests(2, 1, LatencyHistogram.of([1_000.0] * 2))
    services = [ServiceRequests("b", [(OCTOBER, slow)]), ServiceRequests("a", [(OCTOBER, fast)])]

    data = performance_contents({}, services, [], apdex_threshold_ms=500)

    assert data["totals"]["requests"] == 100
    assert data["totals"]["error_percent"] == 1.0
    assert data["totals"]["p95_ms"] == pytest.approx(10.0, rel=0.01)
    assert data["totals"]["p99_ms"] == pytest.approx(1_000.0, rel=0.01)
    assert [each["service_name"] for each in data["services"]] == ["a", "b"]
    assert data["slices"][0]["requests"] == 100


def test_endpoints_come_from_the_slowest_p95_on() -> None:
    data = performance_data(endpoints=3)

    assert [each["endpoint"][-1] for each in data["endpoints"]] == ["2", "1", "0"]
    first = data["endpoints"][0]
    assert (first["requests"], first["failed"], first["error_percent"]) == (100, 2, 2.0)
    assert first["p95_ms"] == pytest.approx(330.0, rel=0.01)
    assert first["apdex"] == 0.99
    assert first["mean_ms"] == (62.0 * 90 + 330.0 * 9 + 3_000.0) / 100


def test_endpoints_that_are_left_out_are_counted() -> None:
    assert performance_data(endpoints=MOST_ENDPOINTS)["endpoints_left_out"] == 0
    data = performance_data(endpoints=MOST_ENDPOINTS + 2)

    assert (len(data["endpoints"]), data["endpoints_left_out"]) == (MOST_ENDPOINTS, 2)


def test_equally_slow_endpoints_come_by_name() -> None:
    totals = EndpointTotals("b", "/", "GET", 1, 0, 1, 0, 1.0, 1.0, LatencyHistogram.of([1.0]))
    data = performance_contents(
        {}, [], [totals, replace(totals, service_name="a")], apdex_threshold_ms=500
    )

    assert [each["service_name"] for each in data["endpoints"]] == ["a", "b"]


def test_figures_of_requests_have_as_many_places_as_they_are_good_for() -> None:
    third = EndpointTotals(
        "a", "/", "GET", 3, 1, 1, 0, 1.0, 0.66666, LatencyHistogram.of([0.1, 0.2, 0.66666])
    )

    (told,) = performance_contents({}, [], [third], apdex_threshold_ms=500)["endpoints"]

    assert (told["error_percent"], told["apdex"]) == (33.3333, 0.3333)
    assert (told["mean_ms"], told["slowest_ms"]) == (0.333, 0.667)
