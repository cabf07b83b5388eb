"""What the noise report is made of: plain values of rules and of their firings. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule as it stands now, as far as advice may change it; spans in seconds."""

    id: UUID
    name: str
    severity: str
    condition: str
    threshold: float
    recovery_threshold: float | None
    duration: int
    keep_firing_for: int
    enabled: bool = True
    composite: bool = False


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert of a rule that fired, and what came of it.

    `by_itself` says that no person resolved it; `messages` and `night_pages` count what was sent about it.
    """

    rule_id: UUID
    fired_at: datetime
    resolved_at: datetime | None = None
    by_itself: bool = True
    acknowledged_at: datetime | None = None
    flapping: bool = False
    in_incident: bool = False
    messages: int = 0
    night_pages: int = 0

    @property
    def lasted(self) -> timedelta | None:
        """Return how long it fired, None while it does."""
        return None if self.resolved_at is None else self.resolved_at - self.fired_at
