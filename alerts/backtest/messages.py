"""What people would have been sent about the alerts of a replay."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.backtest.episodes import Episode
from alerts.evaluation.cooldown import notify_at

Group = Callable[[Episode], Hashable]


@dataclass(frozen=True, slots=True)
class Message:
    """One message to each recipient: when it is due, and about how many alerts."""

    due_at: datetime
    alerts: int


class Messages(NamedTuple):
    """What tells that alerts fire, and what tells that they are over, each in the order of time."""

    firing: Sequence[Message]
    resolved: Sequence[Message]


class _Told(NamedTuple):
    """One alert as people hear of it."""

    episode: Episode
    at: datetime


def messages_of(
    episodes: Iterable[Episode], group: Group, *, wait: timedelta, cooldown: timedelta = timedelta()
) -> Messages:
    """Return the messages about the alerts.

    Alerts of one group that fire within `wait` of the first are one message, sent when the wait is over; the same for
    those that resolve. A series that fires again within its `cooldown` is told of only at its end, if it still fires
    then; who was not told that an alert fires is not told that it is over.
    """
    told = list(_told(sorted(episodes, key=lambda episode: episode.fired_at), cooldown))
    over = [
        _Told(each.episode, each.episode.resolved_at) for each in told if each.episode.resolved_at
    ]
    return Messages(_grouped(told, group, wait), _grouped(over, group, wait))


def _told(episodes: Iterable[Episode], cooldown: timedelta) -> Iterable[_Told]:
    last: dict[str, datetime] = {}
    for episode in episodes:
        at = notify_at(episode.fired_at, last.get(episode.fingerprint), cooldown)
        if episode.resolved_at is None or episode.resolved_at >= at:
            last[episode.fingerprint] = at
            yield _Told(episode, at)


def _grouped(told: Iterable[_Told], group: Group, wait: timedelta) -> list[Message]:
    """Return a message for each alert, or for each group that comes together while the first of it waits."""
    waiting: dict[Hashable, Message] = {}
    sent: list[Message] = []
    for each in sorted(told, key=lambda each: each.at):
        key = group(each.episode)
        message = waiting.get(key)
        if message is not None and each.at < message.due_at:
            waiting[key] = Message(message.due_at, message.alerts + 1)
            continue
        if message is not None:
            sent.append(message)
        waiting[key] = Message(each.at + wait, 1)
    sent += waiting.values()
    return sorted(sent, key=lambda message: message.due_at)


def by_labels(key: Callable[[Mapping[str, str]], Hashable], more: Mapping[str, str]) -> Group:
    """Return what groups alerts by their labels, their `service_name` and `more` (rule, severity) beside them."""

    def group(episode: Episode) -> Hashable:
        return key({**episode.labels, "service_name": episode.service, **more})

    return group
