"""The limits of a round of probes stand in their order."""

from health.probes.gate import STARTING, STARTING_SECONDS
from health.watching.limits import (
    HARD_LIMIT_SECONDS,
    LARGEST_BATCH,
    LEASE,
    LONGEST_TIMEOUT,
    SOFT_LIMIT_SECONDS,
)


def test_the_largest_batch_of_silent_services_ends_within_the_soft_limit() -> None:
    all_begun = LARGEST_BATCH / STARTING * STARTING_SECONDS

    assert all_begun + LONGEST_TIMEOUT.total_seconds() < SOFT_LIMIT_SECONDS


def test_a_lease_outlasts_whoever_holds_it() -> None:
    assert SOFT_LIMIT_SECONDS < HARD_LIMIT_SECONDS < LEASE.total_seconds()
