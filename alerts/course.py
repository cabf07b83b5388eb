"""Reads the course of an alert: its chain of escalation in plain words, how far it is, and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.chain_wording import sentence
from alerts.escalation.chain import Chain
from alerts.models import Alert, Event
from alerts.models.event import EventKind

MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class ChainCourse:
    """A frozen chain beside what was taken of it."""

    policy: str
    steps: Sequence[dict[str, Any]]
    repeats: int
    steps_taken: int
    next_step_at: datetime | None
    next_step: str
    """What it will do, in plain words; empty if none is to come."""
    remind_at: datetime | None
    exhausted: bool
    worst_lateness_seconds: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """What happened to one alert and what will."""

    events: Sequence[Event]
    """Oldest first; of very many the newest ones."""
    chain: ChainCourse | None


def course_of(alert: Alert) -> Course:
    """Return the course of an alert, in one query."""
    newest = Event.objects.filter(alert=alert).order_by("-at", "-pk")[:MOST_EVENTS]
    happened = list(newest)[::-1]
    chain = Chain.of(alert.escalation) if alert.escalation else None
    return Course(happened, _chain_course(alert, chain, happened) if chain else None)


def _chain_course(alert: Alert, chain: Chain, happened: Sequence[Event]) -> ChainCourse:
    following = chain.next_after(alert.escalation_step)
    lateness = [
        float(event.detail["lateness_seconds"])
        for event in happened
        if event.kind == EventKind.ESCALATED and "lateness_seconds" in event.detail
    ]
    return ChainCourse(
        policy=chain.name,
        steps=[
            {
                "sentence": sentence(step),
                "wait_seconds": step.wait_seconds,
                "kind": step.kind,
                "channel": step.channel,
                "name": step.name,
            }
            for step in chain.steps
        ],
        repeats=chain.repeats,
        steps_taken=alert.escalation_step,
        next_step_at=alert.next_step_at,
        next_step=sentence(following) if following and alert.next_step_at else "",
        remind_at=alert.remind_at,
        exhausted=bool(chain.steps) and following is None,
        worst_lateness_seconds=max(lateness, default=None),
    )
