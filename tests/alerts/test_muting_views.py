"""Silences, maintenance windows, dependencies and what is held back, over HTTP."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from alerts.models import Dependency, MaintenanceWindow, Silence
from tests.alerts.factories import AlertFactory, NotificationFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MATCHERS = [{"label": "rule", "op": "=", "value": "slow"}]


def call(method: str, path: str, body: object = None, role: str = "operator") -> Any:
    return client_of(role).generic(
        method,
        f"{API}/alerts/{path}",
        data=json.dumps(body, default=str),
        content_type="application/json",
    )


def silence(**fields: Any) -> dict[str, Any]:
    body = {"matchers": MATCHERS, "ends_at": timezone.now() + HOUR}
    return {**body, "owner": "ana", "reason": "deploy", **fields}


def window(**fields: Any) -> dict[str, Any]:
    first = timezone.now().replace(microsecond=0) + DAY
    body = {
        "name": "backup",
        "matchers": MATCHERS,
        "recurrence": "FREQ=DAILY",
        "first_start": first,
        "duration_minutes": 60,
        "time_zone": "Europe/Berlin",
        "owner": "ana",
        "reason": "backup",
        "expires_at": first + 30 * DAY,
    }
    return {**body, **fields}


def test_a_silence_from_its_making_to_its_end() -> None:
    made = call("POST", "silences", silence())
    row = made.json()

    assert (made.status_code, row["state"], row["matchers"]) == (201, "active", MATCHERS)
    path = f"silences/{row['id']}"
    assert call("GET", path, role="user").json() == row
    later = datetime.fromisoformat(row["ends_at"]) + HOUR
    longer = call("PATCH", path, {"ends_at": later})
    assert datetime.fromisoformat(longer.json()["ends_at"]) == later
    assert call("DELETE", path).status_code == 204
    ended = call("GET", path).json()
    assert (ended["state"], ended["ended_by"] != "") == ("expired", True)
    assert call("DELETE", path).status_code == 204


def test_what_is_over_cannot_be_extended() -> None:
    path = f"silences/{call('POST', 'silences', silence()).json()['id']}"
    call("DELETE", path)

    answer = call("PATCH", path, {"ends_at": timezone.now() + HOUR})

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


def test_the_list_is_filtered_by_state_and_paged() -> None:
    call("POST", "silences", silence(reason="now"))
    call("POST", "silences", silence(reason="later", starts_at=timezone.now() + HOUR / 2))

    pending = call("GET", "silences?state=pending")
    both = call("GET", "silences?state=pending,active&limit=1")

    assert [row["reason"] for row in pending.json()] == ["later"]
    assert [row["state"] for row in pending.json()] == ["pending"]
    assert (len(both.json()), both["X-Total-Count"]) == (1, "2")
    assert call("GET", "silences?state=expired").json() == []
    assert call("GET", "silences?state=gone").status_code == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"owner": ""},
        {"reason": ""},
        {"ends_at": None},
        {"ends_at": "2001-01-01T00:00:00Z"},
        {"ends_at": "9999-12-31T00:00:00Z"},
        {"matchers": []},
        {"matchers": [{"label": "rule", "op": "~", "value": "x"}]},
        {"matchers": [{"label": "rule", "op": "=~", "value": "("}]},
        {"matchers": [{"label": "rule", "op": "=~", "value": ".*"}]},
        {"matchers": [{"label": "rule", "op": "=", "value": "x", "isEqual": True}]},
        {"comment": "deploy"},
    ],
)
def test_a_silence_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    answer = call("POST", "silences", silence(**fields))

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert not Silence.objects.exists()


@pytest.mark.parametrize("field", ["matchers", "ends_at", "owner", "reason"])
def test_owner_reason_expiry_and_matchers_are_required(field: str) -> None:
    body = silence()
    del body[field]

    answer = call("POST", "silences", body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


def test_a_silence_is_tried_on_the_past_before_it_is_made() -> None:
    now = timezone.now()
    alert = AlertFactory.create(rule__rule_name="slow", fired_at=now - DAY)
    AlertFactory.create(fired_at=now - DAY)

    found = call("POST", "silences/preview", {"matchers": MATCHERS}).json()

    assert (found["would_have_muted"], found["days"]) == (1, 7)
    assert [row["id"] for row in found["alerts"]] == [str(alert.pk)]
    assert not Silence.objects.exists()


def test_a_window_from_its_making_to_its_end() -> None:
    body = window()
    made = call("POST", "windows", body)
    row = made.json()

    assert (made.status_code, row["state"], len(row["next"])) == (201, "pending", 5)
    assert datetime.fromisoformat(row["next"][0]["starts_at"]) == body["first_start"]
    path = f"windows/{row['id']}"
    assert call("GET", path, role="user").json() == row
    changed = call("PATCH", path, {"reason": "longer", "enabled": False}).json()
    assert (changed["reason"], changed["state"], changed["next"]) == ("longer", "expired", [])
    assert call("DELETE", path).status_code == 204
    assert MaintenanceWindow.objects.get().enabled is False


def test_windows_are_filtered_by_state_and_paged() -> None:
    call("POST", "windows", window(name="later"))
    call("POST", "windows", window(name="open", first_start=timezone.now()))

    assert [row["name"] for row in call("GET", "windows?state=active").json()] == ["open"]
    second = call("GET", "windows?limit=1&offset=1")
    assert ([row["name"] for row in second.json()], second["X-Total-Count"]) == (["open"], "2")


@pytest.mark.parametrize(
    "fields",
    [
        {"recurrence": "FREQ=SECONDLY"},
        {"recurrence": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"},
        {"duration_minutes": 0},
        {"duration_minutes": "60"},
        {"time_zone": "Europe/Atlantis"},
        {"expires_at": "2001-01-01T00:00:00Z"},
        {"owner": ""},
        {"colour": "red"},
    ],
)
def test_a_window_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    assert call("POST", "windows", window(**fields)).status_code == 400
    assert not MaintenanceWindow.objects.exists()


def test_a_window_is_tried_on_the_past_before_it_is_made() -> None:
    first = timezone.now() + DAY
    inside = AlertFactory.create(rule__rule_name="slow", fired_at=first - 3 * DAY + HOUR / 2)
    AlertFactory.create(rule=inside.rule, fired_at=first - 3 * DAY - HOUR)
    times = ("recurrence", "first_start", "duration_minutes", "matchers")
    body = {name: value for name, value in window(first_start=first).items() if name in times}

    found = call("POST", "windows/preview", body).json()

    assert (found["would_have_muted"], found["alerts"][0]["id"]) == (1, str(inside.pk))


def test_the_graph_is_read_and_changed() -> None:
    made = call("POST", "dependencies", {"dependent": "sales", "upstream": "redis"})
    row = made.json()

    assert made.status_code == 201
    assert call("GET", "dependencies", role="user").json() == [row]
    path = f"dependencies/{row['id']}"
    assert call("GET", path).json() == row
    assert call("PATCH", path, {"enabled": False}).json()["enabled"] is False
    assert call("DELETE", path).status_code == 204
    assert not Dependency.objects.exists()


def test_an_edge_that_exists_or_leads_to_itself_is_refused() -> None:
    call("POST", "dependencies", {"dependent": "sales", "upstream": "redis"})

    again = call("POST", "dependencies", {"dependent": "sales", "upstream": "redis"})
    loop = call("POST", "dependencies", {"dependent": "sales", "upstream": "sales-service"})

    assert (again.status_code, loop.status_code) == (409, 400)


@pytest.mark.parametrize("path", ["silences", "windows"])
def test_what_nobody_made_is_not_found(path: str) -> None:
    assert call("GET", f"{path}/{uuid4()}").status_code == 404
    assert call("DELETE", f"{path}/{uuid4()}").status_code == 404


def test_what_is_held_back_is_listed_and_counted_by_reason() -> None:
    now = timezone.now()
    held = {"status": "held", "held_by": "inhibition", "held_for": "x", "reason": "consequence"}
    first, second = AlertFactory.create(), AlertFactory.create()
    NotificationFactory.create(alert=first, held_at=now - HOUR, **held)
    NotificationFactory.create(alert=first, held_at=now, channel="sms", **held)
    muted = {**held, "held_by": "silence", "reason": "deploy"}
    NotificationFactory.create(alert=second, held_at=now, **muted)
    NotificationFactory.create()

    answer = call("GET", "hidden", role="user")

    body = answer.json()
    assert body["total"] == 2
    assert body["by_reason"] == {"silence": 1, "window": 0, "inhibition": 1}
    assert [(row["alert"]["id"], row["notifications"]) for row in body["hidden"]] == [
        (str(first.pk), 2),
        (str(second.pk), 1),
    ]
    line = body["hidden"][0]
    assert (line["by"], line["id"], line["reason"]) == ("inhibition", "x", "consequence")
    assert datetime.fromisoformat(line["since"]) == now - HOUR
    second_page = call("GET", "hidden?limit=1&offset=1").json()
    assert (second_page["total"], len(second_page["hidden"])) == (2, 1)


def test_nothing_held_back_is_an_empty_list() -> None:
    assert call("GET", "hidden").json() == {
        "total": 0,
        "by_reason": {"silence": 0, "window": 0, "inhibition": 0},
        "hidden": [],
    }
