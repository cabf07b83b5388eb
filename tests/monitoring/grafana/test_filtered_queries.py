"""Filters of a dashboard hold for every panel."""

import pytest

from tests.monitoring.grafana.drawn import NOON, answer, points, store
from tests.monitoring.grafana.recorded import simpod_query

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("operator", "value", "hosts"),
    [
        ("=", "a1", ["a1"]),
        ("!=", "a1", ["a2", "b10"]),
        ("=~", "a.*", ["a1", "a2"]),
        ("!~", "a.*", ["b10"]),
    ],
)
@pytest.mark.parametrize("name", ["filters", "adhocFilters"])
def test_filters_of_the_dashboard_hold_for_every_target(
    name: str, operator: str, value: str, hosts: list[str]
) -> None:
    for host in ("a1", "a2", "b10"):
        store((1, 1.0), host=host, rack="1")
        store((1, 1.0), metric="mem", host=host, rack="1")
    chosen = [{"key": "host", "operator": operator, "value": value}]

    found = answer(simpod_query(NOON, {"target": "(cpu|mem)"}, **{name: chosen}))

    assert len(found) == 2 * len(hosts)


@pytest.mark.parametrize(("operator", "count"), [("<", 1), (">", 1), ("=", 0)])
def test_filters_compare_numbers(operator: str, count: int) -> None:
    for core in ("9", "11"):
        store((1, 1.0), core=core)
    chosen = [{"key": "core", "operator": operator, "value": "10"}]

    found = answer(simpod_query(NOON, {"target": "cpu"}, filters=chosen))

    assert sum(bool(curve["datapoints"]) for curve in found) == count


def test_a_service_can_be_filtered_like_a_label() -> None:
    store((1, 1.0), service="s")
    store((1, 2.0), service="t")
    chosen = [{"key": "service_name", "operator": "!=", "value": "s"}]

    (curve,) = answer(simpod_query(NOON, {"target": "cpu"}, filters=chosen))

    assert points(curve) == [(1, 2.0)]
