"""The figures of a replay: how often it would have fired, for how long, and whom it would have woken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from alerts.backtest.episodes import Episode
from alerts.backtest.messages import Messages
from alerts.reports.night import Night

# What is over that soon was over before anybody looked.
SHORT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Span:
    """When an incident lasted; `end` is None while it does. The end itself no longer belongs to it."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How well the alerts and the incidents that people worked on go together.

    `precision` is the share of the alerts that fired during an incident, `recall` the share of the incidents during
    which an alert fired, both 0 to 1; None where there is nothing to take a share of.
    """

    incidents: int
    alerts_within: int
    incidents_seen: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Totals over one replay; durations in seconds, those of alerts that still fire up to its end.

    `short` is the number of alerts that were over within five minutes. `messages` are those that say that alerts
    fire, after grouping, to each recipient; `night_pages` those of them that are due at night.
    """

    firings: int
    still_firing: int
    flapping: int
    short: int
    total_seconds: float
    median_seconds: float | None
    longest_seconds: float | None
    messages: int
    resolved_messages: int
    night_pages: int
    overlap: Overlap


def report(
    episodes: Sequence[Episode],
    messages: Messages,
    incidents: Sequence[Span],
    *,
    end: datetime,
    night: Night,
    zone: ZoneInfo,
) -> Report:
    """Return the figures of a replay whose last evaluation took place at `end`; night is by the clocks of `zone`."""
    lengths = [_length(episode, end).total_seconds() for episode in episodes]
    return Report(
        firings=len(episodes),
        still_firing=sum(episode.resolved_at is None for episode in episodes),
        flapping=sum(episode.flapping for episode in episodes),
        short=sum(_is_short(episode) for episode in episodes),
        total_seconds=sum(lengths),
        median_seconds=median(lengths) if lengths else None,
        longest_seconds=max(lengths, default=None),
        messages=len(messages.firing),
        resolved_messages=len(messages.resolved),
        night_pages=sum(
            night.holds(message.due_at.astimezone(zone).hour) for message in messages.firing
        ),
        overlap=overlap(episodes, incidents),
    )


def overlap(episodes: Sequence[Episode], incidents: Sequence[Span]) -> Overlap:
    """Return how the alerts, from firing to resolution, and the incidents overlap."""
    spans = [Span(episode.fired_at, episode.resolved_at) for episode in episodes]
    within = sum(any(_meet(span, incident) for incident in incidents) for span in spans)
    seen = sum(any(_meet(incident, span) for span in spans) for incident in incidents)
    return Overlap(
        len(incidents), within, seen, _share(within, len(spans)), _share(seen, len(incidents))
    )


def _meet(one: Span, other: Span) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Span, other: Span) -> bool:
    return other.end is None or one.start < other.end


def _length(episode: Episode, end: datetime) -> timedelta:
    return (episode.resolved_at or end) - episode.fired_at


def _is_short(episode: Episode) -> bool:
    return episode.resolved_at is not None and episode.resolved_at - episode.fired_at < SHORT


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
