"""Maintenance windows in the admin."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import MaintenanceWindow
from tests.alerts.admin_forms import errors_of, split
from tests.alerts.test_admin import act

pytestmark = pytest.mark.django_db

WINDOWS = "/admin/alerts/maintenancewindow/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def window_form(**fields: Any) -> dict[str, Any]:
    first = datetime.combine(timezone.now().date() + DAY, datetime.min.time(), tzinfo=UTC)
    words = {
        "name": "backup",
        "matchers": "rule=slow",
        "recurrence": "FREQ=DAILY",
        "time_zone": "Europe/Berlin",
        "duration_minutes": "90",
        "owner": "ana",
        "reason": "nightly",
        "enabled": "on",
    }
    instants = {
        **split("first_start", first + 3 * HOUR),
        **split("expires_at", first + 30 * DAY),
    }
    return {**words, **instants, **fields}


def test_a_window_is_typed_in_by_the_clock_of_its_zone(ana: Client) -> None:
    answer = ana.post(
        f"{WINDOWS}add/", window_form(first_start_0="2025-07-01", recurrence="FREQ=DAILY")
    )

    assert answer.status_code == 302, errors_of(answer)
    window = MaintenanceWindow.objects.get()
    assert window.first_start == datetime(2025, 7, 1, 1, 0, tzinfo=UTC)
    form = ana.get(f"{WINDOWS}{window.pk}/change/").content.decode()
    assert 'name="first_start_1" value="03:00:00"' in form


def test_a_window_shows_its_next_five_openings(ana: Client) -> None:
    ana.post(f"{WINDOWS}add/", window_form())
    window = MaintenanceWindow.objects.get()

    form = ana.get(f"{WINDOWS}{window.pk}/change/").content.decode()
    listed = ana.get(WINDOWS).content.decode()

    assert (
        len(re.findall(r"<div>\w{3} \d{4}-\d\d-\d\d 03:00 to \w{3} 04:30 CES?T</div>", form)) == 5
    )
    assert re.search(r"\w{3} \d{4}-\d\d-\d\d 03:00 to", listed)
    assert ">pending</span>" in listed


def test_a_window_is_changed_and_ended_and_never_deleted(ana: Client) -> None:
    ana.post(f"{WINDOWS}add/", window_form())
    window = MaintenanceWindow.objects.get()

    answer = ana.post(f"{WINDOWS}{window.pk}/change/", window_form(reason="longer"))
    window.refresh_from_db()
    page = act(ana, WINDOWS, "end", [window])

    assert (answer.status_code, window.reason) == (302, "longer")
    window.refresh_from_db()
    assert (window.enabled, "Ended: 1." in page) == (False, True)
    assert "never again" in ana.get(WINDOWS).content.decode()
    shown = ana.get(f"{WINDOWS}{window.pk}/change/").content.decode()
    assert "It will not open again." in shown
    assert ana.get(f"{WINDOWS}{window.pk}/delete/").status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("recurrence", "FREQ=SECONDLY", "FREQ must be one of DAILY"),
        ("recurrence", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "none of the days"),
        ("matchers", "rule", "line 1"),
        ("expires_at_0", "2001-01-01", "must be after"),
        ("time_zone", "Europe/Atlantis", "not one of the available choices"),
    ],
)
def test_a_window_that_cannot_be_is_refused_in_words(
    ana: Client, field: str, value: str, error: str
) -> None:
    answer = ana.post(f"{WINDOWS}add/", window_form(**{field: value}))

    assert error in str(errors_of(answer))
    assert not MaintenanceWindow.objects.exists()
    preview = ana.post(f"{WINDOWS}preview/", window_form(**{field: value}))
    assert (preview.status_code, error in preview.content.decode()) == (400, True)


def test_the_form_of_a_window_says_what_it_would_have_muted(ana: Client) -> None:
    form = ana.get(f"{WINDOWS}add/").content.decode()
    page = ana.post(f"{WINDOWS}preview/", window_form()).content.decode()

    assert f'formaction="{WINDOWS}preview/"' in form
    assert "They are shown once it is saved." in form
    assert "Would have muted 0 alerts" in page
