"""The box of the operations page that says what is up."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from health.models import ServiceHealth
from health.selectors import ServiceReport, service_reports
from health.status import Level
from monitoring.console.panel import Panel, PanelMaker

BEATS = 30
_TALLEST_MS = 2_000.0


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
    """Return every watched service with its standing and its last probes."""
    reports = service_reports(at=at)
    beats = _recent_beats([report.service for report in reports])
    lines = [ServiceLine(report, beats[report.service]) for report in reports]
    sick = [report.service for report in reports if report.level != Level.HEALTHY]
    return Panel(
        title="Services",
        order=20,
        template="console/services.html",
        context={"lines": lines, "healthy": len(reports) - len(sick)},
        announce=f"not healthy: {', '.join(sick)}" if sick else "",
    )


def _recent_beats(names: Iterable[str]) -> dict[str, list[Beat]]:
    """Return the last probes of each service by one short walk down its index."""
    beats: dict[str, list[Beat]] = defaultdict(list)
    for name in names:
        history = ServiceHealth.objects.filter(service_name=name).order_by("-checked_at")[:BEATS]
        beats[name] = [_beat(row, BEATS - 1 - age) for age, row in enumerate(history)]
    return beats


def _beat(row: ServiceHealth, place: int) -> Beat:
    took = f"{row.response_time_ms} ms" if row.response_time_ms is not None else "no answer"
    slowness = _TALLEST_MS if row.response_time_ms is None else row.response_time_ms
    share = min(slowness / _TALLEST_MS, 1.0) ** 0.5  # so that 100 ms and 400 ms can be told apart
    why = f": {row.error_message}" if row.error_message else ""
    title = f"{row.checked_at:%H:%M:%S} {row.status}, {took}{why}"
    return Beat(row.status, place, 20 + round(80 * share), title)


PANELS: list[PanelMaker] = [services_panel]
