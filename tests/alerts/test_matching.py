"""Which series a rule watches."""

import pytest

from alerts.evaluation.fingerprint import fingerprint
from alerts.evaluation.matching import SeriesIndex
from monitoring.types import LatestValue, MetricType, SeriesRef
from tests.alerts.series_text import NOON


def latest(number: int, metric: str, service: str, **labels: str) -> LatestValue:
    return LatestValue(SeriesRef(number, metric, service, MetricType.GAUGE, labels), 1.0, NOON)


INDEX = SeriesIndex(
    [
        latest(1, "cpu", "a", host="x"),
        latest(2, "cpu", "a", host="y", rack="1"),
        latest(3, "cpu", "b", host="x"),
        latest(4, "memory", "a", host="x"),
    ]
)


@pytest.mark.parametrize(
    ("metric", "matchers", "found"),
    [
        ("cpu", {}, [1, 2, 3]),
        ("memory", {}, [4]),
        ("disk", {}, []),
        ("cpu", {"host": "x"}, [1, 3]),
        ("cpu", {"host": "x", "rack": "1"}, []),
        ("cpu", {"host": "y", "rack": "1"}, [2]),
        ("cpu", {"rack": ""}, [1, 3]),
        ("cpu", {"service_name": "a"}, [1, 2]),
        ("cpu", {"service_name": "a", "host": "x"}, [1]),
        ("cpu", {"service_name": "c"}, []),
        ("disk", {"service_name": "a"}, []),
    ],
)
def test_matchers_must_all_be_carried(
    metric: str, matchers: dict[str, str], found: list[int]
) -> None:
    assert [each.latest.series.id for each in INDEX.matching(metric, matchers)] == found


def test_a_series_is_named_by_its_service_and_labels() -> None:
    (watched,) = INDEX.matching("memory", {})

    assert watched.fingerprint == fingerprint("a", {"host": "x"})


def test_looking_for_a_metric_that_is_not_there_does_not_make_one_up() -> None:
    assert INDEX.matching("nothing", {}) == []
    assert INDEX.matching("nothing", {}) == []
