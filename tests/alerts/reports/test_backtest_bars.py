"""When alerts would have fired, as bars; and the nights behind them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.reports.backtest_bars import (
    LABEL,
    WIDTH,
    Frame,
    before_of,
    chart_of,
    name_of,
    nights_of,
)
from alerts.reports.night import Night
from tests.alerts.factories import NOON

HOUR = timedelta(hours=1)
NO_NIGHT = Night(0, 0)
UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
DAY = Frame(NOON, NOON + 24 * HOUR, NO_NIGHT, UTC_ZONE)


def episode(hours: float, lasted: float | None = 1, *, host: str = "a") -> dict[str, Any]:
    fired_at = NOON + hours * HOUR
    return {
        "fingerprint": host,
        "service": "payment-service",
        "labels": {"host": host},
        "fired_at": fired_at.isoformat(),
        "resolved_at": None if lasted is None else (fired_at + lasted * HOUR).isoformat(),
    }


def result(*after: dict[str, Any], **difference: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"episodes": list(after)}
    if difference:
        found["difference"] = {"changed": [], "gone": [], "new": []} | difference
    return found


def test_without_an_alert_there_is_no_chart() -> None:
    assert chart_of(result(), DAY) is None


def test_a_new_rule_has_bars_of_its_own_only() -> None:
    chart = chart_of(result(episode(0)), DAY)

    assert chart is not None
    ((bar,),) = [row.bars for row in chart.rows]
    assert (bar.version, bar.x, bar.width) == ("after", LABEL, round((WIDTH - LABEL) / 24, 1))
    assert bar.label == ("after: payment-service host=a from 2025-01-12 12:00 to 2025-01-12 13:00")


def test_both_versions_of_one_series_lie_in_one_row() -> None:
    changed = {"before": [episode(1)], "after": episode(2)}
    chart = chart_of(result(episode(2), changed=[changed]), DAY)

    assert chart is not None
    (row,) = chart.rows
    before, after = row.bars
    assert (before.version, after.version) == ("before", "after")
    assert before.x < after.x
    assert before.y + 12 <= after.y


def test_what_fires_to_the_end_reaches_the_edge() -> None:
    chart = chart_of(result(episode(12, None)), DAY)

    assert chart is not None
    (bar,) = chart.rows[0].bars
    assert bar.x + bar.width == WIDTH
    assert bar.label.endswith("to the end")


@pytest.mark.parametrize("hours", [0, 24])
def test_the_shortest_alert_stays_visible_and_inside(hours: float) -> None:
    chart = chart_of(result(episode(hours, 0.001)), DAY)

    assert chart is not None
    (bar,) = chart.rows[0].bars
    assert bar.width == 2
    assert LABEL <= bar.x <= WIDTH - 2


def test_what_fired_before_the_period_begins_at_its_edge() -> None:
    chart = chart_of(result(episode(-3, 4)), DAY)

    assert chart is not None
    (bar,) = chart.rows[0].bars
    assert (bar.x, bar.width) == (LABEL, round((WIDTH - LABEL) / 24, 1))


def test_the_series_with_the_most_alerts_come_first_and_the_rest_is_counted() -> None:
    alerts = [
        episode(1, host="b"),
        episode(1, host="a"),
        episode(1, host="c"),
        episode(5, host="c"),
    ]

    chart = chart_of(result(*alerts), DAY, most=2)

    assert chart is not None
    assert [row.name for row in chart.rows] == [
        "payment-service host=c",
        "payment-service host=a",
    ]
    assert [row.text_y for row in chart.rows] == [19, 53]
    assert (chart.left_out, chart.rows_height, chart.height, chart.axis_y) == (1, 68, 88, 84)


def test_the_axis_names_hours_within_a_day_and_days_beyond() -> None:
    frame = Frame(NOON, NOON + 4 * HOUR, NO_NIGHT, UTC_ZONE)
    short, long = chart_of(result(episode(0)), frame), chart_of(result(episode(0)), DAY)

    assert short is not None
    assert long is not None
    assert [tick.text for tick in short.ticks] == ["12:00", "13:00", "14:00", "15:00", "16:00"]
    assert [tick.x for tick in short.ticks] == [260, 400, 540, 680, 820]
    assert long.ticks[1].text == "01-12 18:00"


def test_the_rule_as_it_is_did_what_is_the_same_changed_or_gone() -> None:
    same, gone, new = episode(0), episode(3), episode(6)
    changed: dict[str, Any] = {"before": [episode(9), episode(10, 0.5)], "after": episode(9, 2)}

    before = before_of(
        result(same, new, changed["after"], changed=[changed], gone=[gone], new=[new])
    )

    assert before == [same, gone, *changed["before"]]


def test_one_alert_that_two_new_ones_replace_is_counted_once() -> None:
    old = episode(0, 9)
    changed = [{"before": [old], "after": episode(hour)} for hour in (1, 4)]

    assert before_of(result(episode(1), episode(4), changed=changed)) == [old]


@pytest.mark.parametrize(
    ("service", "labels", "name"),
    [
        ("payment-service", {"host": "a", "at": "b"}, "payment-service at=b host=a"),
        ("payment-service", {}, "payment-service"),
        ("", {"host": "a"}, "host=a"),
        ("", {}, "all series"),
    ],
)
def test_a_series_is_named_by_its_service_and_labels(
    service: str, labels: dict[str, str], name: str
) -> None:
    assert name_of({"service": service, "labels": labels}) == name


def at(day: int, hour: int, month: int = 1, *, zone: ZoneInfo = UTC_ZONE) -> datetime:
    return datetime(2025, month, day, hour, tzinfo=zone)


@pytest.mark.parametrize(
    ("night", "expected"),
    [
        (Night(22, 7), [(at(12, 22), at(13, 7)), (at(13, 22), at(14, 7))]),
        (Night(1, 5), [(at(13, 1), at(13, 5)), (at(14, 1), at(14, 5))]),
        (Night(20, 24), [(at(12, 20), at(13, 0)), (at(13, 20), at(14, 0))]),
        (
            Night(10, 13),
            [(at(12, 12), at(12, 13)), (at(13, 10), at(13, 13)), (at(14, 10), at(14, 12))],
        ),
        (Night(7, 7), []),
        (Night(12, 11), [(at(12, 12), at(13, 11)), (at(13, 12), at(14, 11))]),
    ],
)
def test_nights_are_cut_to_the_period(
    night: Night, expected: list[tuple[datetime, datetime]]
) -> None:
    assert list(nights_of(Frame(NOON, NOON + 48 * HOUR, night, UTC_ZONE))) == expected


def test_a_night_that_ends_as_the_period_begins_is_none_of_it() -> None:
    frame = Frame(at(12, 7), at(12, 22), Night(22, 7), UTC_ZONE)

    assert list(nights_of(frame)) == []


def test_nights_go_by_the_clocks_of_the_zone() -> None:
    """The clocks of Berlin go forward in the night before 30 March 2025: it lasts eight hours."""
    frame = Frame(at(29, 12, 3), at(30, 12, 3), Night(22, 7), BERLIN)

    ((begins, ends),) = nights_of(frame)

    assert (begins.astimezone(UTC), ends.astimezone(UTC)) == (at(29, 21, 3), at(30, 5, 3))


def test_nights_lie_behind_the_bars() -> None:
    frame = Frame(NOON, NOON + 24 * HOUR, Night(18, 6), UTC_ZONE)
    chart = chart_of(result(episode(0)), frame)

    assert chart is not None
    assert [(night.x, night.width) for night in chart.nights] == [(400, 280)]
