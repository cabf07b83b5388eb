"""A maintenance window is announced by the API and by the admin."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from alerts.models import MaintenanceWindow
from health.public.document import document_at
from tests.alerts.test_admin_windows import WINDOWS, window_form
from tests.alerts.test_muting_views import call, window

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def announced() -> list[tuple[str, str]]:
    return [(each.title, each.text) for each in document_at(timezone.now()).maintenance]


def test_a_window_is_announced_by_the_api() -> None:
    made = call("POST", "windows", window(public_title="New database", public_text="A pause."))

    assert (made.status_code, made.json()["public_title"]) == (201, "New database")
    assert set(announced()) == {("New database", "A pause.")}

    path = f"windows/{made.json()['id']}"
    assert call("PATCH", path, {"public_title": ""}).json()["public_title"] == ""
    assert announced() == []


def test_a_window_is_not_announced_unless_somebody_says_so() -> None:
    call("POST", "windows", window())

    assert announced() == []


def test_a_title_that_is_too_long_is_refused() -> None:
    answer = call("POST", "windows", window(public_title="x" * 256))

    assert (answer.status_code, set(answer.json()["details"])) == (400, {"public_title"})


def test_a_window_is_announced_by_the_admin(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ana"))

    answer = client.post(f"{WINDOWS}add/", window_form(public_title="New database", public_text=""))

    assert answer.status_code == 302
    assert MaintenanceWindow.objects.get().public_title == "New database"
