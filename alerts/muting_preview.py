"""What a silence or a maintenance window would have muted, asked of the past before it is made."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.models import Alert
from alerts.models.alert import Source
from alerts.muting import labels_of_alert
from alerts.routing import recurrence
from alerts.routing.matching import Matcher, accepts

LOOK_BACK = timedelta(days=7)
SHOWN = 50
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Preview:
    """How many alerts would have been muted in the last `days`, and the newest of them."""

    would_have_muted: int
    alerts: list[Alert]
    days: int


def of_silence(matchers: Sequence[Matcher], *, at: datetime) -> Preview:
    """Return the alerts that fired within LOOK_BACK and match, as if the silence had held all the time."""
    return _preview(alert for alert in _fired(at) if accepts(matchers, labels_of_alert(alert)))


def of_window(
    matchers: Sequence[Matcher], schedule: recurrence.Schedule, *, at: datetime
) -> Preview:
    """Return the alerts that fired within LOOK_BACK while the window would have been open, and match.

    A window that begins later is taken as if it had begun whole periods earlier. Raises InvalidInputError if its
    recurrence cannot be used.
    """
    recurrence.check(schedule)
    since = at - LOOK_BACK
    past = recurrence.rehearsed(schedule, since - schedule.duration, at)
    openings = recurrence.occurrences(past, since, at)
    return _preview(
        alert
        for alert in _fired(at)
        if _within(openings, alert.fired_at) and accepts(matchers, labels_of_alert(alert))
    )


def _within(openings: Sequence[recurrence.Occurrence], at: datetime | None) -> bool:
    return at is not None and any(each.starts_at <= at < each.ends_at for each in openings)


def _fired(at: datetime) -> Iterator[Alert]:
    fired = Alert.objects.filter(fired_at__gt=at - LOOK_BACK, fired_at__lte=at)
    rows = fired.exclude(source=Source.CANARY).select_related("rule").order_by("-fired_at", "id")
    return rows.iterator(chunk_size=_CHUNK)


def _preview(muted: Iterable[Alert]) -> Preview:
    total, shown = 0, []
    for alert in muted:
        total += 1
        if total <= SHOWN:
            shown.append(alert)
    return Preview(total, shown, LOOK_BACK.days)
