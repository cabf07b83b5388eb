"""The rules from probe results to a status, by tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.probes.result import ProbeResult
from health.status import Finding, Level, Link, Patience, Standing, judge, overall, settle

SLOW = 2_000
REFUSED = Finding(Level.UNHEALTHY, "connection failed: Connection refused")


@pytest.mark.parametrize(
    ("result", "level", "error"),
    [
        (ProbeResult(12, 200, {"status": "healthy"}), Level.HEALTHY, ""),
        (ProbeResult(12, 200, {"status": "ok"}), Level.HEALTHY, ""),
        (ProbeResult(12, 204, {}), Level.HEALTHY, ""),
        (ProbeResult(12, 299, {}), Level.HEALTHY, ""),
        (ProbeResult(2_000, 200, {}), Level.HEALTHY, ""),
        (ProbeResult(2_000.5, 200, {}), Level.DEGRADED, "answered in 2000 ms, over 2000 ms"),
        (ProbeResult(12, 200, {"status": "DEGRADED"}), Level.DEGRADED, "reports itself degraded"),
        (ProbeResult(12, 200, {"status": "warn"}), Level.DEGRADED, "reports itself warn"),
        (ProbeResult(9_000, 200, {"status": "down"}), Level.UNHEALTHY, "reports itself down"),
        (
            ProbeResult(12, 503, {"status": "degraded"}, error="answered HTTP 503"),
            Level.UNHEALTHY,
            "answered HTTP 503",
        ),
        (ProbeResult(12, 401, {"status": "ok"}), Level.HEALTHY, ""),
        (
            ProbeResult(12, 200, {"status": "ok"}, warning="its certificate has expired"),
            Level.DEGRADED,
            "its certificate has expired",
        ),
        (
            ProbeResult(12, 200, {"status": "fail"}, warning="x"),
            Level.UNHEALTHY,
            "reports itself fail",
        ),
        (
            ProbeResult(12, 200, error="answer is not a JSON object"),
            Level.UNHEALTHY,
            "answer is not a JSON object",
        ),
        (ProbeResult(5_000, error="no complete answer"), Level.UNHEALTHY, "no complete answer"),
    ],
)
def test_one_probe_is_judged_by_itself(result: ProbeResult, level: Level, error: str) -> None:
    assert judge(result, slow_above_ms=SLOW) == Finding(level, error)


SLUGGISH = Finding(Level.DEGRADED, "answered in 3000 ms, over 2000 ms")
WELL = Finding(Level.HEALTHY)


@pytest.mark.parametrize(
    ("previous", "needed", "expected"),
    [
        (None, 1, Standing(Level.UNHEALTHY, REFUSED.error, 1)),
        (None, 2, Standing(Level.DEGRADED, REFUSED.error, 1)),
        (Standing(Level.HEALTHY), 2, Standing(Level.DEGRADED, REFUSED.error, 1)),
        (Standing(Level.DEGRADED, "x", 1), 2, Standing(Level.UNHEALTHY, REFUSED.error, 2)),
        (Standing(Level.DEGRADED, "x", 1), 3, Standing(Level.DEGRADED, REFUSED.error, 2)),
        (Standing(Level.DEGRADED, "slow", 0), 2, Standing(Level.DEGRADED, REFUSED.error, 1)),
        (Standing(Level.UNHEALTHY, "x", 7), 2, Standing(Level.UNHEALTHY, REFUSED.error, 8)),
        # While it recovers it is still down: one failure is enough to begin again.
        (Standing(Level.UNHEALTHY, "x", 0, 2), 3, Standing(Level.UNHEALTHY, REFUSED.error, 1)),
        (Standing(Level.HEALTHY, "", 0, 9), 2, Standing(Level.DEGRADED, REFUSED.error, 1, 0)),
        # What it was behind is over, and it fails by itself: what was counted before counts on.
        (
            Standing(Level.DEGRADED, "x", 1, behind="gateway"),
            2,
            Standing(Level.UNHEALTHY, REFUSED.error, 2),
        ),
    ],
)
def test_a_failure_flips_only_after_enough_in_a_row(
    previous: Standing | None, needed: int, expected: Standing
) -> None:
    assert settle(previous, REFUSED, patience=Patience(needed, 3)) == expected


@pytest.mark.parametrize(
    ("previous", "found", "needed", "expected"),
    [
        (None, WELL, 3, Standing(Level.HEALTHY, "", 0, 1)),
        (Standing(Level.HEALTHY, "", 0, 4), WELL, 3, Standing(Level.HEALTHY, "", 0, 5)),
        (Standing(Level.DEGRADED, "x", 1), WELL, 3, Standing(Level.HEALTHY, "", 0, 1)),
        (Standing(Level.HEALTHY), SLUGGISH, 3, Standing(Level.DEGRADED, SLUGGISH.error, 0, 1)),
        (Standing(Level.UNHEALTHY, "x", 9), WELL, 1, Standing(Level.HEALTHY, "", 0, 1)),
        (
            Standing(Level.UNHEALTHY, "x", 9),
            SLUGGISH,
            1,
            Standing(Level.DEGRADED, SLUGGISH.error, 0, 1),
        ),
        (
            Standing(Level.UNHEALTHY, "x", 9),
            WELL,
            3,
            Standing(Level.UNHEALTHY, "recovering: 1 of 3 good probes in a row", 0, 1),
        ),
        (
            Standing(Level.UNHEALTHY, "x", 0, 1),
            WELL,
            3,
            Standing(Level.UNHEALTHY, "recovering: 2 of 3 good probes in a row", 0, 2),
        ),
        (Standing(Level.UNHEALTHY, "x", 0, 2), WELL, 3, Standing(Level.HEALTHY, "", 0, 3)),
        (
            Standing(Level.UNHEALTHY, "x", 0, 2),
            SLUGGISH,
            3,
            Standing(Level.DEGRADED, SLUGGISH.error, 0, 3),
        ),
        (
            Standing(Level.DEGRADED, "x", 9, behind="gateway"),
            WELL,
            3,
            Standing(Level.HEALTHY, "", 0, 1),
        ),
    ],
)
def test_one_that_was_down_is_believed_again_after_enough_good_probes(
    previous: Standing | None, found: Finding, needed: int, expected: Standing
) -> None:
    assert settle(previous, found, patience=Patience(2, needed)) == expected


def test_one_good_probe_is_enough_unless_more_are_asked_for() -> None:
    assert settle(Standing(Level.UNHEALTHY), WELL, patience=Patience(1)).level == Level.HEALTHY


@pytest.mark.parametrize(
    ("previous", "failures"),
    [
        (None, 0),
        (Standing(Level.HEALTHY, "", 0, 5), 0),
        (Standing(Level.DEGRADED, "x", 1), 1),
        (Standing(Level.UNHEALTHY, "x", 4), 4),
        (Standing(Level.DEGRADED, "x", 1, behind="redis"), 1),
    ],
)
def test_a_failure_behind_something_else_is_unknown_and_counts_neither_way(
    previous: Standing | None, failures: int
) -> None:
    settled = settle(previous, REFUSED, patience=Patience(1), behind="gateway")

    words = f"unknown behind gateway: {REFUSED.error}"
    assert settled == Standing(Level.DEGRADED, words, failures, 0, "gateway")


def test_one_that_answers_is_behind_nothing() -> None:
    settled = settle(None, WELL, patience=Patience(1), behind="gateway")

    assert settled == Standing(Level.HEALTHY, "", 0, 1)


@given(probes=st.lists(st.booleans(), max_size=60), flip=st.integers(1, 5), back=st.integers(1, 5))
def test_a_status_changes_only_after_as_many_like_probes_as_asked_for(
    probes: list[bool], flip: int, back: int
) -> None:
    standing, was = None, Level.HEALTHY
    for place, is_good in enumerate(probes):
        found = WELL if is_good else REFUSED
        standing = settle(standing, found, patience=Patience(flip, back))
        run = _alike_until(probes, place)
        if was == Level.UNHEALTHY:
            assert (standing.level == Level.HEALTHY) is (is_good and run >= back)
        else:
            assert (standing.level == Level.UNHEALTHY) is (not is_good and run >= flip)
        assert standing.consecutive_failures == (0 if is_good else run)
        assert standing.consecutive_successes == (run if is_good else 0)
        was = standing.level


def _alike_until(probes: list[bool], place: int) -> int:
    """Return how many probes in a row went like the one at `place`, itself included."""
    run = 0
    while run <= place and probes[place - run] == probes[place]:
        run += 1
    return run


UP, AWAY, OFF = Link.CONNECTED, Link.DISCONNECTED, Link.DISABLED
GOOD, SICK, DEAD = Level.HEALTHY, Level.DEGRADED, Level.UNHEALTHY


@pytest.mark.parametrize(
    ("services", "required", "optional", "expected", "expected_strict"),
    [
        ([GOOD, GOOD], [UP], [UP, OFF], GOOD, GOOD),
        ([], [UP], [], GOOD, GOOD),
        ([GOOD, SICK], [UP], [UP], SICK, SICK),
        ([GOOD, DEAD], [UP], [UP], SICK, DEAD),
        ([GOOD], [UP], [AWAY], SICK, DEAD),
        ([GOOD], [AWAY], [UP], DEAD, DEAD),
        ([DEAD], [AWAY], [AWAY], DEAD, DEAD),
    ],
)
def test_stores_and_services_add_up(
    services: list[Level],
    required: list[Link],
    optional: list[Link],
    expected: Level,
    expected_strict: Level,
) -> None:
    assert overall(services, required, optional, strict=False) == expected
    assert overall(services, required, optional, strict=True) == expected_strict
