"""What changes if one version of a rule takes the place of another, by their replays over the same period."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.backtest.episodes import Episode


@dataclass(frozen=True, slots=True)
class Change:
    """One alert of the new version that takes the place of one or several of the old, about the same subject.

    Seconds are positive if the new version is later: in firing than the first of them, in resolving than the last.
    `resolves_later_seconds` is None if either still fires at the end.
    """

    before: Sequence[Episode]
    after: Episode
    fires_later_seconds: float
    resolves_later_seconds: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """`gone` fired by the old version alone, `new` by the new one alone; `same` differ in nothing that people see."""

    same: int
    changed: Sequence[Change]
    gone: Sequence[Episode]
    new: Sequence[Episode]


def difference(before: Sequence[Episode], after: Sequence[Episode]) -> Difference:
    """Return what changes. Alerts belong together if they are about one subject and overlap in time.

    An alert of the old version that overlaps several of the new belongs to the first of them.
    """
    old: dict[str, list[Episode]] = defaultdict(list)
    for episode in sorted(before, key=_fired_at):
        old[episode.fingerprint].append(episode)
    changes: list[Change] = []
    new: list[Episode] = []
    taken: set[tuple[str, datetime]] = set()
    for episode in sorted(after, key=_fired_at):
        met = [each for each in old[episode.fingerprint] if _meet(each, episode)]
        own = [each for each in met if _name(each) not in taken]
        taken.update(map(_name, own))
        if not met:
            new.append(episode)
        else:
            changes.append(_change(own or met, episode))
    gone = [each for each in sorted(before, key=_fired_at) if _name(each) not in taken]
    changed = [change for change in changes if not _is_same(change)]
    return Difference(len(changes) - len(changed), changed, gone, new)


def _change(before: Sequence[Episode], after: Episode) -> Change:
    last = before[-1]
    resolves_later = None
    if last.resolved_at is not None and after.resolved_at is not None:
        resolves_later = (after.resolved_at - last.resolved_at).total_seconds()
    fires_later = (after.fired_at - before[0].fired_at).total_seconds()
    return Change(before, after, fires_later, resolves_later)


def _is_same(change: Change) -> bool:
    return (
        len(change.before) == 1
        and change.before[0].fired_at == change.after.fired_at
        and change.before[0].resolved_at == change.after.resolved_at
    )


def _meet(one: Episode, other: Episode) -> bool:
    return _starts_before_end(one, other) and _starts_before_end(other, one)


def _starts_before_end(one: Episode, other: Episode) -> bool:
    return other.resolved_at is None or one.fired_at < other.resolved_at


def _name(episode: Episode) -> tuple[str, datetime]:
    return episode.fingerprint, episode.fired_at


def _fired_at(episode: Episode) -> datetime:
    return episode.fired_at
