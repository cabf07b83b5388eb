"""How much people want tickets at an instant of the day; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import cos, exp, pi

import numpy as np

from config.demo.catalogue import EVENTS, Event

MINUTES_A_DAY = 1_440
ONSALE_EVERY_MINUTES = 30
"""One event opens its sale in each half hour, so that a visitor of any hour sees a peak."""
PEAK_DECAY_MINUTES = 6.0
PEAK_LASTS_MINUTES = 45.0
BUSIEST_HOUR = 20.0


@dataclass(frozen=True, slots=True)
class SaleDay:
    """The plan of one day: at which minutes (UTC) each event opens a sale."""

    onsale_minutes: Mapping[str, tuple[float, ...]]


def plan_day(rng: np.random.Generator) -> SaleDay:
    """Return a day in which the events take turns to open a sale, at seeded minutes."""
    minutes: dict[str, list[float]] = {event.event_id: [] for event in EVENTS}
    turns = range(MINUTES_A_DAY // ONSALE_EVERY_MINUTES)
    order = rng.permutation([turn % len(EVENTS) for turn in turns])
    for turn, index in zip(turns, order, strict=True):
        opens = turn * ONSALE_EVERY_MINUTES + float(rng.uniform(0, ONSALE_EVERY_MINUTES / 2))
        minutes[EVENTS[int(index)].event_id].append(opens)
    return SaleDay({event_id: tuple(opens) for event_id, opens in minutes.items()})


def minute_of_day(at: datetime) -> float:
    """Return the minutes since midnight of `at`, in its own time zone."""
    return at.hour * 60 + at.minute + at.second / 60


def daily_rhythm(minute: float) -> float:
    """Return how awake the buyers are, from 0.25 in the small hours to 1 in the evening."""
    return 0.625 + 0.375 * cos(2 * pi * (minute / 60 - BUSIEST_HOUR) / 24)


def onsale_rush(day: SaleDay, event: Event, minute: float) -> float:
    """Return the rush on an event: 1 when its sale opens, then fading, 0 outside.

    The day is a circle: a sale opened before midnight still fades after it.
    """
    ages = [(minute - opens) % MINUTES_A_DAY for opens in day.onsale_minutes[event.event_id]]
    return sum(exp(-age / PEAK_DECAY_MINUTES) for age in ages if age < PEAK_LASTS_MINUTES)


def tickets_per_minute(day: SaleDay, event: Event, minute: float) -> float:
    """Return how many tickets of an event buyers try to get a minute."""
    return event.draw * (3.0 * daily_rhythm(minute) + 40.0 * onsale_rush(day, event, minute))


def visitor_load(day: SaleDay, minute: float) -> float:
    """Return the load of the whole platform: about 1 on a quiet evening, 3 in a rush."""
    rush = sum(event.draw * onsale_rush(day, event, minute) for event in EVENTS)
    return daily_rhythm(minute) + 0.8 * rush
