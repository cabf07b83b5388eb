"""What fires and hides its consequences, read from the database."""

from typing import Any

import pytest

from alerts.muting import (
    firing_places,
)
from tests.alerts.factories import NOON
from tests.alerts.muting_rows import down, hidden_by, matcher, need, silence

pytestmark = pytest.mark.django_db


def test_a_consequence_is_hidden_while_its_cause_fires() -> None:
    need("payment-service", "api-gateway")
    cause, consequence = down("api-gateway"), down("payment", is_cause=False)

    assert hidden_by(consequence) == ("inhibition", str(cause.pk))
    assert hidden_by(cause) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "pending"},
        {"state": "resolved"},
        {"is_cause": False},
        {"notification_channels": []},
    ],
)
def test_what_does_not_fire_or_is_no_cause_or_tells_nobody_hides_nothing(
    fields: dict[str, Any],
) -> None:
    need("payment-service", "api-gateway")
    down("api-gateway", **fields)

    assert hidden_by(down("payment-service")) is None


def test_a_dependency_that_is_switched_off_hides_nothing() -> None:
    need("payment-service", "api-gateway", enabled=False)
    down("api-gateway")

    assert hidden_by(down("payment-service")) is None


def test_a_cause_that_somebody_took_still_hides_its_consequences() -> None:
    need("payment-service", "api-gateway")
    cause = down("api-gateway", acknowledged=True, acknowledged_by="ana", acknowledged_at=NOON)

    assert hidden_by(down("payment-service")) == ("inhibition", str(cause.pk))


def test_a_cause_that_is_silenced_hides_nothing_or_nobody_would_hear_of_the_outage() -> None:
    need("payment-service", "api-gateway")
    cause = down("api-gateway")
    silence(matcher("service_name", "api-gateway"))

    assert hidden_by(cause) is not None
    assert hidden_by(down("payment-service", is_cause=False)) is None
    assert firing_places(NOON) == []


def test_behind_a_silenced_cause_the_next_one_hides_the_rest() -> None:
    need("api-gateway", "postgresql")
    need("payment-service", "api-gateway")
    down("monitoring-service", labels={"database": "postgresql"})
    gateway = down("api-gateway")
    silence(matcher("database", "postgresql"))

    assert hidden_by(gateway) is None
    assert hidden_by(down("payment-service")) == ("inhibition", str(gateway.pk))


def test_a_silence_is_named_before_a_cause() -> None:
    need("payment-service", "api-gateway")
    down("api-gateway")
    row = silence(matcher("service_name", "payment-service"))

    assert hidden_by(down("payment-service")) == ("silence", str(row.pk))


def test_the_places_that_fire_are_known_for_the_picture() -> None:
    need("payment-service", "postgresql")
    down("monitoring-service", labels={"database": "postgresql"})
    down("payment-service")

    assert sorted(firing_places(NOON)) == ["payment", "postgresql"]
