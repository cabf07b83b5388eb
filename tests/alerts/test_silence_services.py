"""Silences: made, extended, ended; each has an owner, a reason and an end that is not far away."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from alerts.errors import SilenceEndedError, SilenceNotFoundError
from alerts.models import Silence
from alerts.muting_lists import phase_of_silence, silence_by_id, silences_in
from alerts.services.silences import SilenceTerms, create_silence, end_silence, update_silence
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db

HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta.resolution
SEVERITY = [{"label": "severity", "op": "=", "value": "warning"}]


def made(**fields: Any) -> Silence:
    terms = {"matchers": SEVERITY, "ends_at": NOON + HOUR, "owner": "ana", "reason": "deploy"}
    return create_silence(SilenceTerms(**{**terms, **fields}), by="bo", at=NOON)


def test_it_begins_at_once_and_keeps_who_what_and_why() -> None:
    row = Silence.objects.get(pk=made(owner="  ana ", reason=" deploy\n").pk)

    assert (row.matchers, row.owner, row.reason) == (SEVERITY, "ana", "deploy")
    assert (row.starts_at, row.ends_at, row.ended_by) == (NOON, NOON + HOUR, "")


@pytest.mark.parametrize(
    ("asked", "begins"), [(NOON - DAY, NOON), (NOON, NOON), (NOON + TICK, NOON + TICK)]
)
def test_nobody_mutes_the_past(asked: datetime, begins: datetime) -> None:
    assert made(starts_at=asked).starts_at == begins


@pytest.mark.parametrize(
    "fields",
    [
        {"matchers": []},
        {"matchers": [{"label": "severity", "op": "=~", "value": ".*"}]},
        {"matchers": "severity=warning"},
        {"owner": " "},
        {"owner": "x" * 256},
        {"owner": "a\0"},
        {"reason": ""},
        {"reason": "x" * 2_001},
        {"ends_at": NOON},
        {"ends_at": NOON - HOUR},
        {"starts_at": NOON + HOUR, "ends_at": NOON + HOUR},
    ],
)
def test_what_cannot_be_used_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        made(**fields)
    assert not Silence.objects.exists()


@pytest.mark.parametrize("starts_at", [NOON, NOON + 3 * DAY])
def test_the_longest_is_thirty_days_unless_set_otherwise(
    settings: Settings, starts_at: datetime
) -> None:
    end = starts_at + 30 * DAY

    assert made(starts_at=starts_at, ends_at=end).ends_at == end
    with pytest.raises(InvalidInputError, match="at most 30 days") as caught:
        made(starts_at=starts_at, ends_at=end + TICK)
    assert set(caught.value.details) == {"ends_at"}
    settings.SILENCE_LONGEST = DAY
    with pytest.raises(InvalidInputError, match="at most 1 days"):
        made(starts_at=starts_at, ends_at=end)


def test_an_extension_counts_from_when_it_is_asked_for() -> None:
    silence = made()
    later = NOON + HOUR / 2

    row = update_silence(silence.pk, {"ends_at": later + 30 * DAY}, by="bo", at=later)

    assert row.ends_at == later + 30 * DAY
    assert silence_by_id(silence.pk).ends_at == row.ends_at
    with pytest.raises(InvalidInputError, match="at most 30 days"):
        update_silence(silence.pk, {"ends_at": later + 30 * DAY + TICK}, by="bo", at=later)


def test_words_and_owner_may_change_and_what_is_not_named_stays() -> None:
    silence = made()

    update_silence(silence.pk, {"owner": "cy", "reason": "longer deploy"}, by="bo", at=NOON)

    row = silence_by_id(silence.pk)
    assert (row.owner, row.reason, row.ends_at) == ("cy", "longer deploy", NOON + HOUR)


@pytest.mark.parametrize(
    "changes",
    [
        {"matchers": SEVERITY},
        {"starts_at": NOON},
        {"owner": ""},
        {"reason": " "},
        {"ends_at": NOON},
    ],
)
def test_what_was_muted_and_who_answers_for_it_cannot_be_taken_away(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(InvalidInputError):
        update_silence(made().pk, changes, by="bo", at=NOON)


def test_what_is_over_stays_as_it_is() -> None:
    silence = made()

    with pytest.raises(SilenceEndedError):
        update_silence(silence.pk, {"ends_at": NOON + DAY}, by="bo", at=NOON + HOUR)
    end_silence(silence.pk, by="bo", at=NOON + HOUR)
    row = silence_by_id(silence.pk)
    assert (row.ends_at, row.ended_by) == (NOON + HOUR, "")


def test_a_person_ends_it_early_and_a_repeat_changes_nothing() -> None:
    silence = made()

    end_silence(silence.pk, by="bo", at=NOON + TICK)
    end_silence(silence.pk, by="cy", at=NOON + 2 * TICK)

    row = silence_by_id(silence.pk)
    assert (row.starts_at, row.ends_at, row.ended_by) == (NOON, NOON + TICK, "bo")


def test_one_that_has_not_begun_never_will() -> None:
    silence = made(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)

    row = end_silence(silence.pk, by="bo", at=NOON + TICK)

    assert phase_of_silence(row, NOON + TICK) == "expired"
    assert row.starts_at == row.ends_at == NOON + TICK


def test_an_unknown_one_is_not_found() -> None:
    with pytest.raises(SilenceNotFoundError):
        silence_by_id(uuid4())
    with pytest.raises(SilenceNotFoundError):
        end_silence(uuid4(), by="bo", at=NOON)
    with pytest.raises(SilenceNotFoundError):
        update_silence(uuid4(), {}, by="bo", at=NOON)


@pytest.mark.parametrize(
    ("phases", "found"),
    [
        ([], ["pending", "active", "expired"]),
        (["active"], ["active"]),
        (["pending", "active"], ["pending", "active"]),
        (["expired"], ["expired"]),
    ],
)
def test_the_list_tells_where_each_stands(phases: list[str], found: list[str]) -> None:
    made(reason="active", ends_at=NOON + 2 * HOUR)
    made(reason="expired")
    made(reason="pending", starts_at=NOON + HOUR + TICK, ends_at=NOON + 3 * HOUR)
    at = NOON + HOUR

    rows = list(silences_in(phases, at))

    assert [row.reason for row in rows] == found
    assert [phase_of_silence(row, at) for row in rows] == found
