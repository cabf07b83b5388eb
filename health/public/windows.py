"""Maintenance that was announced: windows that have a public title, and when they open."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from alerts.models import MaintenanceWindow
from alerts.muting import schedule_of
from alerts.routing import matcher_format, recurrence
from alerts.routing.matching import SERVICE_LABEL, accepts
from health.statuspage.document import Maintenance
from monitoring.errors import InvalidInputError

HORIZON = timedelta(days=30)
# Of one window: what comes each night must not fill the page.
_MOST_OPENINGS = 2


def announced(names: Mapping[str, str], at: datetime) -> list[Maintenance]:
    """Return the openings that run now or begin within 30 days, by their begin.

    `names` maps the full name of each public service to its public name; others are not named. A window whose
    recurrence or matchers cannot be read is left out: the public is told nothing rather than something wrong.
    """
    windows = MaintenanceWindow.objects.filter(enabled=True).exclude(public_title="")
    found = [opening for window in windows for opening in _openings(window, names, at)]
    return sorted(found, key=lambda opening: (opening.starts_at, opening.id))


def _openings(
    window: MaintenanceWindow, names: Mapping[str, str], at: datetime
) -> Iterable[Maintenance]:
    try:
        hit = _services_hit(window, names)
        upcoming = recurrence.upcoming(schedule_of(window), at, most=_MOST_OPENINGS)
    except InvalidInputError:
        return
    for opening in upcoming:
        if opening.starts_at > at + HORIZON:
            return
        yield Maintenance(
            # The window's own id stays inside, and one of its openings is not another.
            id=str(uuid5(NAMESPACE_URL, f"{window.pk} {opening.starts_at.isoformat()}")),
            title=window.public_title,
            text=window.public_text,
            services=hit,
            starts_at=opening.starts_at,
            ends_at=opening.ends_at,
            announced_at=max(window.created_at, opening.starts_at - HORIZON),
        )


def _services_hit(window: MaintenanceWindow, names: Mapping[str, str]) -> list[str]:
    """Return whom the window takes out as a whole: one that asks for a rule or severity mutes some alerts only."""
    matchers = matcher_format.from_json(window.matchers)
    if any(matcher.label != SERVICE_LABEL for matcher in matchers):
        return []
    return [name for full, name in names.items() if accepts(matchers, {SERVICE_LABEL: full})]
