"""Body, header and token of a push must name one service."""

from typing import Any

import pytest

from monitoring.errors import ForbiddenError
from monitoring.metrics_api.names import names_of_service, same_service
from monitoring.metrics_api.ownership import foreign_items, writer_of


@pytest.mark.parametrize(
    ("header", "token", "writer"),
    [
        (None, None, None),
        ("", None, None),
        ("payment-service", None, "payment-service"),
        (None, "payment-service", "payment-service"),
        ("payment", "payment-service", "payment-service"),
    ],
)
def test_the_writer_is_named_by_the_token_before_the_header(
    header: str | None, token: str | None, writer: str | None
) -> None:
    assert writer_of(header=header, token=token) == writer


def test_a_header_cannot_speak_for_another_service_than_the_token() -> None:
    with pytest.raises(ForbiddenError, match="payment-service only"):
        writer_of(header="auth-service", token="payment-service")


@pytest.mark.parametrize(
    "item",
    [
        {"service_name": "payment-service"},
        {"service_name": "payment"},
        {"service_name": ""},
        {"service_name": None},
        {"service_name": 5},
        {},
        "text",
    ],
)
def test_an_item_of_the_writer_or_of_nobody_passes(item: Any) -> None:
    assert foreign_items([item], "payment-service") == []


def test_an_item_of_another_service_is_named_by_its_index() -> None:
    (error,) = foreign_items([{}, {"service_name": "auth"}], "payment-service")

    assert (error.index, error.field) == (1, "service_name")
    assert "payment-service" in error.message
    assert "auth" in error.message


def test_without_a_writer_every_service_may_be_named() -> None:
    assert foreign_items([{"service_name": "auth"}, {"service_name": "payment"}], None) == []


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("payment", ("payment", "payment-service")),
        ("payment-service", ("payment-service", "payment")),
        ("-service", ("-service",)),
    ],
)
def test_a_service_has_a_short_and_a_long_name(name: str, names: tuple[str, ...]) -> None:
    assert names_of_service(name) == names


def test_names_of_two_services_are_not_the_same() -> None:
    assert same_service("api-gateway", "api-gateway-service")
    assert not same_service("pay", "payment")
