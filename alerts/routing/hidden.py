"""Why messages about an alert are held back, in words that its ledger and timeline can keep."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HiddenBy(StrEnum):
    """The named reasons; each is counted by itself."""

    SILENCE = "silence"
    WINDOW = "window"
    INHIBITION = "inhibition"


@dataclass(frozen=True, slots=True)
class Hidden:
    """One reason to hold messages of one alert back for now."""

    by: HiddenBy
    id: str
    """Of the silence, the maintenance window or the causing alert."""
    reason: str
    """For people, in one line."""
    until: datetime | None
    """When it ends by itself; None where that is not known, as with a cause that fires."""
