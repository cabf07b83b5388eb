"""The figures of a replay."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.backtest.episodes import Episode
from alerts.backtest.messages import Message, Messages
from alerts.backtest.report import Overlap, Report, Span, overlap, report
from alerts.reports.night import Night
from tests.alerts.backtest.episodes_text import alert
from tests.alerts.series_text import MINUTE, NOON

NIGHT = Night(22, 7)
UTC = ZoneInfo("UTC")
END = NOON + 60 * MINUTE
SECOND = 1 / 60


def span(start: float, end: float | None) -> Span:
    return Span(NOON + start * MINUTE, None if end is None else NOON + end * MINUTE)


def report_of(episodes: list[Episode], messages: Messages = Messages([], [])) -> Report:  # noqa: B008 - it is immutable
    return report(episodes, messages, [], end=END, night=NIGHT, zone=UTC)


def test_the_figures_of_some_alerts() -> None:
    episodes = [alert(0, 5), alert(10, 12, flapping=True), alert(20, 30), alert(40)]

    assert report_of(episodes, Messages([Message(NOON, 2)] * 3, [Message(NOON, 1)])) == Report(
        firings=4,
        still_firing=1,
        flapping=1,
        short=1,
        total_seconds=(5 + 2 + 10 + 20) * 60,
        median_seconds=7.5 * 60,
        longest_seconds=20 * 60,
        messages=3,
        resolved_messages=1,
        night_pages=0,
        overlap=Overlap(0, 0, 0, 0.0, None),
    )


def test_nothing_that_fired_has_no_durations() -> None:
    found = report_of([])

    assert (found.total_seconds, found.median_seconds, found.longest_seconds) == (0, None, None)
    assert found.overlap == Overlap(0, 0, 0, None, None)


@pytest.mark.parametrize(("resolved", "short"), [(5 - SECOND, 1), (5, 0), (None, 0)])
def test_what_is_over_within_five_minutes_is_short(resolved: float | None, short: int) -> None:
    assert report_of([alert(0, resolved)]).short == short


@pytest.mark.parametrize(
    ("hours", "zone", "pages"),
    [
        (9, "UTC", 0),
        (10, "UTC", 1),
        (18.9, "UTC", 1),
        (19, "UTC", 0),
        # At 20:00 UTC it is 21:00 in Berlin, an hour later 22:00.
        (8, "Europe/Berlin", 0),
        (9, "Europe/Berlin", 1),
    ],
)
def test_a_page_at_night_is_one_that_is_due_at_night_by_local_clocks(
    hours: float, zone: str, pages: int
) -> None:
    due_at = NOON + timedelta(hours=hours)
    messages = Messages([Message(due_at, 7)], [Message(due_at, 7)])

    found = report([], messages, [], end=END, night=NIGHT, zone=ZoneInfo(zone))

    assert found.night_pages == pages


@pytest.mark.parametrize(
    ("incident", "meets"),
    [
        (span(0, 10), False),
        (span(0, 10 + SECOND), True),
        (span(12, 13), True),
        (span(20 - SECOND, 30), True),
        (span(20, 30), False),
        (span(0, None), True),
        (span(20, None), False),
        (span(5, 50), True),
    ],
)
def test_an_alert_meets_an_incident_while_both_last(incident: Span, *, meets: bool) -> None:
    found = overlap([alert(10, 20)], [incident])

    share = 1.0 if meets else 0.0
    assert found == Overlap(1, int(meets), int(meets), share, share)


def test_what_still_fires_meets_what_begins_later() -> None:
    assert overlap([alert(10)], [span(30, 40)]).recall == 1.0
    assert overlap([alert(10)], [span(0, 5)]).recall == 0.0


def test_precision_is_of_alerts_and_recall_of_incidents() -> None:
    episodes = [alert(0, 5), alert(10, 15), alert(11, 12, host="b"), alert(50, 55)]
    incidents = [span(9, 20), span(30, 40), span(54, None)]

    assert overlap(episodes, incidents) == Overlap(3, 3, 2, 0.75, 2 / 3)
