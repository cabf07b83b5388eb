"""Writes of sales: the business figures are asked for and written down; nobody asks while a client waits."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sales.business.figures import Answer
from sales.business.periods import starts_at
from sales.figures_from_samples import answers_from_samples
from sales.figures_from_sql import answers_from_sql
from sales.models import BusinessFigure


def measure_business(*, at: datetime) -> list[BusinessFigure]:
    """Ask every source for every figure and return the rows; a repeat writes the same ones.

    A source that could not say keeps its last value, which grows old, with the new problem beside it. What no source
    is asked for any more is removed.
    """
    starts = starts_at(at, settings.BUSINESS_TIME_ZONE)
    samples = answers_from_samples(at=at, starts=starts)
    with transaction.atomic():
        _write({**_keyed(samples), **_keyed(answers_from_sql(at=at, starts=starts))})
    return list(BusinessFigure.objects.all())


def _keyed(answers: Mapping[str, Answer]) -> dict[tuple[str, str], Answer]:
    return {(name, answer.source.value): answer for name, answer in answers.items()}


def _write(answers: Mapping[tuple[str, str], Answer]) -> None:
    known = {(row.name, row.source): row for row in BusinessFigure.objects.select_for_update()}
    rows = [_row(key, answer, known.get(key)) for key, answer in answers.items()]
    BusinessFigure.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["name", "source"],
        update_fields=["value", "since", "measured_at", "problem"],
    )
    kept = Q()
    for name, source in answers:
        kept |= Q(name=name, source=source)
    BusinessFigure.objects.exclude(kept).delete()


def _row(key: tuple[str, str], answer: Answer, before: BusinessFigure | None) -> BusinessFigure:
    name, source = key
    is_silent = answer.value is None and before is not None and before.value is not None
    last = before if is_silent and before is not None else answer
    return BusinessFigure(
        name=name,
        source=source,
        value=last.value,
        since=last.since,
        measured_at=last.measured_at,
        problem=answer.problem[:255],
    )
