"""The words of a message, the same for every channel; pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.messages import Content

_SIGNS = {
    "percent": "%",
    "milliseconds": "ms",
    "seconds": "s",
    "bytes": "B",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a message: what it is about, and what there is to know."""

    name: str
    text: str
    url: str = ""


def one_line(text: str) -> str:
    """Return the text with every run of blanks and line ends as one blank, and nothing invisible.

    Line ends would split a header, and marks such as the right-to-left override would let a
    label write what a reader takes for something else.
    """
    visible = "".join(sign for sign in text if sign.isprintable() or sign.isspace())
    return " ".join(visible.split())


def subject(content: Content) -> str:
    """Return one line such as `[critical] service_down: payment-service (firing)`."""
    return one_line(f"[{content.severity}] {what(content)} ({content.state})")


def what(content: Content) -> str:
    """Return what it is about, such as `service_down: payment-service`; a title that names the service is enough."""
    if content.service and not _names(content.title, content.service):
        return one_line(f"{content.title}: {content.service}")
    return one_line(content.title)


def facts(content: Content) -> list[Fact]:
    """Return what is known, the most important first; what is not known is left out."""
    candidates = [
        Fact("Service", content.service),
        Fact("Metric", content.metric),
        Fact("Value", _value_against_threshold(content)),
        Fact("Since", _instant(content.started_at)),
        Fact("Taken", _acknowledgement(content)),
        Fact("Resolved", _resolution(content)),
        Fact("Note", one_line(content.resolution_note)),
        Fact("Labels", _labels(content)),
        Fact("Runbook", content.runbook_url, content.runbook_url),
        Fact("Sent here", _reason_for_channel(content)),
    ]
    return [fact for fact in candidates if fact.text]


def quantity(value: float, unit: str) -> str:
    """Return a number with its unit, such as `95.2 %`, `1,250 ms`, `12 connections`."""
    magnitude = abs(value)
    if value and not 0.001 <= magnitude < 1e15:
        number = f"{value:.4g}"
    else:
        number = f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{number} {_SIGNS.get(unit, unit)}".rstrip()


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units, such as `2 h 5 min`; at least `0 s`."""
    seconds = max(0, round(length.total_seconds()))
    parts = []
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(f"{amount} {name}")
    return " ".join(parts[:2]) or "0 s"


def _names(title: str, service: str) -> bool:
    """Tell whether the title names the service; `auth_failures` does not name `auth`."""
    return bool(re.search(rf"(?<![\w-]){re.escape(service)}(?![\w-])", title))


def _value_against_threshold(content: Content) -> str:
    value = "no data" if content.value is None else quantity(content.value, content.unit)
    if content.threshold is None:
        return "" if content.value is None else value
    return f"{value} (alerts when {content.condition} {quantity(content.threshold, content.unit)})"


def _acknowledgement(content: Content) -> str:
    if content.acknowledged_at is None or not content.acknowledged_by:
        return ""
    return f"by {one_line(content.acknowledged_by)} at {_instant(content.acknowledged_at)}"


def _resolution(content: Content) -> str:
    if content.resolved_at is None:
        return ""
    text = _instant(content.resolved_at)
    if content.started_at is not None:
        text += f" after {span(content.resolved_at - content.started_at)}"
    return f"{text} by {one_line(content.resolved_by)}" if content.resolved_by else text


def _labels(content: Content) -> str:
    return ", ".join(
        f"{one_line(name)}={one_line(str(value))}" for name, value in sorted(content.labels.items())
    )


def _reason_for_channel(content: Content) -> str:
    return f"because {content.instead_of} refused it" if content.instead_of else ""


def _instant(instant: datetime | None) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if instant else ""
