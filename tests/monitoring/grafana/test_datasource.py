"""The Grafana data source: its test, the search for names, the curves."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db


def store(
    now: datetime,
    *seconds_and_values: tuple[float, float],
    metric: str = "cpu",
    service: str = "s",
    labels: Mapping[str, str] | None = None,
) -> None:
    samples = [
        Sample(
            metric, service, value, now - timedelta(seconds=seconds), MetricType.GAUGE, labels or {}
        )
        for seconds, value in seconds_and_values
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000)


def post(path: str, body: object, client: Client | None = None) -> Any:
    return (client or Client()).post(
        f"{API}/grafana/{path}", data=body, content_type="application/json"
    )


def query(now: datetime, *targets: object, **fields: Any) -> Any:
    body = {
        "range": {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat()},
        "targets": [
            target if isinstance(target, dict) else {"target": target} for target in targets
        ],
        **fields,
    }
    return post("query", body)


@pytest.mark.parametrize("path", ["grafana", "grafana/"])
def test_the_test_button_of_both_plugins_is_answered_without_a_redirect(path: str) -> None:
    response = Client().get(f"{API}/{path}")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_the_example_of_the_specification_is_answered_in_its_shape(now: datetime) -> None:
    store(now, (120, 45.2), (60, 46.1), metric="system_cpu_usage_percent")

    assert query(now, "system_cpu_usage_percent").json() == [
        {
            "target": "system_cpu_usage_percent",
            "datapoints": [
                [45.2, milliseconds(now - timedelta(seconds=120))],
                [46.1, milliseconds(now - timedelta(seconds=60))],
            ],
        }
    ]


def test_each_label_set_is_a_curve_of_its_own(now: datetime) -> None:
    store(now, (60, 1.0), labels={"host": "a", "rack": "1"})
    store(now, (60, 2.0), labels={"host": "b", "rack": "1"})

    curves = query(now, "cpu").json()

    assert [(curve["target"], curve["datapoints"][0][0]) for curve in curves] == [
        ('cpu{host="a"}', 1.0),
        ('cpu{host="b"}', 2.0),
    ]


@pytest.mark.parametrize(
    ("target", "values"),
    [
        ('cpu{host="a.x"}', [1.0]),
        (r'cpu{host=~"(a\.x|b)"}', [1.0, 2.0]),
        ('cpu{host!="b"}', [1.0, 3.0]),
        ('cpu{service_name="t"}', [3.0]),
        ('cpu{host="a.x",service_name="t"}', []),
        ('cpu{host=""}', [3.0]),
        ("(cpu|mem)", [1.0, 2.0, 3.0, 9.0]),
        ("nobody_knows_this", []),
    ],
)
def test_a_target_filters_by_labels_and_alternatives(
    now: datetime, target: str, values: list[float]
) -> None:
    store(now, (60, 1.0), labels={"host": "a.x"})
    store(now, (60, 2.0), labels={"host": "b"})
    store(now, (60, 3.0), service="t")
    store(now, (60, 9.0), metric="mem")

    curves = query(now, target).json()

    assert [value for curve in curves for value, _ in curve["datapoints"]] == values


def test_a_target_that_finds_nothing_answers_without_points(now: datetime) -> None:
    assert query(now, {"target": "nothing", "refId": "A"}).json() == [
        {"target": "nothing", "datapoints": [], "refId": "A"}
    ]


def test_several_targets_are_answered_in_order_without_the_hidden_ones(now: datetime) -> None:
    store(now, (60, 1.0))
    store(now, (60, 2.0), metric="mem")

    curves = query(now, "mem", {"target": "cpu", "hide": True}, {"refId": "C"}, "cpu").json()

    assert [curve["target"] for curve in curves] == ["mem", "cpu"]


def test_a_long_curve_is_thinned_to_the_panel_and_keeps_its_peak(now: datetime) -> None:
    store(now, *((seconds, 100.0 if seconds == 777 else 1.0) for seconds in range(1, 1_001)))

    (curve,) = query(now, "cpu", maxDataPoints=50).json()

    points = curve["datapoints"]
    assert len(points) <= 50
    assert [100.0, milliseconds(now - timedelta(seconds=777))] in points
    assert points == sorted(points, key=lambda point: point[1])


def test_only_samples_of_the_range_are_drawn(now: datetime) -> None:
    store(now, (7_200, 1.0), (60, 2.0))

    (curve,) = query(now, "cpu").json()

    assert [value for value, _ in curve["datapoints"]] == [2.0]


def test_a_table_has_a_row_for_each_sample(now: datetime) -> None:
    store(now, (60, 1.0), labels={"host": "a"})

    (table,) = query(now, {"target": "cpu", "type": "table", "refId": "B"}).json()

    assert table["type"] == "table"
    assert table["rows"] == [[milliseconds(now - timedelta(seconds=60)), "cpu", "a", "s", 1.0]]


@pytest.mark.parametrize("target", ['cpu{host="a"', "cpu{host=a}"])
def test_a_target_that_cannot_be_read_is_an_error_that_grafana_shows(
    now: datetime, target: str
) -> None:
    response = query(now, target)

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")


def test_more_curves_than_a_panel_can_show_are_refused(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.grafana.selectors._MAX_SERIES", 1)
    store(now, (60, 1.0), labels={"host": "a"})
    assert query(now, "cpu").status_code == 200
    store(now, (60, 1.0), labels={"host": "b"})

    response = query(now, "cpu")

    assert response.status_code == 400
    assert "label filter" in response.json()["error"]


@pytest.mark.parametrize("path", ["query", "annotations"])
def test_from_outside_grafana_needs_a_token(path: str) -> None:
    outside = Client(REMOTE_ADDR="203.0.113.7")

    assert post(path, {}, outside).status_code == 401


def test_from_outside_a_token_is_enough(now: datetime) -> None:
    client = client_of("user")
    client.defaults["REMOTE_ADDR"] = "203.0.113.7"

    assert post("annotations", {}, client).status_code == 400


def test_under_strict_roles_money_and_fraud_take_a_token_even_from_inside(
    now: datetime, settings: Any
) -> None:
    settings.STRICT_ROLES = True
    store(now, (60, 1.0), metric="fraud_bot_attempts")

    assert query(now, "fraud_bot_attempts").json()[0]["datapoints"] == []


@pytest.mark.parametrize("path", ["query", "annotations"])
@pytest.mark.parametrize("body", [{}, [], {"range": {"from": "x", "to": "y"}, "targets": []}])
def test_a_body_that_makes_no_sense_is_refused(path: str, body: object) -> None:
    response = post(path, body)

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")
