"""Reads of objectives: the rows with where they stand, and how they came to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from health.catalogue import short_name_of
from health.errors import SloNotFoundError
from health.models import Slo, WatchedService
from health.slo.burn import PAIRS
from monitoring.query.matchers import Matcher, MatchOp
from monitoring.query.range import SeriesSamples, read_range

REMAINING = "slo_error_budget_remaining"
PAIR = "slo_burn_rate_pair"


@dataclass(frozen=True, slots=True)
class Course:
    """How an objective went: one series of what was left, and one for each pair of windows."""

    remaining: SeriesSamples | None
    burns: dict[str, SeriesSamples]


def slos() -> QuerySet[Slo]:
    """Return the objectives with their services and states, by name."""
    return Slo.objects.select_related("service", "state").order_by("name")


def slos_of(service: str | None) -> QuerySet[Slo]:
    """Return the objectives of one service by either of its names, of all without one.

    Raises ServiceNotWatchedError.
    """
    if not service:
        return slos()
    full_names = dict(WatchedService.objects.values_list("name", "service_name"))
    return slos().filter(service=short_name_of(service, full_names))


def slo_by_id(slo_id: UUID) -> Slo:
    """Return one objective. Raises SloNotFoundError."""
    slo = slos().filter(pk=slo_id).first()
    if slo is None:
        raise SloNotFoundError(f"no SLO {slo_id}")
    return slo


def course_of(slo: Slo, start: datetime, end: datetime) -> Course:
    """Return the samples of an objective from `start` to `end`.

    Raises InvalidInputError if they are more than one answer may hold.
    """
    remaining = _samples(slo, REMAINING, start, end)
    burns = {each.series.labels["pair"]: each for each in _samples(slo, PAIR, start, end)}
    return Course(
        remaining=remaining[0] if remaining else None,
        burns={pair.name: burns[pair.name] for pair in PAIRS if pair.name in burns},
    )


def _samples(slo: Slo, metric: str, start: datetime, end: datetime) -> Sequence[SeriesSamples]:
    return read_range(
        metric=metric,
        service=slo.service.service_name,
        matchers=[Matcher("slo", MatchOp.EQUAL, slo.name)],
        start=start,
        end=end,
    )
