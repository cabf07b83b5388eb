"""Composite rules over replays of others."""

from dataclasses import replace

import pytest

from alerts.backtest.composite import CompositeSpec, replay_composite
from alerts.backtest.spec import Clock, Flaps
from alerts.evaluation.expression import parse
from alerts.evaluation.fingerprint import fingerprint
from tests.alerts.backtest.episodes_text import alert
from tests.alerts.backtest.replaying import minutes
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON

CLOCK = Clock([NOON + number * MINUTE for number in range(20)], MINUTE)


def spec(text: str, *group_by: str) -> CompositeSpec:
    return CompositeSpec(parse(text), ABOVE_80, group_by)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a and b", [(5, 10)]),
        ("a or b", [(2, 15)]),
        ("a and not b", [(2, 5)]),
        ("b and not a", [(10, 15)]),
        ("a and not missing", [(2, 10)]),
        ("a and missing", []),
    ],
)
def test_it_fires_while_its_expression_holds_for_what_fires(
    text: str, expected: list[tuple[float, float | None]]
) -> None:
    operands = {"a": [alert(2, 10)], "b": [alert(5, 15)], "c": [alert(0, 20)]}

    assert minutes(replay_composite(spec(text), operands, CLOCK)) == expected


def test_without_labels_to_tell_them_apart_all_alerts_are_one_group() -> None:
    operands = {"a": [alert(2, 10, host="x")], "b": [alert(5, host="y")]}

    found = replay_composite(spec("a and b"), operands, CLOCK)

    assert minutes(found) == [(5, 10)]
    assert (found[0].labels, found[0].fingerprint) == ({}, fingerprint("", {}))
    assert (found[0].value_at_fire, found[0].peak) == (None, None)


def test_groups_are_told_apart_by_labels_and_service() -> None:
    operands = {
        "a": [alert(2, 10, host="x", service="web"), alert(3, host="y", service="db")],
        "b": [alert(5, 12, host="z", service="web")],
    }

    found = replay_composite(spec("a and b", "service_name"), operands, CLOCK)

    assert [(each.service, each.labels) for each in found] == [("web", {})]
    assert replay_composite(spec("a and b", "host"), operands, CLOCK) == []


def test_an_alert_that_fires_to_the_end_keeps_it_firing() -> None:
    assert minutes(replay_composite(spec("a"), {"a": [alert(3)]}, CLOCK)) == [(3, None)]


def test_what_fires_from_the_first_evaluation_counts_from_there() -> None:
    assert minutes(replay_composite(spec("a"), {"a": [alert(0, 5)]}, CLOCK)) == [(0, 5)]


def test_its_own_waits_count() -> None:
    terms = replace(ABOVE_80, hold=2 * MINUTE, keep_firing_for=3 * MINUTE)
    waiting = replace(spec("a"), terms=terms)

    found = replay_composite(waiting, {"a": [alert(2, 3), alert(5, 10), alert(12, 13)]}, CLOCK)

    assert minutes(found) == [(7, 16)]


def test_it_may_flap() -> None:
    flapping = replace(spec("a"), flaps=Flaps(2))

    found = replay_composite(flapping, {"a": [alert(2, 3), alert(4, 5)]}, CLOCK)

    assert [each.flapping for each in found] == [False, True]
    assert minutes(found) == [(2, 3), (4, 15)]


def test_alerts_of_groups_come_in_the_order_in_which_they_fire() -> None:
    operands = {"a": [alert(7, 8, host="x"), alert(2, 3, host="y")]}

    assert minutes(replay_composite(spec("a", "host"), operands, CLOCK)) == [(2, 3), (7, 8)]
