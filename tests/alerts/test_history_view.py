"""The history of alerts over HTTP."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.alerts.factories import NOON, AlertFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

HISTORY = f"{API}/alerts/history"
HOUR = timedelta(hours=1)


@pytest.fixture
def user() -> Client:
    return client_of("user")


@pytest.fixture
def _past() -> None:
    AlertFactory.create(title="disk", state="resolved", severity="info", started_at=NOON)
    AlertFactory.create(
        title="cpu", description="Too hot", service="auth-service", started_at=NOON + HOUR
    )
    AlertFactory.create(
        title="down",
        state="resolved",
        severity="critical",
        resolution_note="restarted",
        started_at=NOON + 2 * HOUR,
    )
    AlertFactory.create(title="warm", state="pending", started_at=NOON + 3 * HOUR)


@pytest.mark.usefixtures("_past")
def test_history_is_an_envelope_with_the_newest_first(user: Client) -> None:
    answer = user.get(HISTORY)

    body = answer.json()
    assert [alert["title"] for alert in body.pop("alerts")] == ["down", "cpu", "disk"]
    assert body == {"total": 3, "limit": 100, "offset": 0}
    assert answer["X-Total-Count"] == "3"


@pytest.mark.usefixtures("_past")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("severity=critical", ["down"]),
        ("severity=critical,info", ["down", "disk"]),
        ("service=auth-service", ["cpu"]),
        ("service=auth", ["cpu"]),
        ("state=resolved", ["down", "disk"]),
        ("state=pending", ["warm"]),
        ("state=pending,firing,resolved", ["warm", "down", "cpu", "disk"]),
        ("from=2025-01-12T13:00:00Z", ["down", "cpu"]),
        ("to=2025-01-12T13:00:00Z", ["cpu", "disk"]),
        ("from=2025-01-12T12:30:00Z&to=2025-01-12T13:30:00Z", ["cpu"]),
        ("q=HOT", ["cpu"]),
        ("q=restart", ["down"]),
        ("q=auth", ["cpu"]),
        ("q=dis", ["disk"]),
        ("q=%25", []),
    ],
)
def test_history_can_be_filtered(user: Client, query: str, found: list[str]) -> None:
    body = user.get(f"{HISTORY}?{query}").json()

    assert [alert["title"] for alert in body["alerts"]] == found
    assert body["total"] == len(found)


@pytest.mark.usefixtures("_past")
def test_history_comes_in_pages(user: Client) -> None:
    body = user.get(f"{HISTORY}?limit=1&offset=2").json()

    assert [alert["title"] for alert in body["alerts"]] == ["disk"]
    assert (body["total"], body["limit"], body["offset"]) == (3, 1, 2)


@pytest.mark.parametrize(
    "query",
    [
        "state=odd",
        "severity=fatal",
        "from=yesterday",
        "to=2025-13-01",
        "limit=0",
        "limit=1001",
        "offset=-1",
        "offset=100001",
    ],
)
def test_a_filter_that_is_not_understood_is_refused_by_name(user: Client, query: str) -> None:
    answer = user.get(f"{HISTORY}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert query.partition("=")[0] in answer.json()["details"]
