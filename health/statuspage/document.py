"""Everything that the public may know, and nothing else: each output of the status page is made from this alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from health.statuspage.bars import Day, Run, Spans, in_words, lasted, percent_text, runs, total
from health.statuspage.stage import RESOLVED, STATE_WORDS, PublicState, overall

IMPACT_WORDS = {
    "none": "No impact",
    "minor": "Minor impact",
    "major": "Major impact",
    "critical": "Critical impact",
}
_HEADLINES = {
    PublicState.OPERATIONAL: "All systems are operational",
    PublicState.MAINTENANCE: "Maintenance is under way",
    PublicState.UNKNOWN: "Some services cannot be seen right now",
    PublicState.DEGRADED: "Some services are degraded",
    PublicState.PARTIAL_OUTAGE: "Partial outage",
    PublicState.OUTAGE: "Major outage",
}
_MILLISECOND = timedelta(milliseconds=1)
_NOTHING_SHOWN = "No service is shown here yet"


@dataclass(frozen=True)
class PublicService:
    """One service under its public name."""

    id: str
    name: str
    group: str
    state: PublicState
    days: Sequence[Day]

    @property
    def state_words(self) -> str:
        """Return the state as people read it."""
        return STATE_WORDS[self.state]

    @cached_property
    def spans(self) -> Spans:
        """Return what all its days add up to."""
        return total(self.days)

    @property
    def uptime_percent(self) -> Decimal | None:
        """Return its uptime over all days, None if nothing was measured."""
        return self.spans.uptime_percent

    @property
    def uptime_words(self) -> str:
        """Return its uptime as people read it."""
        return percent_text(self.uptime_percent)

    @property
    def runs(self) -> list[Run]:
        """Return its days as a table says them, the newest first."""
        return runs(self.days)

    @property
    def days_in_words(self) -> str:
        """Return its bars for who does not see them."""
        return in_words(self.days)


@dataclass(frozen=True)
class Update:
    """One thing that was said about an incident."""

    id: str
    stage: str
    text: str
    at: datetime


@dataclass(frozen=True)
class PublicIncident:
    """One incident with its updates, the newest first."""

    id: str
    title: str
    impact: str
    services: Sequence[str]
    """Public names of those that it hits."""
    started_at: datetime
    resolved_at: datetime | None
    updates: Sequence[Update]

    @property
    def is_open(self) -> bool:
        """Tell whether it goes on."""
        return self.resolved_at is None

    @property
    def stage(self) -> str:
        """Return the stage that the newest update gives."""
        return self.updates[0].stage if self.updates else ("" if self.is_open else RESOLVED)

    @property
    def impact_words(self) -> str:
        """Return its impact as people read it."""
        return IMPACT_WORDS[self.impact]

    @property
    def updated_at(self) -> datetime:
        """Return when something was said last."""
        return self.updates[0].at if self.updates else self.started_at

    @property
    def lasted_words(self) -> str:
        """Return how long it went on, such as `1 h 5 min`; nothing while it does."""
        if self.resolved_at is None:
            return ""
        return lasted(max(self.resolved_at - self.started_at, timedelta(0)) // _MILLISECOND)


@dataclass(frozen=True)
class Maintenance:
    """One announced opening of a maintenance window."""

    id: str
    title: str
    text: str
    services: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime

    @property
    def is_of_one_day(self) -> bool:
        """Tell whether it ends on the day on which it begins."""
        return self.starts_at.date() == self.ends_at.date()

    def is_running(self, at: datetime) -> bool:
        """Tell whether it is under way at the instant; its last instant is not any more."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class StatusDocument:
    """The status page as of one instant; incidents are the newest first, maintenance by its begin."""

    at: datetime
    title: str
    url: str
    """Address of the page without a slash at its end; the other outputs are below it."""
    services: Sequence[PublicService]
    incidents: Sequence[PublicIncident]
    maintenance: Sequence[Maintenance]

    @cached_property
    def state(self) -> PublicState:
        """Return the state of the platform."""
        return overall(
            [service.state for service in self.services],
            [incident.impact for incident in self.open_incidents],
        )

    @property
    def headline(self) -> str:
        """Return the one sentence that answers why somebody opened the page."""
        if not self.services and self.state is PublicState.UNKNOWN:
            return _NOTHING_SHOWN
        return _HEADLINES[self.state]

    @property
    def uptime_percent(self) -> Decimal | None:
        """Return the uptime of all services together, None if nothing was measured."""
        return sum((service.spans for service in self.services), Spans()).uptime_percent

    @property
    def groups(self) -> list[tuple[str, list[PublicService]]]:
        """Return the services by their group, in their order; those of a group stand together already."""
        return [
            (name, list(members))
            for name, members in groupby(self.services, lambda service: service.group)
        ]

    @cached_property
    def open_incidents(self) -> list[PublicIncident]:
        """Return the incidents that go on."""
        return [incident for incident in self.incidents if incident.is_open]

    @cached_property
    def past_incidents(self) -> list[PublicIncident]:
        """Return the incidents that are over."""
        return [incident for incident in self.incidents if not incident.is_open]

    @property
    def running_maintenance(self) -> list[Maintenance]:
        """Return the maintenance that is under way."""
        return [each for each in self.maintenance if each.is_running(self.at)]

    @property
    def coming_maintenance(self) -> list[Maintenance]:
        """Return the maintenance that is announced."""
        return [each for each in self.maintenance if each.starts_at > self.at]


def in_order(services: Iterable[tuple[int, PublicService]]) -> list[PublicService]:
    """Return services, each given with its place, so that a group stands where its first member does."""
    placed = sorted(services, key=lambda pair: (pair[0], pair[1].name.casefold(), pair[1].id))
    first: dict[str, int] = {}
    for place, (_, service) in enumerate(placed):
        first.setdefault(service.group, place)
    return sorted((service for _, service in placed), key=lambda service: first[service.group])
