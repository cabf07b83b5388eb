"""Which series make one curve."""

from monitoring.query.grouping import Curve, each_alone, grouped
from monitoring.types import MetricType, SeriesRef


def series(number: int, metric: str = "cpu", service: str = "s", **labels: str) -> SeriesRef:
    return SeriesRef(number, metric, service, MetricType.GAUGE, labels)


def test_ungrouped_each_series_is_a_curve_with_all_its_labels() -> None:
    assert each_alone([series(1, host="a"), series(2, service="t")]) == [
        Curve("cpu", "s", {"host": "a"}),
        Curve("cpu", "t", {}),
    ]


def test_series_that_share_the_values_of_the_labels_share_a_curve() -> None:
    found = [series(1, host="a", rack="1"), series(2, host="b", rack="1"), series(3, host="a")]

    curves, owners = grouped(found, ["host"])

    assert curves == [Curve("cpu", None, {"host": "a"}), Curve("cpu", None, {"host": "b"})]
    assert owners.tolist() == [0, 1, 0]


def test_metrics_are_never_mixed() -> None:
    curves, owners = grouped([series(1), series(2, metric="mem")], [])

    assert curves == [Curve("cpu", None, {}), Curve("mem", None, {})]
    assert owners.tolist() == [0, 1]


def test_the_service_is_a_label_too_and_an_absent_label_is_empty() -> None:
    found = [series(1, service="s", host="a"), series(2, service="t"), series(3, service="t")]

    curves, owners = grouped(found, ["service_name", "host"])

    assert curves == [Curve("cpu", "s", {"host": "a"}), Curve("cpu", "t", {})]
    assert owners.tolist() == [0, 1, 1]


def test_no_series_make_no_curves() -> None:
    curves, owners = grouped([], ["host"])

    assert (curves, owners.tolist()) == ([], [])
