"""The shapes of Grafana's JSON data sources."""

from datetime import UTC, datetime

from monitoring.grafana.reply import all_labels, annotation_reply, series_names, table, time_series
from monitoring.types import Annotation, MetricType, SeriesRef

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON_MS = 1_772_452_800_000


def series(metric: str = "cpu", service: str = "s", **labels: str) -> SeriesRef:
    return SeriesRef(1, metric, service, MetricType.GAUGE, labels)


def test_a_single_series_has_the_name_that_was_asked_for() -> None:
    assert series_names('cpu{host="a"}', [series(host="a")]) == ['cpu{host="a"}']


def test_several_series_are_told_apart_by_what_differs() -> None:
    found = [series(host="a", rack="1"), series(host="b", rack="1")]

    assert series_names("cpu", found) == ['cpu{host="a"}', 'cpu{host="b"}']


def test_the_service_tells_series_apart_too() -> None:
    found = [series(service="auth"), series(service="payment")]

    assert series_names("cpu", found) == ['cpu{service_name="auth"}', 'cpu{service_name="payment"}']


def test_a_label_that_only_one_series_has_tells_them_apart() -> None:
    assert series_names("cpu", [series(), series(core="0")]) == ["cpu", 'cpu{core="0"}']


def test_series_of_several_metrics_keep_their_own_names() -> None:
    assert series_names("(cpu|mem)", [series("cpu"), series("mem")]) == ["cpu", "mem"]


def test_no_series_have_no_names() -> None:
    assert series_names("cpu", []) == []


def test_a_curve_is_value_and_milliseconds() -> None:
    reply = time_series("cpu", [1_000, 2_000], [45.2, 46.1], ref_id=None)

    assert reply == {"target": "cpu", "datapoints": [[45.2, 1_000], [46.1, 2_000]]}


def test_a_curve_says_which_query_it_answers() -> None:
    assert time_series("cpu", [], [], ref_id="A") == {
        "target": "cpu",
        "datapoints": [],
        "refId": "A",
    }


def test_a_table_has_one_column_for_each_label_of_any_series() -> None:
    a, b = series(host="a"), series(service="t", core="0")

    reply = table([(a, 1_000, 1.5), (b, 2_000, 2.5)], [a, b], ref_id="B")

    assert [column["text"] for column in reply["columns"]] == [
        "Time",
        "Metric",
        "core",
        "host",
        "service_name",
        "Value",
    ]
    assert [column["type"] for column in reply["columns"]] == [
        "time",
        *["string"] * 4,
        "number",
    ]
    assert reply["rows"] == [
        [1_000, "cpu", "", "a", "s", 1.5],
        [2_000, "cpu", "0", "", "t", 2.5],
    ]
    assert (reply["type"], reply["refId"]) == ("table", "B")


def test_an_empty_table_is_still_a_table() -> None:
    reply = table([], [], ref_id=None)

    assert [column["text"] for column in reply["columns"]] == ["Time", "Metric", "Value"]
    assert reply["rows"] == []
    assert "refId" not in reply


def test_a_mark_has_the_fields_of_the_specification() -> None:
    event = Annotation(NOON, "high_cpu_usage", "Value: 8", ("alert", "warning"))

    assert annotation_reply(event, None) == {
        "time": NOON_MS,
        "title": "high_cpu_usage",
        "text": "Value: 8",
        "tags": ["alert", "warning"],
    }


def test_a_mark_that_is_over_has_an_end_and_grafana_gets_its_question_back() -> None:
    event = Annotation(NOON, "t", "x", until=NOON.replace(minute=1))

    reply = annotation_reply(event, {"name": "Alerts"})

    assert (reply["timeEnd"], reply["annotation"]) == (NOON_MS + 60_000, {"name": "Alerts"})


def test_a_stored_label_never_hides_the_service() -> None:
    assert all_labels(series(service="s", host="a")) == {"service_name": "s", "host": "a"}
