"""What a new installation starts with: the names of the catalogue and the schedule of the tasks."""

from datetime import timedelta

from django.conf import settings
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from monitoring.models import Metric
from monitoring.names import CATALOGUE

_SECOND = timedelta(seconds=1)


def load_defaults() -> str:
    """Create what is missing; what a person changed, or disabled, is left alone."""
    return f"metric names: {_load_names()} created; periodic tasks: {_load_schedule()} created"


def expiry_seconds(period: timedelta) -> int:
    """Return after how long a task that no worker took is thrown away: before the next one is due.

    Whole seconds, because the schedule keeps no less; a period of a second or less gets one.
    """
    return max(1, int(period.total_seconds() * 0.9))


def _load_names() -> int:
    known = set(Metric.objects.values_list("name", flat=True))
    missing = [
        Metric(
            name=spec.name,
            type=spec.type,
            unit=spec.unit,
            help=spec.help,
            labels=list(spec.labels),
        )
        for spec in CATALOGUE
        if spec.name not in known
    ]
    # The first writer of a name decides its type, also one that is faster than this.
    Metric.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def _load_schedule() -> int:
    _rename()
    created = 0
    for name, (task, period) in settings.PERIODIC_TASKS.items():
        _, is_new = PeriodicTask.objects.get_or_create(
            name=name,
            defaults={
                "task": task,
                "interval": _interval(period),
                "expire_seconds": expiry_seconds(period),
            },
        )
        created += is_new
    return created


def _rename() -> None:
    """Give rows of older versions their name of today, or the same task would run under both.

    One that was switched off stays off. Its period becomes that of today unless a person had changed it. Saved one by
    one: the signals of the rows are what tells a running beat.
    """
    for old, (new, period_then) in settings.RENAMED_PERIODIC_TASKS.items():
        row = PeriodicTask.objects.filter(name=old).select_related("interval").first()
        if row is None:
            continue
        if PeriodicTask.objects.filter(name=new).exists():
            row.delete()
            continue
        task, period = settings.PERIODIC_TASKS[new]
        row.name, row.task = new, task
        if row.interval is not None and row.interval.schedule.run_every == period_then:
            row.interval, row.expire_seconds = _interval(period), expiry_seconds(period)
        row.save()


def _interval(period: timedelta) -> IntervalSchedule:
    """Return the interval of that length; the admin allows several, any of them will do."""
    if period % _SECOND:
        every, unit = period // timedelta(microseconds=1), IntervalSchedule.MICROSECONDS
    else:
        every, unit = period // _SECOND, IntervalSchedule.SECONDS
    known = IntervalSchedule.objects.filter(every=every, period=unit).first()
    return known or IntervalSchedule.objects.create(every=every, period=unit)
