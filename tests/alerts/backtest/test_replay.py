"""Replays of single rules, told in the language of series."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.backtest import courses
from alerts.backtest.episodes import Episode
from alerts.backtest.spec import Clock, Flaps, RuleSpec
from alerts.evaluation.fingerprint import fingerprint
from alerts.evaluation.overrides import Override
from tests.alerts.backtest.replaying import PLAIN, minutes, replay
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON


def test_an_alert_of_a_replay_tells_all_about_it() -> None:
    held = replace(PLAIN, terms=replace(ABOVE_80, hold=2 * MINUTE))

    assert replay(held, {"cpu{host=a}": "50 85 90 88 99 70 70"}) == [
        Episode(
            fingerprint("web", {"host": "a"}),
            {"host": "a"},
            started_at=NOON + MINUTE,
            fired_at=NOON + 3 * MINUTE,
            resolved_at=NOON + 5 * MINUTE,
            value_at_fire=88.0,
            peak=99.0,
            flapping=False,
            service="web",
        )
    ]


@pytest.mark.parametrize(
    ("condition", "values", "peak"),
    [
        (">", "50 85 99 90 50", 99.0),
        (">=", "50 80 99 90 50", 99.0),
        ("<", "90 70 10 60 90", 10.0),
        ("<=", "90 80 10 60 90", 10.0),
        ("!=", "80 85 60 90 80", 60.0),
        ("==", "50 80 80 80 50", 80.0),
    ],
)
def test_the_peak_is_the_value_farthest_into_the_breach(
    condition: str, values: str, peak: float
) -> None:
    spec = replace(PLAIN, terms=replace(ABOVE_80, condition=condition))

    (alert,) = replay(spec, {"cpu": values})

    assert (alert.peak, minutes([alert])) == (peak, [(1, 4)])


def test_alerts_of_many_series_come_in_the_order_in_which_they_fire() -> None:
    found = replay(
        PLAIN, {"cpu{host=a}": "50 50 85 50", "cpu{host=b}": "85 50 85 85", "cpu{host=c}": "50x4"}
    )

    assert [each.labels["host"] for each in found if each.resolved_at] == ["b", "a"]
    assert minutes(found)[0] == (0, 1)
    assert next(each for each in found if each.resolved_at is None).labels == {"host": "b"}


def test_a_breach_that_does_not_last_its_hold_is_no_alert() -> None:
    assert (
        replay(replace(PLAIN, terms=replace(ABOVE_80, hold=2 * MINUTE)), {"cpu": "85x2 50"}) == []
    )


def test_a_series_that_flaps_becomes_one_long_alert() -> None:
    terms = replace(ABOVE_80, flap_quiet=4 * MINUTE)
    spec = replace(PLAIN, terms=terms, flaps=Flaps(3, timedelta(hours=1)))

    found = replay(spec, {"cpu": "85 50 85 50 85 50 85 50x6"})

    assert minutes(found) == [(0, 1), (2, 3), (4, 11)]
    assert [each.flapping for each in found] == [False, False, True]


def test_firings_before_the_window_of_flapping_do_not_count() -> None:
    spec = replace(PLAIN, flaps=Flaps(2, 5 * MINUTE))

    found = replay(spec, {"cpu": "85 50x4 85 50x3 85 50"})

    assert [each.flapping for each in found] == [False, False, True]


def test_groups_are_combined_and_named_by_their_labels() -> None:
    spec = replace(PLAIN, combine="sum", group_by=("zone", "service_name"))

    found = replay(
        spec,
        {
            "cpu{host=a, zone=x}": "30 50 50",
            "cpu{host=b, zone=x}": "30 40 10",
            "cpu{host=c, zone=y}": "10x3",
        },
    )

    assert minutes(found) == [(1, 2)]
    assert (found[0].labels, found[0].service) == ({"zone": "x"}, "web")
    assert found[0].fingerprint == fingerprint("web", {"zone": "x"})
    assert found[0].value_at_fire == 90.0


def test_a_group_is_the_same_in_however_many_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(PLAIN, combine="max")
    rows = {"cpu{host=a}": "50 85 50 85 85", "cpu{host=b}": "50 50 50 90 50"}
    at_once = replay(spec, rows)

    monkeypatch.setattr(courses, "_AT_ONCE", 3)

    assert replay(spec, rows) == at_once
    assert minutes(at_once) == [(1, 2), (3, None)]


def test_a_silent_series_leaves_its_group() -> None:
    found = replay(
        replace(PLAIN, combine="sum"), {"cpu{host=a}": "50 50 _x8", "cpu{host=b}": "40x10"}
    )

    assert minutes(found) == [(0, 7)]


def test_overrides_count_as_they_do_live() -> None:
    spec = replace(PLAIN, overrides=(Override({"host": "a"}, 90.0),))

    found = replay(spec, {"cpu{host=a}": "50 85 95", "cpu{host=b}": "50 85 50"})

    assert [(each.labels["host"], minutes([each])[0]) for each in found] == [
        ("b", (1, 2)),
        ("a", (2, None)),
    ]


def test_a_window_looks_back_before_the_first_evaluation() -> None:
    spec = replace(PLAIN, aggregation="max", window=3 * MINUTE)
    clock = Clock([NOON + number * MINUTE for number in (2, 3, 4, 5)], MINUTE)

    assert minutes(replay(spec, {"cpu": "50 95 50x4"}, clock=clock)) == [(2, 4)]


def test_a_change_is_against_the_same_window_a_week_before() -> None:
    week = 7 * 24 * 60
    spec = RuleSpec(replace(ABOVE_80, threshold=45.0), "week_change", 2 * MINUTE)
    clock = Clock([NOON + (week + number) * MINUTE for number in range(5)], MINUTE)

    found = replay(spec, {"sold": f"100x5 _x{week - 5} 100 200 200 140 140"}, clock=clock)

    assert minutes(found) == [(week + 1, week + 4)]
    assert (found[0].value_at_fire, found[0].peak) == (50.0, 100.0)
