"""The box of the operations page that says what is up: the worst first, as many as can be taken in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from health.models import ServiceHealth
from health.selectors import ServiceReport, service_reports
from health.status import Level
from monitoring.console.panel import Panel

BEATS = 30
LINES = 20
_ANNOUNCED = 5
_TALLEST_MS = 2_000.0
_WORST_FIRST = {Level.UNHEALTHY: 0, Level.DEGRADED: 1, Level.HEALTHY: 2}
# A short walk down the index for each service, all in one query.
_NEWEST = """
SELECT probe.* FROM unnest(%s::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT * FROM service_health WHERE service_name = wanted.name ORDER BY checked_at DESC LIMIT %s
) AS probe
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """One probe of the past as a bar: its height says how slow, its class and title how it went."""

    level: str
    place: int
    """0 is the oldest that the drawing has room for."""
    percent: int
    title: str

    @property
    def top(self) -> int:
        """Where the bar starts: drawings grow downwards."""
        return 100 - self.percent


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service with its last probes, the newest first."""

    report: ServiceReport
    beats: Sequence[Beat]


def services_panel(at: datetime) -> Panel:
    """Return the watched services with their standing and their last probes."""
    reports = sorted(
        service_reports(at=at), key=lambda each: (_WORST_FIRST[each.level], each.service)
    )
    shown = reports[:LINES]
    beats = _recent_beats([report.service for report in shown])
    sick = [report.service for report in reports if report.level != Level.HEALTHY]
    return Panel(
        title="Services",
        order=20,
        template="console/services.html",
        context={
            "lines": [ServiceLine(report, beats[report.service]) for report in shown],
            "total": len(reports),
            "healthy": len(reports) - len(sick),
            "left_out": len(reports) - len(shown),
        },
        announce=_announcement(sick),
    )


def _announcement(sick: Sequence[str]) -> str:
    if not sick:
        return ""
    more = len(sick) - _ANNOUNCED
    names = ", ".join(sick[:_ANNOUNCED])
    return f"not healthy: {names} and {more} more" if more > 0 else f"not healthy: {names}"


def _recent_beats(names: Iterable[str]) -> dict[str, list[Beat]]:
    """Return the last probes of each service, the newest first."""
    beats: dict[str, list[Beat]] = defaultdict(list)
    for row in ServiceHealth.objects.raw(_NEWEST, [list(names), BEATS]):
        of_service = beats[row.service_name]
        of_service.append(_beat(row, BEATS - 1 - len(of_service)))
    return beats


def _beat(row: ServiceHealth, place: int) -> Beat:
    took, slowness = _speed_of(row)
    share = min(slowness / _TALLEST_MS, 1.0) ** 0.5  # so that 100 ms and 400 ms can be told apart
    why = f": {row.error_message}" if row.error_message else ""
    title = f"{row.checked_at:%H:%M:%S} {row.status}{took}{why}"
    return Beat(row.status, place, 20 + round(80 * share), title)


def _speed_of(row: ServiceHealth) -> tuple[str, float]:
    """Return how fast a probe was, in words and milliseconds; what gave no answer is as tall as the slowest."""
    if row.response_time_ms is not None:
        return f", {row.response_time_ms} ms", row.response_time_ms
    # A job that calls without having said "start" is well, and took nobody knows how long.
    return "", 0.0 if row.status == Level.HEALTHY else _TALLEST_MS
