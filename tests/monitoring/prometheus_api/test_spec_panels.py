"""The dashboard that comes with the service: the panels of the specification, and what their queries answer.

Source: "Pre-configured Panels", service specification.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import resolve

from tests.monitoring.clients import client_of, push
from tests.monitoring.prometheus_api.asking import post

GRAFANA = Path(__file__).parents[3] / "docker" / "grafana"
STEPS = 6  # one a minute, the last one at the newest samples

REVENUE = "sum(rate(revenue_total_cents[5m])) by (venue_id)"
TICKETS = "sum(increase(tickets_sold_total[1h]))"
LATENCY = "histogram_quantile(0.95, rate(http_request_duration_ms_bucket[5m]))"
ERRORS = "sum(rate(errors_total[5m])) by (severity)"
PANELS = {
    "Revenue Overview": ("graph", REVENUE, "Venue {{venue_id}}", (8, 12, 0, 0)),
    "Tickets Sold (Real-time)": ("stat", TICKETS, "Tickets/hour", (4, 6, 12, 0)),
    "API Response Time (p95)": ("graph", LATENCY, "p95 latency", (8, 12, 0, 8)),
    "Error Rate": ("graph", ERRORS, "{{severity}}", (8, 12, 12, 12)),
}

Item = dict[str, Any]
Curves = dict[tuple[tuple[str, str], ...], list[float]]


@cache
def panels() -> dict[str, Any]:
    """Return the panels of the provisioned dashboard by their titles."""
    dashboard = json.loads((GRAFANA / "dashboards" / "ticketing.json").read_text())
    return {panel["title"]: panel for panel in dashboard["panels"]}


def expression(title: str) -> str:
    """Return what a panel of the dashboard asks for."""
    (target,) = panels()[title]["targets"]
    return str(target["expr"])


def series(
    now: datetime, name: str, added: float, labels: Mapping[str, str], *, over: timedelta
) -> Iterator[Item]:
    """Yield increments of a counter every 15 s from `over` ago until now."""
    count = int(over.total_seconds()) // 15
    for place in range(count + 1):
        at = now - over + timedelta(seconds=15 * place)
        yield item(name, "counter", added, labels, at)


def observations(now: datetime, durations: Sequence[float]) -> Iterator[Item]:
    """Yield these request durations every 15 s for ten minutes."""
    labels = {"method": "GET", "route": "/tickets", "status_code": "200"}
    for place in range(41):
        at = now - timedelta(seconds=15 * (40 - place))
        for duration in durations:
            yield item("http_request_duration_ms", "histogram", duration, labels, at)


def item(name: str, kind: str, value: float, labels: Mapping[str, str], at: datetime) -> Item:
    return {
        "metric_name": name,
        "service_name": "ticket-service",
        "type": kind,
        "value": value,
        "labels": labels,
        "timestamp": at.isoformat(),
    }


def pushed(items: Iterator[Item], *more: Iterator[Item]) -> None:
    """Push items through the JSON door, as a service does."""
    body = [each for part in (items, *more) for each in part]
    answer = push(client_of("monitoring"), json.dumps(body))
    assert answer.json() == {"success": True, "stored": len(body), "rejected": []}


def drawn(title: str, now: datetime) -> Curves:
    """Return the curves of a panel, asked for as Grafana does, by their labels."""
    start = now - timedelta(minutes=STEPS - 1)
    answer = post(
        "query_range",
        query=expression(title),
        start=start.timestamp(),
        end=now.timestamp(),
        step=60,
    ).json()
    assert answer["status"] == "success", answer
    curves: Curves = {}
    for row in answer["data"]["result"]:
        assert [at for at, _ in row["values"]] == [
            (start + timedelta(minutes=minute)).timestamp() for minute in range(STEPS)
        ]
        curves[tuple(sorted(row["metric"].items()))] = [float(text) for _, text in row["values"]]
    return curves


def test_the_dashboard_has_the_panels_of_the_specification() -> None:
    found = {}
    for title, panel in panels().items():
        (target,) = panel["targets"]
        place = tuple(panel["gridPos"][side] for side in "hwxy")
        found[title] = (panel["type"], target["expr"], target["legendFormat"], place)

    assert found == PANELS


def test_its_panels_ask_a_source_that_is_provisioned_and_leads_to_this_service() -> None:
    provisioned = yaml.safe_load((GRAFANA / "datasources.yml").read_text())["datasources"]
    urls = {source["uid"]: source["url"] for source in provisioned}
    (uid,) = {panel["datasource"]["uid"] for panel in panels().values()}

    path = urls[uid].removeprefix("http://web:3013") + "/api/v1/query_range"

    assert resolve(path).url_name == "prometheus-query-range"


@pytest.mark.django_db
def test_the_revenue_panel_shows_cents_a_second_of_each_venue(now: datetime) -> None:
    ten_minutes = timedelta(minutes=10)
    venue_1, venue_2 = {"venue_id": "v1"}, {"venue_id": "v2"}
    name = "revenue_total_cents"
    pushed(
        series(now, name, 1_500, venue_1 | {"type": "primary_sale"}, over=ten_minutes),
        series(now, name, 75, venue_1 | {"type": "fees"}, over=ten_minutes),
        series(now, name, 600, venue_2 | {"type": "resale"}, over=ten_minutes),
    )

    assert drawn("Revenue Overview", now) == {
        (("venue_id", "v1"),): pytest.approx([105.0] * STEPS),
        (("venue_id", "v2"),): pytest.approx([40.0] * STEPS),
    }


@pytest.mark.django_db
def test_the_tickets_panel_shows_what_was_sold_in_an_hour(now: datetime) -> None:
    over = timedelta(minutes=70)
    pushed(
        series(now, "tickets_sold_total", 2, {"venue_id": "v1", "event_id": "e1"}, over=over),
        series(now, "tickets_sold_total", 1, {"venue_id": "v2", "event_id": "e2"}, over=over),
    )

    assert drawn("Tickets Sold (Real-time)", now) == {(): pytest.approx([720.0] * STEPS)}


@pytest.mark.django_db
def test_the_response_time_panel_shows_the_p95_of_each_route(now: datetime) -> None:
    # Nine of ten take up to 100 ms, so the 95th percentile lies halfway through the bucket above.
    pushed(observations(now, [80] * 9 + [150]))

    assert drawn("API Response Time (p95)", now) == {
        (
            ("method", "GET"),
            ("route", "/tickets"),
            ("service_name", "ticket-service"),
            ("status_code", "200"),
        ): pytest.approx([150.0] * STEPS)
    }


@pytest.mark.django_db
def test_the_error_panel_shows_errors_a_second_by_severity(now: datetime) -> None:
    ten_minutes = timedelta(minutes=10)
    pushed(
        series(now, "errors_total", 3, {"severity": "critical"}, over=ten_minutes),
        series(now, "errors_total", 6, {"severity": "warning"}, over=ten_minutes),
    )

    assert drawn("Error Rate", now) == {
        (("severity", "critical"),): pytest.approx([0.2] * STEPS),
        (("severity", "warning"),): pytest.approx([0.4] * STEPS),
    }
