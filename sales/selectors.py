"""Reads of sales: the business figures as they were measured last."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from sales.business.figures import FIGURES, Answer, Source, Told, told
from sales.business.periods import starts_at
from sales.models import BusinessFigure

STALE_AFTER_INTERVALS = 3


def figures_told(*, at: datetime) -> Mapping[str, Told]:
    """Return by its name what is told of each figure at `at`, from what the sources said last."""
    answers: dict[str, dict[Source, Answer]] = {}
    for row in BusinessFigure.objects.all():
        source = Source(row.source)
        answers.setdefault(row.name, {})[source] = Answer(
            source, row.value, row.measured_at, row.since, row.problem
        )
    starts = starts_at(at, settings.BUSINESS_TIME_ZONE)
    stale_after = STALE_AFTER_INTERVALS * settings.BUSINESS_INTERVAL
    return {
        figure.name: told(
            figure, answers.get(figure.name, {}), at=at, starts=starts, stale_after=stale_after
        )
        for figure in FIGURES
    }
