"""Whether messages about alerts are held back for now, and why: silences, maintenance windows, inhibition."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects

from alerts.models import Alert, Dependency, MaintenanceWindow, Silence
from alerts.models.alert import Source, State
from alerts.routing import matcher_format, recurrence
from alerts.routing.hidden import Hidden, HiddenBy
from alerts.routing.inhibition import DependencyGraph, Suspect, why_inhibited
from alerts.routing.matching import labels_of
from alerts.routing.silencing import Mute, why_muted
from monitoring.errors import InvalidInputError
from monitoring.exposition.instruments import count

logger = logging.getLogger(__name__)

__all__ = ["Hidden", "HiddenBy", "count_hidden", "labels_of_alert", "why_hidden"]


def why_hidden(alerts: Sequence[Alert], *, at: datetime) -> dict[UUID, Hidden]:
    """Return, for each alert whose messages are held back at `at`, the reason; others are left out.

    A person's decision is named before a consequence. The number of queries does not grow with the alerts. The
    canary is never hidden: it measures the road itself.
    """
    asked = [alert for alert in alerts if alert.source != Source.CANARY]
    if not asked:
        return {}
    mutes = mutes_at(at)
    hidden = _muted(asked, mutes, at)
    rest = [alert for alert in asked if alert.pk not in hidden and alert.source == Source.RULE]
    return {**hidden, **_inhibited(rest, mutes, at)}


def labels_of_alert(alert: Alert) -> dict[str, str]:
    """Return all labels by which an alert is matched and grouped; reads its rule if that is not loaded yet."""
    rule = alert.rule.rule_name if alert.rule else ""
    return labels_of(alert.labels, service=alert.service, rule=rule, severity=alert.severity)


def count_hidden(hidden: Hidden) -> None:
    """Count one alert whose messages are held back from now on, once the transaction that holds it is committed."""
    labels = {"reason": hidden.by.value}
    transaction.on_commit(partial(count, "alerts_hidden_total", labels))


def mutes_at(at: datetime) -> list[Mute]:
    """Return the silences and the maintenance windows that mute at the instant."""
    return [*_silences(at), *_windows(at)]


def dependency_graph() -> DependencyGraph:
    """Return who needs whom, as people keep it."""
    edges = Dependency.objects.filter(enabled=True).order_by()
    return DependencyGraph(edges.values_list("dependent", "upstream"))


def _muted(alerts: Sequence[Alert], mutes: Sequence[Mute], at: datetime) -> dict[UUID, Hidden]:
    if not mutes:
        return {}
    prefetch_related_objects(alerts, "rule")
    reasons = {alert.pk: why_muted(labels_of_alert(alert), mutes, at) for alert in alerts}
    return {pk: reason for pk, reason in reasons.items() if reason}


def firing_places(at: datetime) -> list[str]:
    """Return the services and stores at which something fires that hides what needs them."""
    graph = dependency_graph()
    return [cause.place(graph) for cause in _causes(mutes_at(at), at)]


def _inhibited(alerts: Sequence[Alert], mutes: Sequence[Mute], at: datetime) -> dict[UUID, Hidden]:
    causes = _causes(mutes, at) if alerts else []
    if not causes:
        return {}
    graph = dependency_graph()
    prefetch_related_objects(alerts, "rule")
    reasons = {alert.pk: why_inhibited(_suspect(alert), causes, graph) for alert in alerts}
    return {pk: reason for pk, reason in reasons.items() if reason}


def _causes(mutes: Sequence[Mute], at: datetime) -> list[Suspect]:
    """A cause that is muted hides nothing, or a whole outage would be seen by nobody; one that is taken does."""
    firing = list(_firing_causes())
    muted = _muted(firing, mutes, at)
    return [_suspect(cause) for cause in firing if cause.pk not in muted]


def _firing_causes() -> QuerySet[Alert]:
    """A cause that tells nobody hides nothing either: somebody has to hear of what went wrong."""
    causes = Alert.objects.filter(state=State.FIRING, source=Source.RULE, rule__is_cause=True)
    return causes.exclude(notification_channels=[]).select_related("rule")


def _suspect(alert: Alert) -> Suspect:
    return Suspect(
        id=str(alert.pk),
        title=alert.title,
        service=alert.service,
        labels=alert.labels,
        is_cause=alert.rule is not None and alert.rule.is_cause,
        fired_at=alert.fired_at or alert.started_at,
    )


def _silences(at: datetime) -> Iterable[Mute]:
    for silence in Silence.objects.filter(starts_at__lte=at, ends_at__gt=at):
        row: dict[str, Any] = {"starts_at": silence.starts_at, "ends_at": silence.ends_at}
        yield from _mute(silence, HiddenBy.SILENCE, row)


def _windows(at: datetime) -> Iterable[Mute]:
    for window in MaintenanceWindow.objects.filter(enabled=True, first_start__lte=at):
        try:
            occurrence = recurrence.open_at(schedule_of(window), at)
        except InvalidInputError as error:
            _log_unusable(window, error)
            continue
        if occurrence is not None:
            row = {"starts_at": occurrence.starts_at, "ends_at": occurrence.ends_at}
            yield from _mute(window, HiddenBy.WINDOW, row)


def schedule_of(window: MaintenanceWindow) -> recurrence.Schedule:
    """Return when a maintenance window is open, as the arithmetic knows it."""
    return recurrence.Schedule(
        rule=window.recurrence,
        first_start=window.first_start,
        duration_minutes=window.duration_minutes,
        time_zone=window.time_zone,
        expires_at=window.expires_at,
    )


def _mute(
    row: Silence | MaintenanceWindow, by: HiddenBy, span: Mapping[str, datetime]
) -> Iterable[Mute]:
    """Yield what a row mutes; one that cannot be read mutes nothing: rather a page too many."""
    try:
        matchers = tuple(matcher_format.from_json(row.matchers))
    except InvalidInputError as error:
        _log_unusable(row, error)
        return
    yield Mute(by=by, id=str(row.pk), matchers=matchers, owner=row.owner, why=row.reason, **span)


def _log_unusable(row: Silence | MaintenanceWindow, error: InvalidInputError) -> None:
    logger.error("muting not usable", extra={"row": str(row.pk), "reason": error.message})
