"""The ledger over HTTP and in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alerts import ledger
from alerts.models import Notification, NotificationReceipt
from tests.alerts.factories import NOON, AlertFactory, NotificationFactory
from tests.alerts.ledger.conftest import settled, tamper
from tests.monitoring.api.tokens import role

pytestmark = pytest.mark.django_db

PATH = "/api/v1/monitoring/notifications"


def get(path: str = PATH, **query: Any) -> Any:
    return Client().get(path, query, headers=role("operator"))


def test_messages_come_newest_first_in_pages() -> None:
    rows = [NotificationFactory.create(created_at=NOON + timedelta(hours=n)) for n in range(3)]

    answer = get(limit=2)

    assert [each["id"] for each in answer.json()] == [rows[2].pk, rows[1].pk]
    assert answer["X-Total-Count"] == "3"
    assert [each["id"] for each in get(limit=2, offset=2).json()] == [rows[0].pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "failed"}, True),
        ({"status": "failed,dead"}, True),
        ({"status": "sent"}, False),
        ({"kind": "firing"}, True),
        ({"kind": "escalation"}, False),
        ({"severity": "warning"}, True),
        ({"severity": "critical"}, False),
        ({"channel": "email"}, True),
        ({"channel": "sms"}, False),
        ({"from": NOON.isoformat(), "to": NOON.isoformat()}, True),
        ({"from": (NOON + timedelta(seconds=1)).isoformat()}, False),
        ({"to": (NOON - timedelta(seconds=1)).isoformat()}, False),
        ({"alert": "00000000-0000-0000-0000-000000000000"}, False),
    ],
)
def test_each_filter_filters(query: dict[str, str], *, found: bool) -> None:
    NotificationFactory.create(status="failed", created_at=NOON)

    assert len(get(**query).json()) == found


def test_messages_about_one_alert() -> None:
    row = NotificationFactory.create()
    NotificationFactory.create()

    assert [each["id"] for each in get(alert=row.alert_id).json()] == [row.pk]


@pytest.mark.parametrize(
    "query", [{"status": "lost"}, {"alert": "x"}, {"limit": "0"}, {"from": "x"}]
)
def test_a_filter_that_is_none_is_refused(query: dict[str, str]) -> None:
    assert get(**query).status_code == 400


def test_the_canary_is_shown_to_who_asks_for_it() -> None:
    row = NotificationFactory.create(alert=AlertFactory.create(source="canary"))

    assert get().json() == []
    assert len(get(alert=row.alert_id).json()) == 1


def test_of_an_address_with_a_secret_only_the_host_is_shown() -> None:
    NotificationFactory.create(recipient="https://hooks.example.org/T0/secret")
    NotificationFactory.create(recipient="ana@example.org")

    shown = {each["recipient"] for each in get().json()}

    assert shown == {"https://hooks.example.org", "ana@example.org"}


def test_one_message_has_its_tries_and_receipts() -> None:
    row = settled()
    NotificationReceipt.objects.create(notification=row, at=NOON, status="delivered")

    body = get(f"{PATH}/{row.pk}").json()

    assert [each["outcome"] for each in body["tries"]] == ["sent"]
    assert [each["status"] for each in body["receipts"]] == ["delivered"]
    assert body["payload"] == {"title": "CPU", "n": 1}


def test_a_message_that_is_not_there_is_not_found() -> None:
    assert get(f"{PATH}/999999").status_code == 404


def test_the_proof_names_the_day_that_was_changed() -> None:
    yesterday = timezone.now() - timedelta(days=1, hours=1)
    row = settled(yesterday)
    ledger.seal_due(at=timezone.now())

    assert get(f"{PATH}/ledger/verify").json()["ok"] is True
    tamper("UPDATE notifications SET reason = 'forged' WHERE id = %s", row.pk)
    body = get(f"{PATH}/ledger/verify").json()

    assert (body["ok"], body["first_broken"]) == (False, yesterday.date().isoformat())
    assert body["days"][0]["problem"] == "a message or a try was changed"
    assert set(body) == {
        "ok",
        "days",
        "first_broken",
        "unsealed",
        "overdue",
        "unaccounted",
        "head",
    }


def test_the_admin_shows_messages_with_their_tries_and_lets_nobody_change_them(ana: Client) -> None:
    row = settled(recipient="https://hooks.example.org/secret")

    listed = ana.get("/admin/alerts/notification/").content.decode()
    page = ana.get(f"/admin/alerts/notification/{row.pk}/change/").content.decode()

    assert "https://hooks.example.org" in listed
    assert "250" in page
    assert "secret" not in listed
    assert 'name="_save"' not in page
    assert ana.get("/admin/alerts/notification/add/").status_code == 403
    assert ana.post(f"/admin/alerts/notification/{row.pk}/delete/").status_code == 403


def test_the_admin_filters_and_searches(ana: Client) -> None:
    settled()
    NotificationFactory.create(alert=AlertFactory.create(title="Disk full"))

    found = ana.get("/admin/alerts/notification/", {"q": "Disk", "status__exact": "pending"})

    assert [row.alert.title for row in found.context["cl"].result_list] == ["Disk full"]
    assert Notification.objects.count() == 2
