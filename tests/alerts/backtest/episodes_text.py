"""Alerts of a replay, written by minutes."""

from alerts.backtest.episodes import Episode
from alerts.evaluation.grouping import subject_alone
from tests.alerts.series_text import MINUTE, NOON


def alert(
    fired: float,
    resolved: float | None = None,
    *,
    host: str = "a",
    service: str = "",
    flapping: bool = False,
) -> Episode:
    """Return an alert about a host that fired and was over so many minutes after noon."""
    subject = subject_alone(service, {"host": host})
    return Episode(
        subject.fingerprint,
        subject.labels,
        started_at=NOON + fired * MINUTE,
        fired_at=NOON + fired * MINUTE,
        resolved_at=None if resolved is None else NOON + resolved * MINUTE,
        value_at_fire=90.0,
        peak=95.0,
        flapping=flapping,
        service=service,
    )
