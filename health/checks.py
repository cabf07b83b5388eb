"""System checks of health: settings that contradict each other. `manage.py check` runs them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from health.watching.limits import LARGEST_BATCH, LONGEST_TIMEOUT

_SHORTEST_SPAN = timedelta(milliseconds=100)


def register_checks() -> None:
    """Make `manage.py check` run the checks of this file."""
    register(check_probing)


def check_probing(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Refuse times with which services would never be probed, or never to an end."""
    del app_configs
    return [*_impossible(), *_odd()]


def _impossible() -> Iterator[CheckMessage]:
    for name in ("HEALTH_CHECK_INTERVAL", "PROBE_TICK", "PROBE_TIMEOUT"):
        if getattr(settings, name) < _SHORTEST_SPAN:
            yield Error(f"{name} is shorter than 100 ms.", id="health.E001")
    if settings.PROBE_TIMEOUT > LONGEST_TIMEOUT:
        yield Error(
            "PROBE_TIMEOUT is longer than 15 s: a round of probes would outlast its task.",
            hint="A service may have a shorter one of its own.",
            id="health.E002",
        )
    if settings.PROBE_BATCH > LARGEST_BATCH:
        yield Error(
            "PROBE_BATCH is larger than 1,000: a round of probes would outlast its task.",
            id="health.E003",
        )


def _odd() -> Iterator[CheckMessage]:
    if settings.PROBE_TICK > settings.HEALTH_CHECK_INTERVAL:
        yield Caution(
            "PROBE_TICK is longer than HEALTH_CHECK_INTERVAL: services are probed each PROBE_TICK.",
            hint="Shorten PROBE_TICK.",
            id="health.W001",
        )
