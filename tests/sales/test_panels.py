"""The box of the operations page: numbers for people, and reasons in the place of missing ones."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from sales.panels import amount, business_panel
from tests.sales.factories import BusinessFigureFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "cents", ""),
        (0, "cents", "0.00"),
        (5, "cents", "0.05"),
        (123_456_789, "cents", "1,234,567.89"),
        (1_234, "tickets", "1,234"),
        (0, "tickets", "0"),
    ],
)
def test_a_number_is_written_for_people(value: int | None, unit: str, text: str) -> None:
    assert amount(value, unit) == text


def test_figures_and_reasons_stand_side_by_side() -> None:
    at = timezone.now()
    BusinessFigureFactory.create(
        name="venues_total", value=0, measured_at=at - timedelta(minutes=2)
    )
    BusinessFigureFactory.create(name="venues_active", value=None, problem="<away>", measured_at=at)

    panel = business_panel(at)
    page = render_to_string(panel.template, dict(panel.context))

    assert "1 of 7 figures are known" in page
    assert '<td class="number">0</td>' in page
    assert "sql, 2 min ago" in page
    assert "sql: &lt;away&gt;" in page
