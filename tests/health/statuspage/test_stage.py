"""In which state the public sees a service: tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.status import Level
from health.statuspage.stage import (
    PublicState,
    Said,
    Seen,
    overall,
    resolved_at,
    state_of,
    worst,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
UP, DEGRADED, OUT = PublicState.OPERATIONAL, PublicState.DEGRADED, PublicState.OUTAGE
PARTIAL, UNKNOWN, PLANNED = (
    PublicState.PARTIAL_OUTAGE,
    PublicState.UNKNOWN,
    PublicState.MAINTENANCE,
)
HEALTHY = Seen(Level.HEALTHY)


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (None, UNKNOWN),
        (HEALTHY, UP),
        (Seen(Level.DEGRADED), DEGRADED),
        (Seen(Level.UNHEALTHY), OUT),
        (Seen(Level.UNHEALTHY, is_unconfirmed=True), OUT),
        (Seen(Level.DEGRADED, is_unconfirmed=True), UP),
        (Seen(Level.DEGRADED, is_behind=True), UNKNOWN),
        (Seen(Level.UNHEALTHY, is_fresh=False), UNKNOWN),
    ],
)
def test_what_probes_found_gives_the_state(seen: Seen | None, state: PublicState) -> None:
    assert state_of(seen) is state


@pytest.mark.parametrize(
    ("seen", "impacts", "state"),
    [
        (HEALTHY, ["none"], UP),
        (HEALTHY, ["minor"], DEGRADED),
        (HEALTHY, ["minor", "major"], PARTIAL),
        (HEALTHY, ["critical"], OUT),
        (Seen(Level.UNHEALTHY), ["minor"], OUT),
        (None, ["none"], UNKNOWN),
        (None, ["minor"], DEGRADED),
    ],
)
def test_the_worse_of_probes_and_people_counts(
    seen: Seen | None, impacts: list[str], state: PublicState
) -> None:
    assert state_of(seen, impacts=impacts) is state


@pytest.mark.parametrize(
    ("impacts", "state"), [([], PLANNED), (["none"], PLANNED), (["minor"], DEGRADED)]
)
def test_maintenance_explains_what_probes_find_but_no_incident(
    impacts: list[str], state: PublicState
) -> None:
    seen = Seen(Level.HEALTHY if impacts == ["minor"] else Level.UNHEALTHY)

    assert state_of(seen, in_maintenance=True, impacts=impacts) is state


@pytest.mark.parametrize(
    ("services", "impacts", "state"),
    [
        ([], [], UNKNOWN),
        ([], ["major"], PARTIAL),
        ([UP, UP], [], UP),
        ([UP, PLANNED], [], PLANNED),
        ([PLANNED, UNKNOWN], [], UNKNOWN),
        ([UP, DEGRADED, UNKNOWN], [], DEGRADED),
        ([UP, OUT], [], PARTIAL),
        ([OUT, OUT], [], OUT),
        ([UP, UP], ["critical"], OUT),
        ([UP, OUT], ["minor"], PARTIAL),
    ],
)
def test_the_platform_is_as_bad_as_its_services_and_its_incidents(
    services: list[PublicState], impacts: list[str], state: PublicState
) -> None:
    assert overall(services, impacts) is state


@given(st.lists(st.sampled_from(list(PublicState)), min_size=1))
def test_the_worst_is_one_of_them_and_in_any_order_the_same(states: list[PublicState]) -> None:
    assert worst(states) in states
    assert worst(states) is worst(reversed(states))


def said(*course: tuple[int, str]) -> list[Said]:
    return [Said(stage, NOON + timedelta(minutes=minutes)) for minutes, stage in course]


@pytest.mark.parametrize(
    ("course", "minutes"),
    [
        ([], None),
        ([(0, "investigating")], None),
        ([(0, "investigating"), (5, "resolved")], 5),
        ([(5, "resolved"), (0, "investigating")], 5),
        ([(0, "identified"), (5, "resolved"), (9, "resolved")], 5),
        ([(5, "resolved"), (9, "monitoring")], None),
        ([(5, "resolved"), (9, "monitoring"), (11, "resolved")], 11),
    ],
)
def test_an_incident_ends_with_the_first_of_its_last_resolving_updates(
    course: list[tuple[int, str]], minutes: int | None
) -> None:
    expected = None if minutes is None else NOON + timedelta(minutes=minutes)

    assert resolved_at(said(*course)) == expected
