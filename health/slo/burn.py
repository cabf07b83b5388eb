"""Burn rates over several windows, and the pairs of windows that are worth telling somebody.

A long window alone goes on for hours after the trouble is over; a short one alone pages for every hiccup. Their
minimum is high only while both are: enough has burnt, and it burns still.
Source: "Multiwindow, Multi-Burn-Rate Alerts", table 5-8, Site Reliability Workbook.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from health.slo.budget import Tally, burn_rate

WINDOWS: Mapping[str, timedelta] = {
    "5m": timedelta(minutes=5),
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "2h": timedelta(hours=2),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A long window and the short one, a twelfth of it, that tells whether it burns still.

    `threshold` is for an objective over 30 days: 14.4 spends 2 % of the budget within the hour, 6 spends 5 %
    within six, 1 spends 10 % within three days.
    """

    long: str
    short: str
    threshold: float

    @property
    def name(self) -> str:
        """Return the label of its series, such as `1h/5m`."""
        return f"{self.long}/{self.short}"


PAIRS = (Pair("1h", "5m", 14.4), Pair("6h", "30m", 6.0), Pair("3d", "6h", 1.0))

BurnRates = Mapping[str, float | None]
"""Window, or pair, to burn rate; None where nothing, or too little, was measured."""


def rates_of_time(windows: Mapping[str, Tally], target_percent: Decimal) -> BurnRates:
    """Return the burn rate of each window whose tally is of milliseconds.

    None for a window of which less than half was measured: in the first hours of a service all windows hold the same
    minutes, and one outage would be told once for each of them.
    """
    return {
        name: burn_rate(tally, target_percent) if _is_telling(name, tally) else None
        for name, tally in windows.items()
    }


def rates_of_answers(windows: Mapping[str, Tally], target_percent: Decimal) -> BurnRates:
    """Return the burn rate of each window whose tally is of requests or probes; None where there were none."""
    return {name: burn_rate(tally, target_percent) for name, tally in windows.items()}


def pair_rates(burn_rates: BurnRates) -> dict[str, float | None]:
    """Return the smaller rate of each pair; None where one of the two is not known."""
    return {
        pair.name: _both(burn_rates.get(pair.long), burn_rates.get(pair.short)) for pair in PAIRS
    }


def present_burn(burn_rates: BurnRates) -> float:
    """Return the rate at which the budget is being spent now: the fastest that a pair agrees on, 0 if none does."""
    return max((rate for rate in pair_rates(burn_rates).values() if rate is not None), default=0.0)


def _is_telling(window: str, tally: Tally) -> bool:
    return 2 * tally.total >= WINDOWS[window] / timedelta(milliseconds=1)


def _both(long: float | None, short: float | None) -> float | None:
    return None if long is None or short is None else min(long, short)
