"""The history of probes as the marks that uptime is accounted from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from health.models import ServiceHealth, WatchedService
from health.sla.accounting import Mark
from health.status import Level

_COLUMNS = (
    "service_name",
    "checked_at",
    "holds_seconds",
    "status",
    "failed",
    "behind",
    "response_time_ms",
)


@dataclass(frozen=True, slots=True)
class ProbeMark:
    """One mark with how long the answer took, in ms; None where no answer came."""

    mark: Mark
    response_time_ms: int | None

    @property
    def answered_ms(self) -> int | None:
        """Return how long a good answer took: one that failed fast must not make a service look fast."""
        return None if self.mark.failed or not self.mark.known else self.response_time_ms


def probe_marks(
    names: Collection[str], start: datetime, end: datetime
) -> dict[str, list[ProbeMark]]:
    """Return by short name the marks from `start` to before `end`, and of each service the last one before.

    That one may hold into the time asked for, however far back it is; it costs one step on the index. A service
    that was never probed has an empty list.
    """
    found: dict[str, list[ProbeMark]] = {name: [] for name in names}
    inside = ServiceHealth.objects.filter(
        service_name__in=names, checked_at__gte=start, checked_at__lt=end
    ).order_by("service_name", "checked_at")
    for rows in (_last_before(names, start), inside):
        for name, mark in _marks(rows):
            found[name].append(mark)
    return found


def _last_before(names: Collection[str], start: datetime) -> QuerySet[ServiceHealth]:
    history = ServiceHealth.objects.filter(service_name=OuterRef("name"), checked_at__lt=start)
    newest = history.order_by("-checked_at").values("pk")[:1]
    watched = WatchedService.objects.filter(name__in=names).values(newest=Subquery(newest))
    return ServiceHealth.objects.filter(pk__in=watched)


def _marks(rows: QuerySet[ServiceHealth]) -> Iterable[tuple[str, ProbeMark]]:
    columns: Iterable[tuple[Any, ...]] = rows.values_list(*_COLUMNS)
    for name, at, holds_seconds, status, failed, behind, response_time_ms in columns:
        mark = Mark(at, timedelta(seconds=holds_seconds), Level(status), failed, known=not behind)
        yield name, ProbeMark(mark, response_time_ms)
