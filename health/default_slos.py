"""The objectives of a new installation: each service of the environment is up 99.9 % of 30 days."""

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings

from health.models import HealthCursor, Slo

# Not a cursor by its time, but like one: what it stands for was done.
_DONE = "default_slos"
_TARGET_PERCENT = Decimal("99.9")
_WINDOW_DAYS = 30


def load_default_slos(new_services: Collection[str]) -> int:
    """Create the objectives of services, by short names, that are new here; return how many.

    The first time that is all services of the environment. One that a person deleted does not come back.
    """
    _, is_first = HealthCursor.objects.get_or_create(
        name=_DONE, defaults={"at": datetime(1970, 1, 1, tzinfo=UTC)}
    )
    wanted = list(settings.WATCHED_SERVICES) if is_first else sorted(new_services)
    known = set(Slo.objects.values_list("name", flat=True))
    missing = [slo for slo in map(_availability, wanted) if slo.name not in known]
    Slo.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def _availability(service: str) -> Slo:
    return Slo(
        name=f"{service}-availability"[:64],
        description="Up for 99.9 % of the time that was measured and not planned.",
        service_id=service,
        kind=Slo.Kind.AVAILABILITY,
        source=Slo.Source.PROBES,
        target_percent=_TARGET_PERCENT,
        window_days=_WINDOW_DAYS,
    )
