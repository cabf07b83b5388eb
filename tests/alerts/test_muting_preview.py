"""What would have been muted in the last seven days."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.models import Alert
from alerts.muting_preview import SHOWN, of_silence, of_window
from alerts.routing.matching import Matcher, MatchOp
from alerts.routing.recurrence import Schedule
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory

pytestmark = pytest.mark.django_db

HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta.resolution
SLOW = [Matcher("rule", MatchOp.EQUAL, "slow")]


def fired(at: Any, *, rule_name: str = "slow", **fields: Any) -> Alert:
    rule = AlertRuleFactory._meta.model.objects.filter(rule_name=rule_name).first()
    rule = rule or AlertRuleFactory.create(rule_name=rule_name)
    row = {"rule": rule, "fired_at": at, "started_at": at, "state": "resolved", "resolved_at": at}
    return AlertFactory.create(**{**row, **fields})


def daily(first: Any, minutes: int = 60) -> Schedule:
    return Schedule("FREQ=DAILY", first, minutes, "UTC", first + 30 * DAY)


def test_a_silence_is_tried_on_all_that_fired_within_seven_days() -> None:
    fired(NOON - 7 * DAY)
    first = fired(NOON - 7 * DAY + TICK)
    last = fired(NOON)
    fired(NOON + TICK)
    fired(NOON - DAY, rule_name="other")

    found = of_silence(SLOW, at=NOON)

    assert (found.would_have_muted, found.days) == (2, 7)
    assert found.alerts == [last, first]


def test_what_never_fired_and_the_canary_would_not_have_been_muted() -> None:
    fired(None, state="pending", resolved_at=None, started_at=NOON)
    fired(NOON - HOUR, source=Alert.Source.CANARY)

    assert of_silence(SLOW, at=NOON).would_have_muted == 0


def test_the_newest_are_shown_and_all_are_counted() -> None:
    for minute in range(SHOWN + 1):
        fired(NOON - minute * TICK)

    found = of_silence(SLOW, at=NOON)

    assert (found.would_have_muted, len(found.alerts)) == (SHOWN + 1, SHOWN)
    assert found.alerts[0].fired_at == NOON


def test_a_window_is_tried_on_what_fired_while_it_would_have_been_open() -> None:
    inside = fired(NOON - DAY)
    fired(NOON - DAY - TICK)
    fired(NOON - DAY + HOUR)
    last = fired(NOON - DAY + HOUR - TICK)
    fired(NOON - DAY, rule_name="other")

    found = of_window(SLOW, daily(NOON - 20 * DAY), at=NOON - TICK)

    assert found.alerts == [last, inside]


def test_a_window_that_begins_next_month_is_tried_on_last_week() -> None:
    fired(NOON - 3 * DAY)
    fired(NOON - 3 * DAY + 2 * HOUR)

    assert of_window(SLOW, daily(NOON + 30 * DAY), at=NOON).would_have_muted == 1


def test_a_window_that_was_open_when_the_week_began_counts() -> None:
    fired(NOON - 7 * DAY + HOUR)

    found = of_window(SLOW, daily(NOON + 2 * DAY - 3 * HOUR, minutes=5 * 60), at=NOON)

    assert found.would_have_muted == 1


def test_a_recurrence_that_cannot_be_used_is_refused() -> None:
    weekly = Schedule("FREQ=WEEKLY;BYDAY=MO", NOON, 60, "UTC", NOON + DAY)

    with pytest.raises(InvalidInputError, match="none of the days"):
        of_window(SLOW, weekly, at=NOON)
