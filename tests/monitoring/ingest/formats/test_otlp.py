"""OTLP metrics: attributes, resources and limits."""

from typing import Any

import pytest

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.fields import RefusedError
from tests.monitoring.ingest.formats.otlp_documents import (
    attribute,
    counter,
    gauge,
    point,
    read,
    samples,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"stringValue": "a b"}, "a b"),
        ({"boolValue": True}, "true"),
        ({"intValue": "-7"}, "-7"),
        ({"doubleValue": 0.5}, "0.5"),
        ({"bytesValue": "AAE="}, "AAE="),
        ({"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "b"}]}}, '[1,"b"]'),
        ({"kvlistValue": {"values": [attribute("k", boolValue=False)]}}, '{"k":false}'),
    ],
)
def test_attributes_of_any_kind_are_texts(value: dict[str, Any], text: str) -> None:
    (sample,) = samples(read(gauge(point(attribute("a", **value), asInt="1"))))

    assert sample.labels == {"a": text}


def test_an_attribute_without_a_value_is_no_label() -> None:
    (sample,) = samples(read(gauge(point({"key": "a"}, asInt="1"))))

    assert sample.labels == {}


def test_the_order_of_attributes_makes_no_new_series() -> None:
    a, b = attribute("a", stringValue="1"), attribute("b", stringValue="2")

    parsed = read(gauge(point(a, b, asInt="1"), point(b, a, asInt="2")))

    assert len(set(parsed.wire.keys)) == 1


def test_kinds_and_services_that_share_a_name_are_keys_of_their_own() -> None:
    first = read(gauge(point(asInt="1"), name="jobs"), counter(1, point(asInt="1")))
    second = read(counter(2, point(asInt="1")), resource=[])

    assert len({*first.wire.keys, *second.wire.keys}) == 3


@pytest.mark.parametrize(
    ("resource", "token", "service", "labels"),
    [
        ([attribute("service.name", stringValue="shop")], None, "shop", {}),
        (
            [
                attribute("service.name", stringValue="shop"),
                attribute("service.instance.id", stringValue="pod-1"),
                attribute("host.name", stringValue="h"),
            ],
            None,
            "shop",
            {"instance": "pod-1"},
        ),
        ([], None, "nobody", {}),
        ([], "auth-service", "auth-service", {}),
    ],
)
def test_the_resource_names_service_and_instance(
    resource: list[dict[str, Any]], token: str | None, service: str, labels: dict[str, str]
) -> None:
    (sample,) = samples(read(gauge(point(asInt="1")), resource=resource, service=token))

    assert (sample.service, sample.labels) == (service, labels)


def test_a_service_that_the_token_may_not_write_for_is_refused() -> None:
    parsed = read(gauge(point(asInt="1")), service="auth-service", foreign=["shop"])

    with pytest.raises(RefusedError, match="for auth-service only, not for shop"):
        parsed.wire.describe(0)


def test_an_attribute_named_as_the_service_is_kept_beside_it() -> None:
    (sample,) = samples(read(gauge(point(attribute("service.name", stringValue="x"), asInt="1"))))

    assert (sample.service, sample.labels) == ("shop", {"exported_service_name": "x"})


def test_a_point_that_recorded_nothing_is_counted() -> None:
    parsed = read(gauge(point(flags=1), point(asInt="3")))

    assert parsed.skipped == {"nothing_recorded": 1}
    assert list(parsed.items) == [1]


def test_a_metric_without_data_holds_nothing() -> None:
    parsed = read({"name": "empty"})

    assert (len(parsed.wire), parsed.errors, parsed.skipped) == (0, (), {})


def test_a_request_has_at_most_so_many_samples() -> None:
    metric = gauge(point(asInt="1"), point(asInt="2"))

    assert len(read(metric, most_samples=2).wire) == 2
    with pytest.raises(PayloadTooLargeError, match="at most 1 samples"):
        read(metric, most_samples=1)
