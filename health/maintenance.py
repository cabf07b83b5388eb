"""When services were, are or will be in planned maintenance: reads of the maintenance windows of alerting."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from alerts.models import MaintenanceWindow
from alerts.muting import schedule_of
from alerts.routing import matcher_format, recurrence
from alerts.routing.matching import SERVICE_LABEL, Matcher, accepts
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

Span = tuple[datetime, datetime]


def maintenance_spans(
    service_names: Iterable[str], start: datetime, end: datetime, *, at: datetime | None = None
) -> dict[str, list[Span]]:
    """Return by full service name (payment-service) the openings of windows that touch the time asked for.

    A window counts for a service if all that it asks for is the name of the service. One that also names a
    rule or a severity mutes some alerts; the service itself is not in maintenance. A window that a person
    ended counts until then, and one that is switched off not at all. `at` is the instant that tells the two
    apart, by default `end`. Spans may overlap and reach beyond the time asked for.
    """
    names = list(service_names)
    spans: dict[str, list[Span]] = {name: [] for name in names}
    was_ended = Q(expires_at__lte=at or end)
    windows = MaintenanceWindow.objects.filter(Q(enabled=True) | was_ended, first_start__lt=end)
    for window in windows.order_by("first_start", "pk"):
        matchers = _matchers_of(window)
        accepted = [name for name in names if _is_for(matchers, name)]
        openings = _openings(window, start, end) if accepted else []
        for name in accepted:
            spans[name].extend(openings)
    return spans


def in_maintenance(service_names: Iterable[str], at: datetime) -> frozenset[str]:
    """Return which of the services, by full names, are in maintenance at the instant."""
    spans = maintenance_spans(service_names, at, at + timedelta.resolution, at=at)
    return frozenset(
        name for name, openings in spans.items() if any(a <= at < b for a, b in openings)
    )


def _openings(window: MaintenanceWindow, start: datetime, end: datetime) -> list[Span]:
    try:
        found = recurrence.occurrences(schedule_of(window), start, end)
    except InvalidInputError as error:
        _log_unusable(window, error)
        return []
    if window.enabled:
        return [(each.starts_at, each.ends_at) for each in found]
    cut = [(each.starts_at, min(each.ends_at, window.expires_at)) for each in found]
    return [(begin, finish) for begin, finish in cut if begin < finish]


def _matchers_of(window: MaintenanceWindow) -> Sequence[Matcher]:
    try:
        return matcher_format.from_json(window.matchers)
    except InvalidInputError as error:
        _log_unusable(window, error)
        return ()


def _is_for(matchers: Sequence[Matcher], service_name: str) -> bool:
    """Tell whether the matchers ask for nothing but the service; nothing usable asks for no service."""
    labels: Mapping[str, str] = {SERVICE_LABEL: service_name}
    by_service = all(matcher.label == SERVICE_LABEL for matcher in matchers)
    return bool(matchers) and by_service and accepts(matchers, labels)


def _log_unusable(window: MaintenanceWindow, error: InvalidInputError) -> None:
    logger.error(
        "maintenance window not usable", extra={"row": str(window.pk), "reason": error.message}
    )
