"""Maintenance windows: planned, changed, ended."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from alerts.errors import WindowNotFoundError
from alerts.models import MaintenanceWindow
from alerts.muting_lists import standing, window_by_id, windows_in
from alerts.services.windows import create_window, end_window, update_window
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db

HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta.resolution
FIELDS: dict[str, Any] = {
    "name": "backup",
    "matchers": [{"label": "rule", "op": "=", "value": "slow"}],
    "recurrence": "FREQ=DAILY",
    "first_start": NOON,
    "duration_minutes": 60,
    "time_zone": "Europe/Berlin",
    "owner": "ana",
    "reason": "nightly backup",
    "expires_at": NOON + 9 * DAY,
}


def planned(**fields: Any) -> MaintenanceWindow:
    return create_window({**FIELDS, **fields}, by="bo", at=NOON)


def test_a_window_keeps_what_it_was_given_in_one_form() -> None:
    window = window_by_id(planned(recurrence=" rrule:interval=1;freq=daily ", owner=" ana ").pk)

    assert {name: getattr(window, name) for name in FIELDS} == FIELDS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("owner", "  "),
        ("reason", None),
        ("reason", "x" * 2_001),
        ("matchers", []),
        ("recurrence", "FREQ=SECONDLY"),
        ("recurrence", "FREQ=HOURLY"),
        ("recurrence", "FREQ=WEEKLY;BYDAY=MO"),
        ("recurrence", "sundays"),
        ("duration_minutes", 0),
        ("duration_minutes", 7 * 24 * 60 + 1),
        ("time_zone", "Europe/Atlantis"),
        ("expires_at", NOON),
        ("expires_at", NOON + 366 * DAY + TICK),
        ("first_start", NOON + 9 * DAY + timedelta(seconds=1)),
    ],
)
def test_what_cannot_be_used_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInputError):
        planned(**{field: value})
    assert not MaintenanceWindow.objects.exists()


def test_the_limits_themselves_are_allowed(settings: Settings) -> None:
    planned(duration_minutes=7 * 24 * 60, expires_at=NOON + 366 * DAY, reason="x" * 2_000)
    planned(first_start=NOON + 9 * DAY)
    settings.WINDOW_LONGEST_LIFE = DAY

    with pytest.raises(InvalidInputError, match="at most 1 days"):
        planned()


def test_it_begins_at_a_whole_second() -> None:
    window = planned(first_start=NOON + TICK)

    assert standing(window, NOON).next[0].starts_at == NOON


def test_a_change_is_checked_as_a_whole() -> None:
    window = planned()

    update_window(window.pk, {"reason": "longer", "duration_minutes": 90}, by="bo", at=NOON)

    row = window_by_id(window.pk)
    assert (row.reason, row.duration_minutes, row.name) == ("longer", 90, "backup")
    with pytest.raises(InvalidInputError, match="none of the days"):
        update_window(window.pk, {"recurrence": "FREQ=WEEKLY;BYDAY=MO"}, by="bo", at=NOON)
    assert window_by_id(window.pk).recurrence == "FREQ=DAILY"


def test_one_that_has_expired_needs_a_new_expiry() -> None:
    window = planned()
    later = NOON + 10 * DAY

    with pytest.raises(InvalidInputError, match="expires_at"):
        update_window(window.pk, {"reason": "again"}, by="bo", at=later)
    update_window(window.pk, {"expires_at": later + DAY}, by="bo", at=later)
    assert standing(window_by_id(window.pk), later).state == "active"


def test_a_person_ends_it_for_good_and_it_stays_as_history() -> None:
    window = planned()

    end_window(window.pk, by="bo", at=NOON + HOUR / 2)
    end_window(window.pk, by="cy", at=NOON + HOUR)

    row = window_by_id(window.pk)
    assert (row.enabled, row.expires_at) == (False, NOON + HOUR / 2)
    assert standing(row, NOON + HOUR / 2).state == "expired"


def test_an_unknown_one_is_not_found() -> None:
    with pytest.raises(WindowNotFoundError):
        window_by_id(uuid4())
    with pytest.raises(WindowNotFoundError):
        end_window(uuid4(), by="bo", at=NOON)


def test_the_list_tells_which_are_open_now_and_when_each_opens_next() -> None:
    planned(name="c open")
    planned(name="b to come", first_start=NOON + DAY)
    planned(name="a over", recurrence="FREQ=DAILY;COUNT=1", duration_minutes=1)
    at = NOON + HOUR / 2

    found = windows_in([], at)

    assert [(each.window.name[0], each.state.value) for each in found] == [
        ("a", "expired"),
        ("b", "pending"),
        ("c", "active"),
    ]
    assert [len(each.next) for each in found] == [0, 5, 5]
    assert found[2].next[0].starts_at == NOON
    assert [each.window.name[0] for each in windows_in(["active", "pending"], at)] == ["b", "c"]
