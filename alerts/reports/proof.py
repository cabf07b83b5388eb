"""What a backtest says about a piece of advice. Pure: no Django, no clock, no database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

_ENDED = frozenset({"done", "failed"})


@dataclass(frozen=True, slots=True)
class Proof:
    """A backtest of the change; `fired_before` and `fired_after` are None until it is done."""

    backtest_id: UUID
    status: str
    progress: float
    asked_at: datetime
    days: int
    fired_before: int | None = None
    fired_after: int | None = None
    error: str = ""

    @property
    def is_under_way(self) -> bool:
        """Whether it still waits or runs."""
        return self.status not in _ENDED

    @property
    def words(self) -> str:
        """Return what there is to say, such as `would have fired 3 times instead of 41 in 7 days`."""
        if self.is_under_way:
            return f"is being tried: {self.progress:.0%}"
        if self.fired_before is None or self.fired_after is None:
            return f"could not be tried: {self.error}"
        return f"{would_have_fired(self.fired_after, self.fired_before)} in {self.days} days"


def would_have_fired(after: int, before: int | None = None) -> str:
    """Return how often, such as `would have fired 3 times instead of 41`; `before` is how often it does as it is."""
    if not after:
        instead = f", instead of {_times(before)}," if before else ""
        return f"would not have fired{instead}"
    instead = "" if before is None else f" instead of {before:,}"
    return f"would have fired {_times(after)}{instead}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
