"""Reads of muting: silences and windows by where they stand, and what is held back now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from alerts.errors import DependencyNotFoundError, SilenceNotFoundError, WindowNotFoundError
from alerts.models import Alert, Dependency, MaintenanceWindow, Notification, Silence
from alerts.models.notification import Status
from alerts.muting import schedule_of
from alerts.routing import recurrence
from alerts.routing.silencing import Phase, phase

NEXT_OPENINGS = 5


@dataclass(frozen=True, slots=True)
class WindowStanding:
    """A maintenance window with where it stands and when it is open next."""

    window: MaintenanceWindow
    state: Phase
    next: list[recurrence.Occurrence]


@dataclass(frozen=True, slots=True)
class HeldAlert:
    """An alert whose messages are held back, by whom and since when."""

    alert: Alert
    by: str
    id: str
    reason: str
    since: datetime
    notifications: int


def silence_by_id(silence_id: UUID) -> Silence:
    """Return one silence. Raises SilenceNotFoundError."""
    silence = Silence.objects.filter(pk=silence_id).first()
    if silence is None:
        raise SilenceNotFoundError(f"no silence {silence_id}")
    return silence


def window_by_id(window_id: UUID) -> MaintenanceWindow:
    """Return one maintenance window. Raises WindowNotFoundError."""
    window = MaintenanceWindow.objects.filter(pk=window_id).first()
    if window is None:
        raise WindowNotFoundError(f"no maintenance window {window_id}")
    return window


def dependency_by_id(dependency_id: int) -> Dependency:
    """Return one dependency. Raises DependencyNotFoundError."""
    dependency = Dependency.objects.filter(pk=dependency_id).first()
    if dependency is None:
        raise DependencyNotFoundError(f"no dependency {dependency_id}")
    return dependency


def phase_of_silence(silence: Silence, at: datetime) -> Phase:
    """Return where the silence stands."""
    return phase(silence.starts_at, silence.ends_at, at)


def silences_in(phases: Collection[str], at: datetime) -> QuerySet[Silence]:
    """Return the silences that stand there, all of them if none is named; the last to end first."""
    conditions = {
        Phase.PENDING: Q(starts_at__gt=at, ends_at__gt=at),
        Phase.ACTIVE: Q(starts_at__lte=at, ends_at__gt=at),
        Phase.EXPIRED: Q(ends_at__lte=at),
    }
    wanted = Q()
    for each in phases:
        wanted |= conditions[Phase(each)]
    return Silence.objects.filter(wanted).order_by("-ends_at", "id")


def standing(window: MaintenanceWindow, at: datetime) -> WindowStanding:
    """Return where a window stands: active while open, expired once it will not open again."""
    upcoming = []
    if window.enabled:
        upcoming = recurrence.upcoming(schedule_of(window), at, most=NEXT_OPENINGS)
    if not upcoming:
        return WindowStanding(window, Phase.EXPIRED, [])
    return WindowStanding(window, phase(upcoming[0].starts_at, upcoming[0].ends_at, at), upcoming)


def windows_in(phases: Collection[str], at: datetime) -> list[WindowStanding]:
    """Return the windows that stand there, all of them if no phase is named, by name."""
    standings = [
        standing(window, at) for window in MaintenanceWindow.objects.order_by("name", "id")
    ]
    return [each for each in standings if not phases or each.state in phases]


def held_alerts() -> list[HeldAlert]:
    """Return the alerts whose messages are held back now, the longest first.

    An alert that is held for two reasons, one message each, stands here twice.
    """
    held = Notification.objects.filter(status=Status.HELD).order_by()
    groups = list(
        held.values("alert", "held_by", "held_for", "reason")
        .annotate(since=Min("held_at"), messages=Count("pk"))
        .order_by("since", "alert")
    )
    alerts = Alert.objects.in_bulk([group["alert"] for group in groups])
    return [
        HeldAlert(
            alert=alerts[group["alert"]],
            by=group["held_by"],
            id=group["held_for"],
            reason=group["reason"],
            since=group["since"],
            notifications=group["messages"],
        )
        for group in groups
        if group["alert"] in alerts
    ]
