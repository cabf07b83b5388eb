"""Pushed requests: what is taken, what is refused, and with which words."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.performance.items import parse_items
from health.performance.route import route_of_path

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "service_name": "payment-service",
    "endpoint": "/api/v1/payments",
    "method": "POST",
    "response_time_ms": 12.5,
    "status_code": 201,
    "timestamp": "2026-11-23T11:59:00Z",
}


def each(field: str, *values: object) -> list[tuple[str, object]]:
    return [(field, value) for value in values]


def refusal(**changed: object) -> tuple[str, str]:
    requests, errors = parse_items([GOOD | changed], default_service=None, at=NOON)
    assert requests == []
    return errors[0].field, errors[0].message


def test_a_good_item_is_taken_as_it_is() -> None:
    (request,), errors = parse_items([GOOD], default_service=None, at=NOON)

    assert errors == []
    assert request == (
        "payment-service",
        "/api/v1/payments",
        "POST",
        12.5,
        201,
        NOON - timedelta(minutes=1),
    )


def test_what_is_left_out_comes_from_the_request() -> None:
    item = {key: GOOD[key] for key in ("endpoint", "method", "response_time_ms", "status_code")}

    (request,), _ = parse_items([item], default_service="venue-service", at=NOON)

    assert (request.service_name, request.at) == ("venue-service", NOON)


def test_each_item_is_judged_alone_and_named_by_its_place() -> None:
    items = [GOOD, "no object", GOOD | {"status_code": 99}, GOOD]

    requests, errors = parse_items(items, default_service=None, at=NOON)

    assert len(requests) == 2
    assert [(error.index, error.field) for error in errors] == [(1, ""), (2, "status_code")]


@pytest.mark.parametrize("value", [0, 0.5, 86_400_000])
def test_durations_from_zero_to_a_day_are_taken(value: float) -> None:
    requests, _ = parse_items([GOOD | {"response_time_ms": value}], default_service=None, at=NOON)

    assert requests[0].response_time_ms == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *each("response_time_ms", None, True, "12", -0.001, 86_400_001, 10**400, []),
        *each("response_time_ms", float("nan"), float("inf")),
        *each("status_code", None, True, "200", 99, 600, 200.0),
        *each("method", None, "", "FETCH", 7, ["GET"]),
        *each("endpoint", None, "", 7, "a" * 256, "/a\nb", " ", "?only=query"),
        *each("service_name", None, "", 7, "s" * 256),
        *each("timestamp", "yesterday", "2026-11-23T12:00:00", 12.5, True),
        ("timestamp", "2026-11-22T11:59:59Z"),
        ("timestamp", "2026-11-23T12:05:01Z"),
    ],
)
def test_what_is_wrong_is_refused_with_its_field(field: str, value: object) -> None:
    assert refusal(**{field: value})[0] == field


@pytest.mark.parametrize("status", [100, 599])
def test_the_first_and_the_last_status_are_taken(status: int) -> None:
    requests, _ = parse_items([GOOD | {"status_code": status}], default_service=None, at=NOON)

    assert requests[0].status_code == status


def test_a_method_may_be_written_small() -> None:
    requests, _ = parse_items([GOOD | {"method": "get"}], default_service=None, at=NOON)

    assert requests[0].method == "GET"


def test_an_endpoint_of_just_255_characters_is_taken() -> None:
    endpoint = "/" + "x" * 254
    requests, _ = parse_items([GOOD | {"endpoint": endpoint}], default_service=None, at=NOON)

    assert requests[0].endpoint == endpoint


def test_an_endpoint_that_grows_beyond_the_limit_by_its_placeholders_is_refused() -> None:
    assert refusal(endpoint="/1" * 127) == ("endpoint", "endpoint has more than 255 characters")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*GOOD, "other"]), inner, max_size=6)
        ),
    )
)
def test_nothing_that_json_can_hold_breaks_it(item: object) -> None:
    requests, errors = parse_items([item, GOOD | {"extra": item}], default_service=None, at=NOON)

    assert len(requests) + len(errors) == 2
    json.dumps([error.message for error in errors])


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/orders", "/orders"),
        ("/orders/4711", "/orders/:id"),
        ("/orders/4711/items/2", "/orders/:id/items/:id"),
        ("/orders/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/orders/:id"),
        ("/orders/3F2504E0-4F89-11D3-9A0C-0305E82C3301/pay", "/orders/:id/pay"),
        ("/mints/5f0c954b8e9b4c1d", "/mints/:id"),
        ("/mints/5f0c954b8e9b4c1", "/mints/5f0c954b8e9b4c1"),
        ("/api/v1/orders", "/api/v1/orders"),
        ("/orders/:id", "/orders/:id"),
        ("/orders?page=2", "/orders"),
        ("/orders/4711?page=2", "/orders/:id"),
        ("/decade", "/decade"),
        ("/", "/"),
        ("grpc.Orders/Get", "grpc.Orders/Get"),
    ],
)
def test_what_can_only_be_an_identifier_becomes_a_placeholder(path: str, route: str) -> None:
    assert route_of_path(path) == route
