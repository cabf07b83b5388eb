"""The noise report over HTTP."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.alerts.factories import (
    NOON,
    AlertFactory,
    AlertRuleFactory,
)
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def user() -> Client:
    return client_of("user")


def test_the_noise_report_over_http(user: Client) -> None:
    assert user.get(f"{API}/alerts/noise").json()["rules"] == []


def test_the_noise_report_has_figures_and_advice(
    user: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = AlertRuleFactory.create(rule_name="cpu high")
    for _ in range(5):
        AlertFactory.create(
            rule=rule,
            state="resolved",
            resolved_at=NOON + MINUTE,
            acknowledged=True,
            acknowledged_at=NOON + MINUTE,
        )
    monkeypatch.setattr("alerts.views.reports.timezone.now", lambda: NOON + 9 * MINUTE)

    body = user.get(f"{API}/alerts/noise?weeks=1").json()

    (found,) = body["rules"]
    assert (body["start"], body["end"]) == ("2025-01-05T12:09:00Z", "2025-01-12T12:09:00Z")
    assert found["rule_name"] == "cpu high"
    assert found["figures"] == {
        "fired": 5,
        "acknowledged": 5,
        "acknowledged_percent": 100,
        "resolved_quickly": 5,
        "resolved_quickly_percent": 100,
        "flapping": 0,
        "messages": 0,
        "night_pages": 0,
        "median_seconds_to_acknowledge": 60,
    }
    assert [week["figures"] for week in found["weeks"]] == [found["figures"]]
    assert found["advice"] == [
        {
            "kind": "longer_duration",
            "reason": "5 of 5 firings ended by themselves within 5 minutes",
            "change": {"duration": 60},
            "hides_percent": 100,
            "delays_seconds": 60,
            "proof": None,
        }
    ]


@pytest.mark.parametrize("weeks", ["0", "27", "x", "", "-1", "1.5", "100"])
def test_weeks_out_of_bounds_are_refused(user: Client, weeks: str) -> None:
    answer = user.get(f"{API}/alerts/noise?weeks={weeks}")

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert "weeks" in answer.json()["details"]


@pytest.mark.parametrize("weeks", ["1", "26"])
def test_weeks_at_the_bounds_are_answered(user: Client, weeks: str) -> None:
    assert user.get(f"{API}/alerts/noise?weeks={weeks}").status_code == 200
