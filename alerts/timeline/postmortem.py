"""A post-mortem drafted from what is known. Pure: no Django, no clock, no database.

The draft says what the records say and leaves the judgement to people: who writes the text down
replaces it, and from then on the written one counts.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.timeline.lines import Line
from alerts.timeline.measures import Course, time_to_acknowledge, time_to_resolve
from alerts.wording import one_line, span

# Signs that Markdown, a table of it or the HTML that it becomes would read as more than text.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~#])")
_SLOW_ACKNOWLEDGEMENT = timedelta(minutes=15)
_FAILED = ("message_permanent", "message_failed", "message_dead")


@dataclass(frozen=True, slots=True)
class AlertSummary:
    """One alert of the incident: what it was, and when it fired and ended."""

    title: str
    severity: str
    service: str
    fired_at: datetime | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """What a draft is made of."""

    title: str
    severity: str
    status: str
    services: Sequence[str]
    description: str
    root_cause: str
    resolution: str
    course: Course
    alerts: Sequence[AlertSummary]


def drafted(incident: IncidentSummary, lines: Sequence[Line], *, more: bool = False) -> str:
    """Return the post-mortem as Markdown; `more` says that the timeline goes on beyond `lines`."""
    parts = [
        f"# Post-mortem: {escaped(incident.title)}",
        _facts(incident),
        "## Summary",
        escaped(incident.description) or _summary(incident),
        "## Impact",
        _impact(incident),
        "## Timeline",
        _timeline(lines, more=more),
        "## Root cause",
        escaped(incident.root_cause) or "Not known yet.",
        "## Resolution",
        escaped(incident.resolution) or "Not written down yet.",
        "## What went well",
        _bullets(_went_well(incident, lines)),
        "## What went badly",
        _bullets(_went_badly(incident, lines)),
        "## Actions",
        _table(("Action", "Owner", "Due"), [("", "", "")]),
    ]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Return the text as one line in which Markdown finds nothing to mark up."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def _facts(incident: IncidentSummary) -> str:
    course = incident.course
    rows = [
        ("Severity", incident.severity),
        ("Status", incident.status),
        ("Services", ", ".join(incident.services) or "none named"),
        ("Detected", _instant(course.detected_at)),
        ("Resolved", _instant(course.resolved_at) if course.resolved_at else "not yet"),
        ("Time to acknowledge", _span(time_to_acknowledge(course), "nobody yet")),
        ("Time to resolve", _span(time_to_resolve(course), "not yet")),
    ]
    return _table(("Fact", ""), rows)


def _summary(incident: IncidentSummary) -> str:
    lasted = time_to_resolve(incident.course)
    end = "It is not over yet." if lasted is None else f"It lasted {span(lasted)}."
    where = f" on {escaped(', '.join(incident.services))}" if incident.services else ""
    began = _instant(incident.course.detected_at)
    return f"An incident of severity {incident.severity}{where} began at {began}. {end}"


def _impact(incident: IncidentSummary) -> str:
    if not incident.alerts:
        return "No alert is linked; what customers noticed is for people to say."
    rows = [
        (
            alert.title,
            alert.severity,
            alert.service,
            _instant(alert.fired_at) if alert.fired_at else "did not fire",
            _lasted(alert),
        )
        for alert in incident.alerts
    ]
    return _table(("Alert", "Severity", "Service", "Fired", "Lasted"), rows)


def _lasted(alert: AlertSummary) -> str:
    if alert.fired_at is None:
        return ""
    return span(alert.resolved_at - alert.fired_at) if alert.resolved_at else "fires still"


def _timeline(lines: Sequence[Line], *, more: bool) -> str:
    rows = [(_instant(line.at), line.text, line.actor, line.via) for line in lines]
    table = _table(("At", "What happened", "Who", "By way of"), rows)
    return f"{table}\n\nThe timeline goes on; the service has all of it." if more else table


def _went_well(incident: IncidentSummary, lines: Sequence[Line]) -> list[str]:
    found = []
    acknowledged = time_to_acknowledge(incident.course)
    if acknowledged is not None and acknowledged < _SLOW_ACKNOWLEDGEMENT:
        found.append(f"Somebody had it after {span(acknowledged)}.")
    kinds = Counter(line.kind for line in lines)
    if kinds["message_sent"] and not any(kinds[kind] for kind in _FAILED):
        found.append(f"All messages arrived with their channels: {kinds['message_sent']} sent.")
    return found or ["The records show nothing; people may."]


def _went_badly(incident: IncidentSummary, lines: Sequence[Line]) -> list[str]:
    kinds = Counter(line.kind for line in lines)
    acknowledged = time_to_acknowledge(incident.course)
    candidates = [
        (acknowledged is None, "Nobody acknowledged it."),
        (
            acknowledged is not None and acknowledged >= _SLOW_ACKNOWLEDGEMENT,
            f"Nobody had it for {_span(acknowledged, '')}.",
        ),
        (kinds["exhausted"], f"Escalation ended unheard: {kinds['exhausted']} times."),
        (kinds["unacknowledged"], f"Acknowledgements lapsed: {kinds['unacknowledged']}."),
        (
            any(kinds[kind] for kind in _FAILED),
            f"Messages that never arrived: {sum(kinds[kind] for kind in _FAILED)}.",
        ),
        (
            kinds["message_transient"],
            f"Tries that had to be repeated: {kinds['message_transient']}.",
        ),
    ]
    found = [text for holds, text in candidates if holds]
    return found or ["The records show nothing; people may."]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    written = [" | ".join(head), " | ".join("---" for _ in head)]
    written += [" | ".join(escaped(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in written)


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _span(length: timedelta | None, otherwise: str) -> str:
    return otherwise if length is None else span(length)
