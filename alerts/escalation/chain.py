"""A chain of steps as it is frozen on an alert: which step comes next, when, and how an acknowledgement stops it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

# From mild to severe, as the specification names them.
SEVERITIES = ("info", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Step:
    """Wait, then tell somebody by a channel."""

    wait_seconds: int
    """Since the step before, or since people were first told."""
    kind: str
    """channel, contact or rotation."""
    channel: str
    target: str = ""
    """Id of the contact or rotation; empty for the recipients of the channel itself."""
    name: str = ""
    """Name of the contact or rotation when the chain was frozen, for people to read."""
    minimum_severity: str = ""
    """The step is left out for milder alerts; empty: never."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps of a policy, over again `repeats` times, and what an acknowledgement is worth.

    Steps are counted over all rounds from 1, and the count never starts anew: each step of an alert
    has a number of its own, and with it messages of its own.
    """

    policy: str
    name: str
    steps: tuple[Step, ...]
    repeats: int = 0
    remind_after_seconds: int = 0
    unacknowledge_after_seconds: int = 0
    begun_after: int = 0
    """Steps that were taken before the first round began: more than none once the chain began anew."""
    paused_due_at: str = ""
    """While somebody has acknowledged: when the next step would have been due, ISO 8601."""
    reminders: int = 0
    """Reminders sent so far."""

    @property
    def last(self) -> int:
        """The number of the last step of the last round."""
        return self.begun_after + len(self.steps) * (1 + self.repeats)

    def next_after(self, taken: int) -> Step | None:
        """Return the step that follows the one numbered `taken`; None at the end of the chain."""
        if not self.begun_after <= taken < self.last:
            return None
        return self.steps[(taken - self.begun_after) % len(self.steps)]

    def round_of(self, number: int) -> int:
        """Return which time through the chain a step belongs to, from 1."""
        return (number - self.begun_after - 1) // len(self.steps) + 1

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {**asdict(self), "steps": [asdict(step) for step in self.steps]}

    @classmethod
    def of(cls, frozen: Mapping[str, Any]) -> Self:
        """Read it back. Raises KeyError, TypeError or ValueError if it is not one."""
        return cls(**{**frozen, "steps": tuple(Step(**step) for step in frozen["steps"])})


def steps_for(severity: str, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps that an alert of this severity takes.

    The wait of a step that is left out is added to the next one: each of the others comes at the same
    time after the firing, whatever the severity.
    """
    kept: list[Step] = []
    waited = 0
    for step in steps:
        if _is_milder(severity, step.minimum_severity):
            waited += step.wait_seconds
            continue
        kept.append(replace(step, wait_seconds=step.wait_seconds + waited))
        waited = 0
    return tuple(kept)


def first_due(chain: Chain, told_at: datetime) -> datetime | None:
    """Return when the first step is due if people are first told at `told_at`; None without steps."""
    return _due(chain.next_after(chain.begun_after), told_at)


def due_after(chain: Chain, number: int, *, due: datetime, at: datetime) -> datetime | None:
    """Return when the step after `number`, which was due at `due` and taken at `at`, is due itself.

    Waits count from when steps were due, so that a late one does not delay all others, but nothing is due
    before now. None at the end of the chain.
    """
    following = _due(chain.next_after(number), due)
    return None if following is None else max(following, at)


def paused(chain: Chain, due: datetime | None) -> Chain:
    """Return the chain of an alert that somebody acknowledged while the next step was due at `due`."""
    return replace(chain, paused_due_at=due.isoformat() if due else "")


def resumed(chain: Chain, taken: int, *, at: datetime) -> tuple[Chain, datetime | None]:
    """Return the chain of an alert that is nobody's again at `at`, and when its next step is due.

    It goes on where it stopped: at once, or when the step would have been due anyway. Where it had come to its
    end it begins anew, at once too: the silence that went before was wait enough.
    """
    if not chain.steps:
        return replace(chain, paused_due_at=""), None
    if chain.next_after(taken) is None:
        return replace(chain, paused_due_at="", begun_after=taken), at
    stood = datetime.fromisoformat(chain.paused_due_at) if chain.paused_due_at else at
    return replace(chain, paused_due_at=""), max(stood, at)


def _due(step: Step | None, since: datetime) -> datetime | None:
    return since + timedelta(seconds=step.wait_seconds) if step else None


def _is_milder(severity: str, minimum: str) -> bool:
    return bool(minimum) and SEVERITIES.index(severity) < SEVERITIES.index(minimum)
