"""The whole out of what is known: which source counts how much, and what is too old to count."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from health.memory.known import Known
from health.memory.whole import (
    DEADLINE_SECONDS,
    SLOW_STORE_MS,
    Rules,
    Sources,
    StoreStanding,
    Whole,
    standing_of,
    whole_of,
)
from health.process import MemoryUse
from health.selectors import ServiceReport
from health.status import Level, Link
from monitoring.backends.stores import STORES

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = 1_000.0
LATE = timedelta(seconds=90)
GOOD: Known[None] = Known(None, NOON, NOON, elapsed_ms=1.0)
MEMORY = MemoryUse(3, 2, 1)


def report(level: Level = Level.HEALTHY) -> ServiceReport:
    return ServiceReport("payment", "payment-service", "http://payment", level)


def whole(
    stores: Mapping[str, Known[None]] | None = None,
    services: Known[Sequence[ServiceReport]] | None = None,
    *,
    is_strict: bool = False,
) -> Whole:
    sources = Sources(
        stores={"postgresql": GOOD, **(stores or {})},
        services=Known([report()], NOON, NOON) if services is None else services,
        process=Known(MEMORY, NOON, NOON),
    )
    return whole_of(sources, Rules(LATE, is_strict), at=NOON, now=NOW)


@pytest.mark.parametrize(
    ("known", "standing"),
    [
        (None, StoreStanding(Link.DISABLED)),
        (GOOD, StoreStanding(Link.CONNECTED, Level.HEALTHY, "", 1.0, NOON)),
        (
            Known(None, NOON, NOON, elapsed_ms=SLOW_STORE_MS),
            StoreStanding(Link.CONNECTED, Level.HEALTHY, "", SLOW_STORE_MS, NOON),
        ),
        (
            Known(None, NOON, NOON, elapsed_ms=SLOW_STORE_MS + 1),
            StoreStanding(
                Link.CONNECTED,
                Level.DEGRADED,
                "High latency: answered in 501 ms, over 500 ms",
                SLOW_STORE_MS + 1,
                NOON,
            ),
        ),
        (
            Known(None, None, NOON, error="redis does not answer"),
            StoreStanding(Link.DISCONNECTED, Level.UNHEALTHY, "redis does not answer", None, NOON),
        ),
        (Known(), StoreStanding(Link.DISCONNECTED, Level.UNHEALTHY, "redis was not asked yet")),
    ],
)
def test_a_store_stands_as_it_answered(known: Known[None] | None, standing: StoreStanding) -> None:
    assert standing_of("redis", known, now=NOW) == standing


@pytest.mark.parametrize(
    ("silent_seconds", "link"),
    [
        (0.5, Link.CONNECTED),
        (DEADLINE_SECONDS, Link.CONNECTED),
        (DEADLINE_SECONDS + 0.1, Link.DISCONNECTED),
    ],
)
def test_a_store_that_is_silent_for_too_long_is_away_whatever_it_said_before(
    silent_seconds: float, link: Link
) -> None:
    standing = standing_of("redis", GOOD.asked(now=NOW - silent_seconds), now=NOW)

    assert standing.link == link


def test_silence_is_told_in_seconds_and_without_an_old_instant() -> None:
    standing = standing_of("redis", GOOD.asked(now=NOW - 42), now=NOW)

    assert (standing.error, standing.checked_at) == ("redis: no answer for 42 s", None)


def test_a_whole_of_good_parts_is_healthy() -> None:
    found = whole({"redis": GOOD})

    assert (found.level, found.process, found.checked_at) == (Level.HEALTHY, MEMORY, NOON)
    assert list(found.stores) == list(STORES)


@pytest.mark.parametrize(
    ("stores", "level"),
    [
        ({"postgresql": Known(error="away")}, Level.UNHEALTHY),
        ({"redis": Known(error="away")}, Level.DEGRADED),
        ({"redis": Known(None, NOON, NOON, elapsed_ms=900.0)}, Level.DEGRADED),
        ({"postgresql": Known(None, NOON, NOON, elapsed_ms=900.0)}, Level.DEGRADED),
    ],
)
def test_a_required_store_weighs_more_than_an_optional_one(
    stores: Mapping[str, Known[None]], level: Level
) -> None:
    assert whole(stores).level == level


@pytest.mark.parametrize(("is_strict", "level"), [(False, "degraded"), (True, "unhealthy")])
def test_an_unhealthy_service_degrades_unless_the_literal_rule_is_asked_for(
    *, is_strict: bool, level: str
) -> None:
    found = whole(services=Known([report(Level.UNHEALTHY)], NOON, NOON), is_strict=is_strict)

    assert found.level == level


@pytest.mark.parametrize(("is_strict", "level"), [(False, "healthy"), (True, "unhealthy")])
def test_a_service_that_is_down_as_planned_does_not_degrade_the_whole(
    *, is_strict: bool, level: str
) -> None:
    planned = replace(report(Level.UNHEALTHY), in_maintenance=True)

    assert whole(services=Known([planned], NOON, NOON), is_strict=is_strict).level == level


def test_services_that_were_never_read_are_not_told_as_none_at_all() -> None:
    assert whole(services=Known(error="cannot be read")).services is None


@pytest.mark.parametrize(
    ("age", "level"),
    [(LATE, Level.HEALTHY), (LATE + timedelta(seconds=1), Level.DEGRADED)],
)
def test_services_of_long_ago_say_nothing_about_now(age: timedelta, level: Level) -> None:
    found = whole(services=Known([report()], NOON - age, NOON))

    assert found.services is not None
    assert [service.level for service in found.services] == [level]
    assert found.checked_at == NOON - age


def test_a_service_known_of_long_ago_says_since_when() -> None:
    found = whole(services=Known([report()], NOON - timedelta(seconds=600), NOON))

    assert found.services is not None
    assert found.services[0].error == "nothing is known for 600 s: its results cannot be read"
