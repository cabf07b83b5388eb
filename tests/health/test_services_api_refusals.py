"""What cannot be watched is refused over HTTP, each problem under the name of its field."""

from typing import Any

import pytest
from django.test import Client

from health.models import WatchedService
from tests.health.factories import WatchedServiceFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db
SERVICES = f"{API}/services"
JSON = "application/json"
TCP = {"name": "ledger", "kind": "tcp", "url": "tcp://ledger:7000"}


@pytest.fixture
def admin() -> Client:
    return client_of("admin")


def create(admin: Client, **fields: Any) -> Any:
    return admin.post(SERVICES, TCP | fields, JSON)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "with blank"}, "name"),
        ({"colour": "red"}, "colour"),
        ({"kind": "telepathy"}, "kind"),
        ({"url": "http://ledger"}, "url"),
        ({"url": ""}, "url"),
        ({"url": "tcp://ana:secret@ledger:1"}, "url"),
        ({"kind": "http", "url": ""}, "url"),
        ({"kind": "http", "url": "http://ledger", "path": "health"}, "path"),
        ({"kind": "http", "url": "http://ledger", "expected_status": "200-"}, "expected_status"),
        ({"kind": "dns", "url": "dns:///a.example", "record_type": "X"}, "record_type"),
        ({"interval_seconds": 4}, "interval_seconds"),
        ({"interval_seconds": 86_401}, "interval_seconds"),
        ({"interval_seconds": True}, "interval_seconds"),
        ({"interval_seconds": "30"}, "interval_seconds"),
        ({"timeout_seconds": 0.05}, "timeout_seconds"),
        ({"timeout_seconds": 15.1}, "timeout_seconds"),
        ({"timeout_seconds": 5.1, "interval_seconds": 5}, "timeout_seconds"),
        ({"failures_before_flip": 0}, "failures_before_flip"),
        ({"failures_before_flip": 21}, "failures_before_flip"),
        ({"successes_before_recovery": 0}, "successes_before_recovery"),
        ({"slow_ms": -1}, "slow_ms"),
        ({"slow_ms": 2**31}, "slow_ms"),
        ({"certificate_days": 40_000}, "certificate_days"),
        ({"availability_target": "100.1"}, "availability_target"),
        ({"availability_target": "-1"}, "availability_target"),
        ({"availability_target": "\uff19\uff19"}, "availability_target"),
        ({"service_name": "ledger\x1b[31m"}, "service_name"),
        ({"owner": "ana\nbo"}, "owner"),
        ({"public_name": "\u202eregdel"}, "public_name"),
        ({"tags": ["two words"]}, "tags"),
        ({"enabled": "yes"}, "enabled"),
        ({"kind": "redis", "url": "redis://cache", "credentials": "nobody"}, "credentials"),
        ({"kind": "heartbeat", "url": ""}, "heartbeat_cron"),
        ({"kind": "heartbeat", "url": "", "heartbeat_cron": "61 * * * *"}, "heartbeat_cron"),
        ({"kind": "heartbeat", "url": "", "heartbeat_cron": "0 0 30 2 *"}, "heartbeat_cron"),
        (
            {
                "kind": "heartbeat",
                "url": "",
                "heartbeat_cron": "0 3 * * *",
                "heartbeat_time_zone": "Mars/Olympus",
            },
            "heartbeat_cron",
        ),
        (
            {
                "kind": "heartbeat",
                "url": "",
                "heartbeat_cron": "0 3 * * *",
                "heartbeat_period_seconds": 60,
            },
            "heartbeat_cron",
        ),
        ({"kind": "heartbeat", "heartbeat_period_seconds": 60}, "url"),
        ({"depends_on": ["nothing-like-it"]}, "depends_on"),
        ({"depends_on": ["ledger"]}, "depends_on"),
    ],
)
def test_what_cannot_be_watched_is_refused_by_field(
    admin: Client, fields: dict[str, Any], field: str
) -> None:
    answer = create(admin, **fields)

    assert answer.status_code == 400, answer.content
    assert field in answer.json()["details"], answer.content
    assert not WatchedService.objects.exists()


def test_a_change_that_cannot_be_leaves_the_row_alone(admin: Client) -> None:
    create(admin)

    answer = admin.patch(f"{SERVICES}/ledger", {"kind": "http", "path": "no-slash"}, JSON)

    assert answer.status_code == 400
    assert WatchedService.objects.get().kind == "tcp"


def test_one_that_cannot_be_probed_any_more_can_still_be_disabled(admin: Client) -> None:
    WatchedServiceFactory.create(name="old", url="http://127.0.0.1:9", credentials="gone")

    disabled = admin.patch(f"{SERVICES}/old", {"enabled": False}, JSON)
    worse = admin.patch(f"{SERVICES}/old", {"path": "no-slash"}, JSON)

    assert (disabled.status_code, worse.status_code) == (200, 400)
    assert list(worse.json()["details"]) == ["path"]


@pytest.mark.parametrize("seconds", [5, 86_400])
def test_bounds_belong_to_what_is_allowed(admin: Client, seconds: int) -> None:
    answer = create(admin, interval_seconds=seconds, timeout_seconds=5)

    assert answer.status_code == 201, answer.content
