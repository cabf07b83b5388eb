"""Queries as either plug-in sends them, with payloads, filters and long ranges."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from monitoring.types import Annotation
from tests.monitoring.grafana.drawn import MINUTE, NOON, answer, points, post_query, store
from tests.monitoring.grafana.recorded import simple_json_query, simpod_query, span

pytestmark = pytest.mark.django_db


def ask(target: str = "cpu", /, **fields: Any) -> Any:
    return answer(simpod_query(NOON, {"target": target, "payload": fields}))


def test_both_plugins_get_the_same_curve() -> None:
    store((2, 1.0), (1, 2.0))

    (old,) = answer(simple_json_query(NOON, {"target": "cpu", "refId": "A"}))
    (new,) = answer(simpod_query(NOON, {"target": "cpu"}))

    assert old == new
    assert (points(new), new["refId"]) == ([(2, 1.0), (1, 2.0)], "A")


def test_variables_come_as_regular_expressions() -> None:
    for host in ("a.x", "b", "c"):
        store((1, 1.0), host=host)

    (first, second) = ask(r'cpu{host="(a\.x|b)"}')

    assert [first["target"], second["target"]] == ['cpu{host="a.x"}', 'cpu{host="b"}']
    assert len(ask("cpu", labels=r'host=~"(a\.x|c)"')) == 2
    assert len(ask("cpu", labels={"host": ["b", "c"]})) == 2


def test_a_payload_chooses_services_and_labels() -> None:
    store((1, 1.0), service="payment", host="a")
    store((1, 2.0), service="ticket", host="a")
    store((1, 3.0), service="ticket", host="b")

    def values(**payload: Any) -> list[float]:
        return [point[1] for curve in ask(**payload) for point in points(curve)]

    assert values(service="ticket") == [2.0, 3.0]
    assert values(service=["payment", "ticket"]) == [1.0, 2.0, 3.0]
    assert values(service="ticket", labels={"host": "b"}) == [3.0]


def test_steps_can_be_aggregated_and_gaps_break_the_line() -> None:
    store((20, 1.0), (19, 3.0), (10, 5.0), (5, 7.0))

    (curve,) = ask(aggregation="avg", step="5m")

    assert points(curve) == [(20, 2.0), (15, None), (10, 5.0), (5, 7.0)]


def test_counters_are_drawn_as_rates_if_the_payload_asks() -> None:
    store((3, 60.0), (2, 120.0), (1, 0.0), metric="requests_total", host="a")
    store((3, 0.0), (2, 120.0), (1, 240.0), metric="requests_total", host="b")

    single = ask("requests_total", aggregation="rate", step="1m")
    (together,) = ask("requests_total", aggregation="rate", step="1m", group_by="service_name")
    (grown,) = ask("requests_total", aggregation="increase", step="1m", across="max")

    assert [points(curve) for curve in single] == [[(2, 1.0), (1, 0.0)], [(2, 2.0), (1, 2.0)]]
    assert points(together) == [(2, 3.0), (1, 2.0)]
    assert points(grown) == [(2, 120.0), (1, 120.0)]


def test_groups_are_curves_named_by_what_differs() -> None:
    for host, rack in (("a", "1"), ("b", "1"), ("c", "2")):
        store((1, float(ord(host))), host=host, rack=rack)

    curves = ask(aggregation="max", step="1m", group_by=["rack"])

    assert [(curve["target"], points(curve)[0][1]) for curve in curves] == [
        ('cpu{rack="1"}', 98.0),
        ('cpu{rack="2"}', 99.0),
    ]


def test_a_step_that_is_too_fine_for_the_panel_is_widened() -> None:
    store(*((minutes, float(minutes)) for minutes in range(1, 60)))
    target = {"target": "cpu", "payload": {"aggregation": "max", "step": "1s"}}

    (curve,) = answer(simpod_query(NOON, target, maxDataPoints=10, intervalMs=360_000))

    assert len(curve["datapoints"]) <= 10
    assert points(curve)[0] == (60, 59.0)


def test_a_table_of_groups_has_their_labels() -> None:
    store((1, 1.0), host="a", rack="1")
    store((1, 3.0), host="b", rack="1")
    target = {
        "target": "cpu",
        "type": "table",
        "payload": {"aggregation": "avg", "step": "5m", "group_by": "rack"},
    }

    (table,) = answer(simpod_query(NOON, target))

    assert [column["text"] for column in table["columns"]] == ["Time", "Metric", "rack", "Value"]
    assert table["rows"] == [[NOON.timestamp() * 1_000 - 300_000, "cpu", "1", 2.0]]


def test_a_long_range_shows_the_peaks_of_all_days() -> None:
    for days in range(6):
        end = NOON - timedelta(days=days)
        store(*((hours * 60, 1.0 + days) for hours in range(1, 24)), end=end, host="a")
    store((90, 99.0), end=NOON - timedelta(days=3), host="a")
    store((95, -5.0), end=NOON - timedelta(days=3), host="a")

    (curve,) = answer(
        simpod_query(
            NOON,
            {"target": "cpu"},
            range=span(NOON, timedelta(days=7)),
            maxDataPoints=60,
            intervalMs=1,
        )
    )

    values = [value for value, _ in curve["datapoints"]]
    assert (max(values), min(values)) == (99.0, -5.0)
    assert len(values) <= 60
    assert curve["datapoints"] == sorted(curve["datapoints"], key=lambda point: point[1])


def test_a_range_that_nothing_can_answer_is_an_error_that_grafana_shows() -> None:
    store((1, 1.0))
    long = span(NOON, timedelta(days=100))

    def status(**payload: str) -> int:
        body = simpod_query(NOON, {"target": "cpu", "payload": payload}, range=long)
        return int(post_query(body).status_code)

    assert status() == 200
    assert status(aggregation="avg") == 200
    assert status(aggregation="p95") == 400


def test_annotations_can_be_asked_for_as_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        Annotation(NOON, "one", "x", ("alert", "critical"), until=NOON + MINUTE),
        Annotation(NOON - MINUTE, "two", "y", ("deploy",)),
    ]
    module = SimpleNamespace(annotations=lambda *_: events)
    monkeypatch.setattr("monitoring.grafana.selectors.offered", lambda _: iter([module]))

    (frame,) = answer(simpod_query(NOON, {"target": "annotations", "refId": "Anno"}))
    (chosen,) = answer(
        simpod_query(NOON, {"target": "annotations", "payload": {"tags": "deploy, x"}})
    )

    columns = {field["name"]: field["values"] for field in frame["fields"]}
    assert columns == {
        "time": [1_772_452_740_000, 1_772_452_800_000],
        "timeEnd": [None, 1_772_452_860_000],
        "title": ["two", "one"],
        "text": ["y", "x"],
        "tags": ["deploy", "alert,critical"],
    }
    assert [field["type"] for field in frame["fields"]] == ["time", "time", *["string"] * 3]
    assert frame["refId"] == "Anno"
    assert chosen["fields"][2]["values"] == ["two"]


@pytest.mark.parametrize(
    "payload",
    [
        {"aggregation": "median"},
        {"aggregation": "last", "group_by": "host"},
        {"step": "often"},
        {"labels": "host"},
    ],
)
def test_a_payload_that_makes_no_sense_is_an_error_that_grafana_shows(
    payload: dict[str, str],
) -> None:
    store((1, 1.0))
    body = simpod_query(NOON, {"target": "cpu", "payload": payload})

    response = post_query(body)

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")
