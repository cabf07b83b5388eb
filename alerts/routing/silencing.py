"""What people muted: silences and open maintenance windows against the labels of alerts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from alerts.routing.hidden import Hidden, HiddenBy
from alerts.routing.matching import Matcher, accepts

_LONGEST_REASON = 500


class Phase(StrEnum):
    """Where a silence or a maintenance window stands."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Mute:
    """One silence, or one opening of a maintenance window, from `starts_at` until before `ends_at`."""

    by: HiddenBy
    id: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    owner: str
    why: str

    def holds_at(self, at: datetime) -> bool:
        """Tell whether it mutes at the instant; its last instant is not muted any more."""
        return self.starts_at <= at < self.ends_at

    def mutes(self, labels: Mapping[str, str], at: datetime) -> bool:
        """Tell whether an alert of these labels is muted at the instant."""
        return self.holds_at(at) and accepts(self.matchers, labels)


def phase(starts_at: datetime, ends_at: datetime, at: datetime) -> Phase:
    """Return where something stands that mutes from `starts_at` until before `ends_at`."""
    if at >= ends_at:
        return Phase.EXPIRED
    return Phase.ACTIVE if at >= starts_at else Phase.PENDING


def why_muted(labels: Mapping[str, str], mutes: Iterable[Mute], at: datetime) -> Hidden | None:
    """Return why an alert of these labels is muted, None if it is not; of several, the one that ends last."""
    holding = [mute for mute in mutes if mute.mutes(labels, at)]
    if not holding:
        return None
    last = max(holding, key=lambda mute: (mute.ends_at, mute.id))
    return Hidden(last.by, last.id, _words(last), last.ends_at)


def _words(mute: Mute) -> str:
    what = "silenced" if mute.by is HiddenBy.SILENCE else "in maintenance"
    end = mute.ends_at.astimezone(UTC)
    return f"{what} until {end:%Y-%m-%d %H:%M} UTC by {mute.owner}: {mute.why}"[:_LONGEST_REASON]
