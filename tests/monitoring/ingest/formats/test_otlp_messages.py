"""OTLP bodies in both encodings: read, refused or answered."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

from monitoring.errors import InvalidInputError
from monitoring.ingest.formats.otlp import parse
from monitoring.ingest.formats.otlp_messages import answer, from_json, from_protobuf
from tests.monitoring.ingest.formats.encoding import sender

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = {
    "resourceMetrics": [
        {
            "futureField": 1,
            "scopeMetrics": [
                {"metrics": [{"name": "x", "gauge": {"dataPoints": [{"asDouble": 1.5}]}}]}
            ],
        }
    ]
}

NAMES = [
    *(
        "resourceMetrics",
        "scopeMetrics",
        "metrics",
        "name",
        "resource",
        "attributes",
        "key",
        "value",
    ),
    *("gauge", "sum", "histogram", "summary", "dataPoints", "asDouble", "asInt", "timeUnixNano"),
    *("bucketCounts", "explicitBounds", "count", "quantileValues", "stringValue", "arrayValue"),
]


def test_both_encodings_mean_the_same() -> None:
    read = from_json(json.dumps(DOCUMENT).encode())

    assert from_protobuf(read.SerializeToString()) == read
    assert (
        read.resource_metrics[0].scope_metrics[0].metrics[0].gauge.data_points[0].as_double == 1.5
    )


def test_enumerations_may_be_numbers_as_the_specification_wants_them() -> None:
    metric = {"name": "x", "sum": {"aggregationTemporality": 2, "isMonotonic": True}}
    body = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}

    read = from_json(json.dumps(body).encode())

    assert read.resource_metrics[0].scope_metrics[0].metrics[0].sum.aggregation_temporality == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'{"resourceMetrics": 5}',
        b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": 5}]}]}]}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_request_in_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInputError, match="malformed body"):
        from_json(body)


def test_attributes_nested_without_end_are_refused() -> None:
    value: object = {"stringValue": "x"}
    for _ in range(60):
        value = {"arrayValue": {"values": [value]}}
    point = {"asDouble": 1, "attributes": [{"key": "a", "value": value}]}
    metric = {"name": "x", "gauge": {"dataPoints": [point]}}
    body = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}

    with pytest.raises(InvalidInputError, match="malformed body"):
        from_json(json.dumps(body).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for decode in (from_protobuf, from_json):
        try:
            request = decode(body)
        except InvalidInputError:
            continue
        parse(request, sender(), most_samples=1_000)


@given(st.data())
def test_a_good_request_with_wrong_bytes_is_read_or_refused(data: st.DataObject) -> None:
    good = bytearray(from_json(json.dumps(DOCUMENT).encode()).SerializeToString())
    good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))

    try:
        request = from_protobuf(bytes(good))
    except InvalidInputError:
        return
    parse(request, sender(), most_samples=1_000)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(
    st.lists(st.sampled_from(["metrics", "scopeMetrics", "resourceMetrics"]), max_size=3),
    json_values,
)
def test_fields_of_any_kind_are_read_or_refused(around: list[str], value: object) -> None:
    for name in around:
        value = {name: [value]}
    try:
        request = from_json(json.dumps(value).encode())
    except InvalidInputError:
        return
    parse(request, sender(), most_samples=1_000)


def test_an_answer_names_what_was_refused() -> None:
    read = ExportMetricsServiceResponse.FromString(answer(rejected=2, message="why", as_json=False))
    written = json.loads(answer(rejected=2, message="why", as_json=True))

    assert (read.partial_success.rejected_data_points, read.partial_success.error_message) == (
        2,
        "why",
    )
    assert written == {"partialSuccess": {"rejectedDataPoints": "2", "errorMessage": "why"}}


def test_an_answer_to_a_request_that_was_stored_is_empty() -> None:
    assert answer(rejected=0, message="", as_json=False) == b""
    assert json.loads(answer(rejected=0, message="", as_json=True)) == {}
    assert ExportMetricsServiceRequest.FromString(b"") == from_protobuf(b"")


def test_the_generated_classes_are_not_loaded_before_they_are_needed() -> None:
    program = (
        "import sys, monitoring.ingest.formats.otlp, monitoring.ingest.formats.otlp_messages;"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'google'))])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
