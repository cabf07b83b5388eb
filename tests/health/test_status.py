"""The rules from probe results to a status, by tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.probes.result import ProbeResult
from health.status import Finding, Level, Link, Standing, judge, overall, settle

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
        (ProbeResult(12, 300, {"status": "healthy"}), Level.UNHEALTHY, "answered HTTP 300"),
        (ProbeResult(12, 503, {"status": "degraded"}), Level.UNHEALTHY, "answered HTTP 503"),
        (
            ProbeResult(12, 500, error="answer is not a JSON object"),
            Level.UNHEALTHY,
            "answered HTTP 500",
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
    ],
)
def test_a_failure_flips_only_after_enough_in_a_row(
    previous: Standing | None, needed: int, expected: Standing
) -> None:
    assert settle(previous, REFUSED, failures_before_flip=needed) == expected


@given(failures=st.integers(0, 50), level=st.sampled_from([Level.HEALTHY, Level.DEGRADED]))
def test_recovery_is_believed_at_once(failures: int, level: Level) -> None:
    previous = Standing(Level.UNHEALTHY, "away", failures)

    assert settle(previous, Finding(level, "why"), failures_before_flip=2) == Standing(
        level, "why", 0
    )


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
