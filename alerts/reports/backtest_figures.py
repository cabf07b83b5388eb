"""The figures of a backtest in words, those of the rule as it is beside those of the tried one. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from alerts.reports.proof import would_have_fired
from alerts.wording import span

_Words = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both versions; `current` is empty where a new rule was tried."""

    name: str
    current: str
    tried: str
    better: bool | None = None
    """Whether the tried one is quieter; None where quieter is not better by itself, or both are equal."""


def comparison_of(result: Mapping[str, Any]) -> list[Figure]:
    """Return the figures in the order in which they matter to whoever is woken."""
    return [_figure(name, words, result) for name, words in _FIGURES.items()]


def verdict_of(result: Mapping[str, Any]) -> str:
    """Return the gist in a sentence, such as `It would have fired 3 times instead of 41.`"""
    tried, current = result["report"], result.get("current")
    words = would_have_fired(tried["firings"], current and current["firings"])
    return f"It {words.rstrip(',')}."


def _figure(name: str, words: _Words, result: Mapping[str, Any]) -> Figure:
    tried, current = result["report"], result.get("current")
    if current is None:
        return Figure(name, "", words(tried))
    return Figure(name, words(current), words(tried), _better(name, current, tried))


def _better(name: str, current: Mapping[str, Any], tried: Mapping[str, Any]) -> bool | None:
    field = _QUIETER.get(name)
    if field is None or tried[field] == current[field]:
        return None
    return bool(tried[field] < current[field])


def _count(field: str) -> _Words:
    return lambda report: f"{report[field]:,}"


def _length(field: str) -> _Words:
    def words(report: Mapping[str, Any]) -> str:
        seconds = report[field]
        return "none" if seconds is None else span(timedelta(seconds=seconds))

    return words


def _share(share: str, part: str, whole: Callable[[Mapping[str, Any]], int]) -> _Words:
    def words(report: Mapping[str, Any]) -> str:
        overlap = report["overlap"]
        if overlap[share] is None:
            return "none"
        return f"{overlap[part]} of {whole(report)} ({overlap[share]:.0%})"

    return words


_FIGURES: Mapping[str, _Words] = {
    "Alerts": _count("firings"),
    "Messages that they fire": _count("messages"),
    "Messages at night": _count("night_pages"),
    "Messages that they are over": _count("resolved_messages"),
    "Over within 5 minutes": _count("short"),
    "Flapping": _count("flapping"),
    "Still firing at the end": _count("still_firing"),
    "Fired for, in all": _length("total_seconds"),
    "Fired for, median": _length("median_seconds"),
    "Fired for, longest": _length("longest_seconds"),
    "Alerts during incidents": _share(
        "precision", "alerts_within", lambda report: report["firings"]
    ),
    "Incidents with an alert": _share(
        "recall", "incidents_seen", lambda report: report["overlap"]["incidents"]
    ),
}
_QUIETER: Mapping[str, str] = {
    "Alerts": "firings",
    "Messages that they fire": "messages",
    "Messages at night": "night_pages",
    "Over within 5 minutes": "short",
    "Flapping": "flapping",
}
