"""What each rule cost the people who listen to it: a golden report, and the edges of its counts."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from alerts.reports.facts import Firing, RuleFacts
from alerts.reports.night import Night
from alerts.reports.noise import WEEK, NoiseReport, figures_of, noise_report, resolved_quickly
from tests.alerts.factories import NOON

MINUTE = timedelta(minutes=1)
LOUD, QUIET, SILENT = (UUID(int=number) for number in (1, 2, 3))


def rule(number: UUID, name: str, **fields: object) -> RuleFacts:
    terms = {
        "severity": "warning",
        "condition": ">",
        "threshold": 80.0,
        "recovery_threshold": None,
        "duration": 60,
        "keep_firing_for": 0,
    }
    return RuleFacts(id=number, name=name, **(terms | fields))  # type: ignore[arg-type]  # a table of fields


def firing(
    number: UUID, fired_at: datetime, lasted: float | None, acked: float | None = None, **more: int
) -> Firing:
    return Firing(
        rule_id=number,
        fired_at=fired_at,
        resolved_at=None if lasted is None else fired_at + lasted * MINUTE,
        acknowledged_at=None if acked is None else fired_at + acked * MINUTE,
        **more,  # type: ignore[arg-type]  # counts and flags
    )


def golden_firings() -> list[Firing]:
    """Two weeks: a rule that cries wolf, one that is heeded, one that does not fire."""
    week_one, week_two = NOON - 2 * WEEK, NOON - WEEK
    quick = [
        firing(LOUD, week_one + day * timedelta(days=1), 2 + day / 2, messages=2, night_pages=1)
        for day in range(5)
    ]
    return [
        *quick,
        firing(LOUD, week_two, 30, acked=4, messages=3),
        firing(QUIET, week_two + MINUTE, 45, acked=1, messages=2),
        firing(QUIET, NOON - MINUTE, None, acked=3, messages=1, night_pages=1),
        firing(QUIET, NOON, 1, messages=100),
        firing(QUIET, week_one - MINUTE, 1, messages=100),
    ]


def golden() -> NoiseReport:
    rules = [rule(QUIET, "disk full"), rule(LOUD, "cpu high"), rule(SILENT, "never")]
    return noise_report(rules, golden_firings(), end=NOON, weeks=2)


def test_the_golden_report() -> None:
    nothing = {
        "fired": 0,
        "acknowledged": 0,
        "resolved_quickly": 0,
        "flapping": 0,
        "messages": 0,
        "night_pages": 0,
        "median_seconds_to_acknowledge": None,
    }
    loud_first = nothing | {"fired": 5, "resolved_quickly": 5, "messages": 10, "night_pages": 5}
    loud_second = nothing | {
        "fired": 1,
        "acknowledged": 1,
        "messages": 3,
        "median_seconds_to_acknowledge": 240.0,
    }
    quiet = nothing | {
        "fired": 2,
        "acknowledged": 2,
        "messages": 3,
        "night_pages": 1,
        "median_seconds_to_acknowledge": 120.0,
    }
    first, second, third = (NOON - number * WEEK for number in (2, 1, 0))

    assert asdict(golden()) == {
        "start": first,
        "end": third,
        "rules": [
            {
                "rule_id": LOUD,
                "rule_name": "cpu high",
                "severity": "warning",
                "figures": {
                    "fired": 6,
                    "acknowledged": 1,
                    "resolved_quickly": 5,
                    "flapping": 0,
                    "messages": 13,
                    "night_pages": 5,
                    "median_seconds_to_acknowledge": 240.0,
                },
                "weeks": [
                    {"start": first, "end": second, "figures": loud_first},
                    {"start": second, "end": third, "figures": loud_second},
                ],
                "advice": [
                    {
                        "kind": "longer_duration",
                        "reason": "5 of 6 firings ended by themselves within 5 minutes",
                        "change": {"duration": 300},
                        "hides_percent": 83.3,
                        "delays_seconds": 240.0,
                        "proof": None,
                    }
                ],
            },
            {
                "rule_id": QUIET,
                "rule_name": "disk full",
                "severity": "warning",
                "figures": quiet,
                "weeks": [
                    {"start": first, "end": second, "figures": nothing},
                    {"start": second, "end": third, "figures": quiet},
                ],
                "advice": [],
            },
        ],
    }


def test_shares_are_of_the_firings() -> None:
    loud = golden().rules[0].figures

    assert (loud.acknowledged_percent, loud.resolved_quickly_percent) == (16.7, 83.3)


def test_of_nothing_there_is_no_share() -> None:
    figures = figures_of([])

    assert (figures.acknowledged_percent, figures.resolved_quickly_percent) == (None, None)


def test_a_week_has_seven_days() -> None:
    assert noise_report([], [], end=NOON, weeks=2).start == NOON - timedelta(days=14)


def test_a_report_of_no_week_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one week"):
        noise_report([], [], end=NOON, weeks=0)


@pytest.mark.parametrize(
    ("lasted", "by_itself", "quick"),
    [(5, True, True), (5.01, True, False), (5, False, False), (None, True, False), (0, True, True)],
)
def test_five_minutes_by_itself_are_quick(
    lasted: float | None, *, by_itself: bool, quick: bool
) -> None:
    assert resolved_quickly(firing(LOUD, NOON, lasted, by_itself=by_itself)) is quick


def test_an_acknowledgement_before_the_firing_took_no_time() -> None:
    assert figures_of([firing(LOUD, NOON, 1, acked=-3)]).median_seconds_to_acknowledge == 0


def test_flapping_is_counted() -> None:
    assert figures_of([firing(LOUD, NOON, 1, flapping=True), firing(LOUD, NOON, 1)]).flapping == 1


def test_equally_loud_rules_stand_by_firings_and_then_by_name() -> None:
    numbers = {name: UUID(int=place) for place, name in enumerate(["b", "a", "twice"], start=1)}
    firings = [firing(numbers[name], NOON - MINUTE, 10) for name in ("a", "b", "twice", "twice")]
    rules = [rule(number, name) for name, number in numbers.items()]

    report = noise_report(rules, firings, end=NOON, weeks=1)

    assert [each.rule_name for each in report.rules] == ["twice", "a", "b"]


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        (22, 7, {22, 23, 0, 1, 2, 3, 4, 5, 6}),
        (0, 6, {0, 1, 2, 3, 4, 5}),
        (7, 7, set()),
        (23, 0, {23}),
    ],
)
def test_hours_of_the_night(begins: int, ends: int, hours: set[int]) -> None:
    night = Night(begins, ends)

    assert {hour for hour in range(24) if night.holds(hour)} == hours
