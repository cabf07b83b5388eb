"""Rows of sales for tests: one factory for each model, required fields only."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from sales.models import BusinessFigure

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class BusinessFigureFactory(DjangoModelFactory[BusinessFigure]):
    class Meta:
        model = BusinessFigure

    name = "revenue_today"
    source = "sql"
    value = 1_234
    measured_at = NOON
    since = factory.LazyAttribute(lambda row: row.measured_at.replace(hour=0, minute=0, second=0))
