"""What the charts of a report call the spans that they show."""

import re
from datetime import datetime, timedelta

import pytest

from health.reports.formats import FORMATS
from tests.health.reports.samples import sla_data


@pytest.mark.parametrize(
    ("length", "title"),
    [
        (timedelta(minutes=10), "Uptime by hour"),
        (timedelta(hours=1), "Uptime by hour"),
        (timedelta(hours=23), "Uptime by day"),
        (timedelta(days=1), "Uptime by day"),
        (timedelta(days=7), "Uptime by week"),
    ],
)
def test_a_chart_says_what_its_bars_stand_for(length: timedelta, title: str) -> None:
    data = sla_data()
    for service in data["services"]:
        first = service["slices"][0]
        end = datetime.fromisoformat(first["start"]) + length
        service["slices"] = [{**first, "end": end.isoformat()}]

    page = FORMATS["html"].render(data, "x").decode()

    assert set(re.findall(r"Uptime by \w+", page)) == {title}
