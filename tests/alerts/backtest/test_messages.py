"""What people would have been sent."""

from datetime import timedelta

import pytest

from alerts.backtest.episodes import Episode
from alerts.backtest.messages import Message, by_labels, messages_of
from alerts.routing.grouping import group_key
from tests.alerts.backtest.episodes_text import alert
from tests.alerts.series_text import MINUTE, NOON

WAIT = timedelta(seconds=30)
HALF = 0.5


def one_group(_episode: Episode) -> str:
    return "all"


def message(minutes: float, alerts: int = 1) -> Message:
    return Message(NOON + minutes * MINUTE, alerts)


@pytest.mark.parametrize(
    ("fired", "expected"),
    [
        ([0, 0, 0], [message(HALF, 3)]),
        # Who fires before the message is sent joins it; at that instant it is under way.
        ([0, 0.49], [message(HALF, 2)]),
        ([0, 0.5], [message(HALF), message(1)]),
        ([0, 0.4, 0.6, 2], [message(HALF, 2), message(1.1), message(2.5)]),
        ([], []),
    ],
)
def test_alerts_that_fire_within_the_wait_are_one_message(
    fired: list[float], expected: list[Message]
) -> None:
    episodes = [alert(at, host=str(number)) for number, at in enumerate(fired)]

    assert messages_of(episodes, one_group, wait=WAIT).firing == expected


def test_each_group_has_messages_of_its_own_in_the_order_of_time() -> None:
    episodes = [alert(3, host="a"), alert(1, host="b"), alert(1.2, host="b"), alert(3.1, host="a")]

    found = messages_of(episodes, lambda each: each.labels["host"], wait=WAIT)

    assert found.firing == [message(1.5, 2), message(3.5, 2)]


def test_messages_of_several_groups_are_in_the_order_in_which_they_are_due() -> None:
    episodes = [alert(1, host="a"), alert(5, host="b"), alert(9, host="a")]

    found = messages_of(episodes, lambda each: each.labels["host"], wait=WAIT)

    assert found.firing == [message(1.5), message(5.5), message(9.5)]


def test_what_is_over_first_waits_for_nothing_that_is_over_later() -> None:
    found = messages_of([alert(0, 9), alert(1, 5, host="b")], one_group, wait=WAIT)

    assert found.resolved == [message(5.5), message(9.5)]


def test_without_a_wait_each_alert_is_a_message() -> None:
    episodes = [alert(1, host="a"), alert(1, host="b")]

    assert messages_of(episodes, one_group, wait=timedelta()).firing == [message(1), message(1)]


def test_those_that_are_over_are_grouped_as_well() -> None:
    episodes = [alert(0, 5, host="a"), alert(0, 5.2, host="b"), alert(0, 9, host="c"), alert(0)]

    found = messages_of(episodes, one_group, wait=WAIT)

    assert found.resolved == [message(5.5, 2), message(9.5)]


@pytest.mark.parametrize(
    ("second", "firing", "resolved"),
    [
        # Over before the cooldown ends: nobody hears of it.
        (alert(3, 9), [message(0)], [message(2)]),
        # It still fires then: people hear of it then.
        (alert(3, 10), [message(0), message(10)], [message(2), message(10)]),
        (alert(3, 30), [message(0), message(10)], [message(2), message(30)]),
        (alert(3), [message(0), message(10)], [message(2)]),
        (alert(12, 13), [message(0), message(12)], [message(2), message(13)]),
        # The cooldown is that of a series.
        (alert(3, 4, host="b"), [message(0), message(3)], [message(2), message(4)]),
    ],
)
def test_a_series_within_its_cooldown_is_told_of_at_its_end(
    second: Episode, firing: list[Message], resolved: list[Message]
) -> None:
    found = messages_of(
        [alert(0, 2), second],
        lambda each: (each.labels["host"], each.fired_at),
        wait=timedelta(),
        cooldown=10 * MINUTE,
    )

    assert (found.firing, found.resolved) == (firing, resolved)


def test_the_first_to_fire_is_told_of_in_whatever_order_they_are_given() -> None:
    episodes = [alert(5, 6), alert(0, 1)]

    found = messages_of(episodes, one_group, wait=timedelta(), cooldown=10 * MINUTE)

    assert (found.firing, found.resolved) == ([message(0)], [message(1)])


def test_a_firing_that_was_not_told_starts_no_cooldown() -> None:
    episodes = [alert(0, 1), alert(5, 6), alert(11, 12)]

    found = messages_of(episodes, one_group, wait=timedelta(), cooldown=10 * MINUTE)

    assert found.firing == [message(0), message(11)]


def test_groups_are_those_of_the_live_key() -> None:
    group = by_labels(lambda labels: group_key(labels, ["rule", "service_name"]), {"rule": "cpu"})

    assert group(alert(0, host="a", service="web")) == group(alert(9, host="b", service="web"))
    assert group(alert(0, service="web")) != group(alert(0, service="db"))
    assert group(alert(0, service="web")) == group_key(
        {"rule": "cpu", "service_name": "web"}, ["rule", "service_name"]
    )
