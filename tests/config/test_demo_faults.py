"""The schedule of faults."""

from datetime import timedelta
from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.demo.catalogue import SERVICES
from config.demo.faults import Fault, schedule
from config.demo.states import ServiceState

HOLDS = {
    ServiceState.DOWN: timedelta(minutes=1),
    ServiceState.FAILING: timedelta(minutes=1),
    ServiceState.SLOW: timedelta(minutes=3),
    ServiceState.HOT: timedelta(minutes=5),
}
"""How long the default rule that a fault sets off waits before it fires."""


def first(count: int, seed: int = 1) -> list[Fault]:
    return list(islice(schedule(np.random.default_rng(seed)), count))


def test_the_same_seed_gives_the_same_faults() -> None:
    assert first(20, seed=4) == first(20, seed=4)


def test_another_seed_gives_other_faults() -> None:
    assert first(20, seed=4) != first(20, seed=5)


@given(seed=st.integers(0, 2**32))
def test_the_first_fault_is_an_outage_after_two_minutes(seed: int) -> None:
    (fault,) = first(1, seed)

    assert (fault.state, fault.begins) == (ServiceState.DOWN, timedelta(minutes=2))


@settings(deadline=None)
@given(seed=st.integers(0, 2**32))
def test_faults_come_every_six_to_ten_minutes_one_at_a_time(seed: int) -> None:
    for earlier, later in pairwise(first(30, seed)):
        assert timedelta(minutes=6) <= later.begins - earlier.begins <= timedelta(minutes=10)
        assert later.begins - earlier.ends >= timedelta(minutes=1)
        assert later.service != earlier.service


@settings(deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_fault_outlasts_the_rule_it_sets_off_by_two_minutes(seed: int) -> None:
    for fault in first(30, seed):
        assert fault.lasts >= HOLDS[fault.state] + timedelta(minutes=2)
        assert fault.lasts <= timedelta(minutes=8)


def test_a_fault_ends_when_it_has_lasted() -> None:
    fault = Fault("a", ServiceState.HOT, timedelta(minutes=5), timedelta(minutes=3))

    assert fault.ends == timedelta(minutes=8)


@pytest.mark.parametrize(
    ("state", "shortest", "longest"),
    [
        (ServiceState.DOWN, 3.0, 4.0),
        (ServiceState.FAILING, 3.0, 4.0),
        (ServiceState.SLOW, 5.0, 6.0),
        (ServiceState.HOT, 7.0, 8.0),
    ],
)
def test_each_kind_lasts_as_long_as_it_is_meant_to(
    state: ServiceState, shortest: float, longest: float
) -> None:
    minutes = [f.lasts.total_seconds() / 60 for f in first(2_000) if f.state is state]

    assert min(minutes) == pytest.approx(shortest, abs=0.05)
    assert max(minutes) == pytest.approx(longest, abs=0.05)


def test_short_faults_follow_one_another_in_six_to_ten_minutes() -> None:
    gaps = [
        (later.begins - earlier.begins).total_seconds() / 60
        for earlier, later in pairwise(first(2_000))
        if earlier.state is ServiceState.DOWN
    ]

    assert min(gaps) == pytest.approx(6.0, abs=0.05)
    assert max(gaps) == pytest.approx(10.0, abs=0.05)


def test_after_a_long_fault_the_platform_rests_for_a_minute() -> None:
    rests = [later.begins - earlier.ends for earlier, later in pairwise(first(2_000))]

    assert min(rests) == timedelta(minutes=1)


def test_in_the_long_run_every_kind_meets_every_service_but_the_gateway() -> None:
    faults = first(400)

    assert {fault.state for fault in faults} == set(HOLDS)
    assert {fault.service for fault in faults} == {p.name for p in SERVICES} - {"api-gateway"}
