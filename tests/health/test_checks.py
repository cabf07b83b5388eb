"""System checks of health: times with which nobody would be probed."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from health.checks import check_probing

SECOND, MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)


@pytest.fixture(autouse=True)
def usual(settings: Settings) -> None:
    settings.HEALTH_CHECK_INTERVAL = 30 * SECOND
    settings.PROBE_TICK = 5 * SECOND
    settings.PROBE_TIMEOUT = 5 * SECOND
    settings.PROBE_BATCH = 250


@pytest.mark.parametrize(
    ("name", "value", "ids"),
    [
        ("PROBE_TICK", 5 * SECOND, []),
        ("PROBE_TICK", 30 * SECOND, []),
        ("PROBE_TICK", 30 * SECOND + MILLISECOND, ["health.W001"]),
        ("PROBE_TICK", 100 * MILLISECOND, []),
        ("PROBE_TICK", 99 * MILLISECOND, ["health.E001"]),
        ("HEALTH_CHECK_INTERVAL", timedelta(0), ["health.E001", "health.W001"]),
        ("HEALTH_CHECK_INTERVAL", 4 * SECOND, ["health.W001"]),
        ("PROBE_TIMEOUT", timedelta(0), ["health.E001"]),
        ("PROBE_TIMEOUT", 15 * SECOND, []),
        ("PROBE_TIMEOUT", 15 * SECOND + MILLISECOND, ["health.E002"]),
        ("PROBE_BATCH", 1_000, []),
        ("PROBE_BATCH", 1_001, ["health.E003"]),
    ],
)
def test_times_that_cannot_work_are_named(
    settings: Settings, name: str, value: object, ids: list[str]
) -> None:
    setattr(settings, name, value)

    found = check_probing(None)

    assert [message.id for message in found] == ids
    assert all(name in message.msg for message in found)
