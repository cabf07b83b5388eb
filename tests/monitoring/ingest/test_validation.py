"""Items of a push become samples or named errors, whatever JSON holds."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ingest.validation import parse_items
from monitoring.types import ItemError, MetricType, Sample, Temporality
from tests.monitoring.factories import NOON
from tests.monitoring.ingest.items import error, item, parse, sample

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
FIELDS = ("metric_name", "service_name", "value", "type", "labels", "timestamp", "temporality")
ITEMS = JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON))


def test_the_example_of_the_specification_is_a_sample() -> None:
    assert sample(item()) == Sample(
        "payment_success_total",
        "payment-service",
        1.0,
        NOON,
        MetricType.COUNTER,
        {"provider": "stripe", "currency": "USD"},
        Temporality.DELTA,
    )


def test_good_items_are_kept_and_each_bad_one_is_named_by_its_index() -> None:
    items = [item(), item(value="1"), 7, item(value=2)]

    samples, indexes, errors = parse_items(items, default_service=None, at=NOON)

    assert [one.value for one in samples] == [1.0, 2.0]
    assert indexes == [0, 3]
    assert errors == [
        ItemError(1, "value is required and must be a number", "value"),
        ItemError(2, "a sample must be an object", ""),
    ]


@given(st.lists(ITEMS, max_size=5))
def test_any_json_becomes_samples_and_errors_and_raises_nothing(items: list[Any]) -> None:
    samples, indexes, errors = parse_items(items, default_service="gateway", at=NOON)

    assert sorted([*indexes, *(one.index for one in errors)]) == list(range(len(items)))
    assert all(math.isfinite(one.value) for one in samples)
    assert all(one.message for one in errors)


@pytest.mark.parametrize("absent", FIELDS[3:])
def test_an_optional_field_that_is_null_counts_as_absent(absent: str) -> None:
    without = item()
    without.pop(absent, None)

    assert parse(item(**{absent: None})) == parse(without)


def test_unknown_fields_are_ignored() -> None:
    assert parse(item(trace_id="x")) == parse(item())


@pytest.mark.parametrize(
    ("value", "stored"), [(0, 0.0), (1e18, 1e18), (10**18, 1e18), (0.1, 0.1), (2**53 + 1, 2.0**53)]
)
def test_a_finite_number_is_taken(value: float, stored: float) -> None:
    assert sample(item(value=value)).value == stored


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, "1", "", [], {}, [1]),
        *(math.nan, math.inf, -math.inf, 10**18 + 1, 1.0000001e18),
        pytest.param(10**5_000, id="5000 digits"),
    ],
)
def test_what_is_no_finite_number_up_to_1e18_is_refused(value: object) -> None:
    assert error(item(value=value, type="gauge")).field == "value"


def test_a_gauge_may_be_negative_down_to_minus_1e18() -> None:
    assert sample(item(type="gauge", value=-1e18)).value == -1e18
    assert error(item(type="gauge", value=-(10**18) - 1)).field == "value"


@pytest.mark.parametrize("temporality", ["delta", "cumulative"])
def test_a_counter_is_never_negative(temporality: str) -> None:
    assert error(item(value=-0.5, temporality=temporality)).field == "value"


@pytest.mark.parametrize("name", ["a", "_a", ":a", "a:b_C9", "a" * 255])
def test_a_metric_name_follows_prometheus(name: str) -> None:
    assert sample(item(metric_name=name)).metric == name


@pytest.mark.parametrize(
    "name", [None, "", 7, ["a"], "9a", "a-b", "a b", "a\n", "é", "a\0", "a" * 256]
)
def test_any_other_metric_name_is_refused(name: object) -> None:
    assert error(item(metric_name=name)).field == "metric_name"


@pytest.mark.parametrize("service", ["a", "Ticket service é", "s" * 255])
def test_a_service_name_is_printable_text(service: str) -> None:
    assert sample(item(service_name=service)).service == service


@pytest.mark.parametrize("service", ["", 7, [], "a\0", "a\n", "\ud800", "s" * 256])
def test_any_other_service_name_is_refused(service: object) -> None:
    assert error(item(service_name=service)).field == "service_name"


def test_an_item_without_a_service_belongs_to_its_sender() -> None:
    assert sample(item(service_name=None), "gateway").service == "gateway"
    assert sample(item(), "gateway").service == "payment-service"
    assert error(item(service_name=None)).field == "service_name"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("payment_success_total", MetricType.COUNTER),
        ("http_request_duration_ms", MetricType.HISTOGRAM),
        ("http_request_duration_ms_count", MetricType.HISTOGRAM),
        ("system_cpu_usage_percent", MetricType.GAUGE),
        ("never_heard_of", MetricType.GAUGE),
    ],
)
def test_a_missing_type_is_that_of_the_catalogue_or_else_gauge(name: str, kind: MetricType) -> None:
    assert sample(item(metric_name=name, type=None)).type is kind


@pytest.mark.parametrize("kind", ["Counter", "", "rate", 1, True, ["counter"], {}])
def test_a_type_outside_the_enumeration_is_refused(kind: object) -> None:
    refusal = error(item(type=kind))

    assert refusal.field == "type"
    assert refusal.message == "type must be one of gauge, counter, histogram, summary"


@pytest.mark.parametrize("temporality", ["DELTA", "", 1, []])
def test_a_temporality_outside_the_enumeration_is_refused(temporality: object) -> None:
    assert error(item(temporality=temporality)).field == "temporality"


def test_a_counter_may_be_pushed_as_its_total() -> None:
    assert sample(item(temporality="cumulative")).temporality is Temporality.CUMULATIVE


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"a": "x"},
        {"A_9": "é 漢 \n"},
        {"k" * 64: "v" * 256},
        {f"k{n}": "v" for n in range(32)},
    ],
)
def test_labels_are_a_flat_map_of_text(labels: dict[str, str]) -> None:
    assert sample(item(labels=labels)).labels == labels


@pytest.mark.parametrize(
    "labels",
    [
        *([], "a=b", 7, True, {"a": 1}, {"a": None}, {"a": {}}, {"a": ["b"]}),
        *({"": "x"}, {"9a": "x"}, {"a-b": "x"}, {"a\n": "x"}, {"é": "x"}, {"k" * 65: "x"}),
        *({"a": "v" * 257}, {"a": "x\0"}, {"a": "\ud800"}, {f"k{n}": "v" for n in range(33)}),
        *({"__name__": "x"}, {"service_name": "x"}),
    ],
)
def test_any_other_labels_are_refused(labels: object) -> None:
    assert error(item(labels=labels)).field == "labels"


def test_a_label_without_a_value_is_no_label() -> None:
    assert sample(item(labels={"a": "", "b": "x"})).labels == {"b": "x"}
