"""What Grafana sends: the fields that matter are strict, the others are ignored."""

from datetime import UTC, datetime
from typing import Any

import pytest

from monitoring.errors import InvalidInputError
from monitoring.grafana.requests import annotation_query_of, query_of
from monitoring.query.steps import Aggregation, Function

FROM = datetime(2026, 3, 2, 12, tzinfo=UTC)
TO = datetime(2026, 3, 2, 13, tzinfo=UTC)
RANGE = {"from": "2026-03-02T12:00:00.000Z", "to": "2026-03-02T13:00:00.000Z"}


def body(**fields: Any) -> dict[str, Any]:
    return {"range": RANGE, "targets": [{"target": "cpu"}], **fields}


# As the SimpleJson plug-in sends it.
RECORDED = {
    "app": "dashboard",
    "requestId": "Q100",
    "timezone": "browser",
    "panelId": 2,
    "dashboardId": None,
    "range": {**RANGE, "raw": {"from": "now-1h", "to": "now"}},
    "rangeRaw": {"from": "now-1h", "to": "now"},
    "interval": "2s",
    "intervalMs": 2_000,
    "targets": [
        {"target": "cpu", "refId": "A", "type": "timeserie"},
        {"target": "mem", "refId": "B", "type": "table"},
        {"target": "disk", "refId": "C", "hide": True},
        {"refId": "D"},
    ],
    "maxDataPoints": 900,
    "scopedVars": {"__interval": {"text": "2s", "value": "2s"}},
    "adhocFilters": [],
    "startTime": 1,
}


def test_a_recorded_request_is_understood() -> None:
    query = query_of(RECORDED)

    assert (query.span.start, query.span.end) == (FROM, TO)
    assert [(line.text, line.is_table, line.ref_id) for line in query.lines] == [
        ("cpu", False, "A"),
        ("mem", True, "B"),
    ]
    assert query.max_points == 900


@pytest.mark.parametrize(
    ("fields", "points"),
    [
        ({}, 1_000),
        ({"maxDataPoints": 1}, 2),
        ({"maxDataPoints": 5_000}, 5_000),
        ({"maxDataPoints": 5_001}, 5_000),
        ({"maxDataPoints": 1_000.0}, 1_000),
        ({"intervalMs": 60_000}, 60),
        ({"intervalMs": 1_800_000}, 2),
        ({"intervalMs": 7_000_000}, 2),
        ({"intervalMs": 59_999}, 61),
        ({"intervalMs": 1}, 1_000),
        ({"intervalMs": 60_000, "maxDataPoints": 30}, 30),
        ({"intervalMs": None, "maxDataPoints": None}, 1_000),
    ],
)
def test_a_curve_has_no_more_points_than_fit_and_than_the_step_allows(
    fields: dict[str, Any], points: int
) -> None:
    assert query_of(body(**fields)).max_points == points


def test_a_range_may_be_in_milliseconds() -> None:
    query = query_of(body(range={"from": 1_772_452_800_000, "to": "1772456400000"}))

    assert (query.span.start, query.span.end) == (FROM, TO)


def test_twenty_targets_are_read() -> None:
    assert len(query_of(body(targets=[{"target": "cpu"}] * 20)).lines) == 20


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "text",
        {},
        {"targets": [{"target": "cpu"}]},
        {"range": RANGE},
        body(range=[]),
        body(range={"from": RANGE["from"]}),
        body(range={"from": RANGE["to"], "to": RANGE["from"]}),
        body(range={"from": RANGE["from"], "to": RANGE["from"]}),
        body(range={"from": "yesterday", "to": RANGE["to"]}),
        body(range={"from": True, "to": RANGE["to"]}),
        body(range={"from": 1.5, "to": RANGE["to"]}),
        body(range={"from": "2025-01-01T00:00:00Z", "to": "2026-02-05T00:00:00.001Z"}),
        body(filters={"key": "host"}),
        body(targets=[{"target": "cpu", "payload": []}]),
        body(targets="cpu"),
        body(targets=["cpu"]),
        body(targets=[{"target": "cpu"}] * 21),
        body(targets=[{"target": 5}]),
        body(targets=[{"target": "{}"}]),
        body(maxDataPoints=0),
        body(maxDataPoints="900"),
        body(maxDataPoints=True),
        body(maxDataPoints=1e300),
        body(intervalMs=-5),
    ],
)
def test_what_cannot_be_answered_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidInputError):
        query_of(wrong)


def test_a_range_of_400_days_is_read() -> None:
    span = query_of(body(range={"from": "2025-01-01T00:00:00Z", "to": "2026-02-05T00:00:00Z"})).span

    assert (span.end - span.start).days == 400


def test_what_a_new_line_of_an_editor_says_is_not_asked_for() -> None:
    lines = [{"target": "select metric"}, {"target": ""}, {"target": None}, {"target": "cpu"}]

    assert [line.text for line in query_of(body(targets=lines)).lines] == ["cpu"]


def test_the_payload_of_a_target_narrows_it() -> None:
    target = {"target": 'cpu{host="a"}', "payload": {"service": "payment", "aggregation": "max"}}

    (line,) = query_of(body(targets=[target])).lines

    assert line.target.equal_to() == {"host": "a", "service_name": "payment"}
    assert line.payload.aggregation == Aggregation(Function.MAX)


@pytest.mark.parametrize(
    ("text", "is_annotations"), [("annotations", True), (" annotations ", True), ("cpu", False)]
)
def test_a_target_may_ask_for_annotations(text: str, *, is_annotations: bool) -> None:
    (line,) = query_of(body(targets=[{"target": text}])).lines

    assert line.is_annotations is is_annotations


def test_annotations_are_asked_for_by_tags_or_all() -> None:
    asked = annotation_query_of({"range": RANGE, "annotation": {"query": "alert, fraud,,"}})

    assert asked.tags == {"alert", "fraud"}
    assert asked.echo == {"query": "alert, fraud,,"}
    assert annotation_query_of({"range": RANGE}).tags == frozenset()
    assert annotation_query_of({"range": RANGE}).echo is None


@pytest.mark.parametrize("annotation", [None, "x", [], {"query": 5}])
def test_an_annotation_query_that_says_nothing_asks_for_all(annotation: object) -> None:
    assert annotation_query_of({"range": RANGE, "annotation": annotation}).tags == frozenset()


@pytest.mark.parametrize("wrong", [None, {}, {"range": {}}])
def test_annotations_without_a_range_are_refused(wrong: object) -> None:
    with pytest.raises(InvalidInputError):
        annotation_query_of(wrong)
