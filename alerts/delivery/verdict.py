"""What a failed try means for the message; pure."""

from dataclasses import dataclass
from datetime import timedelta

from alerts.channels.base import DeliveryError
from alerts.delivery.backoff import asked_wait_seconds, backoff_seconds, is_given_up
from alerts.models.attempt import Outcome
from alerts.models.notification import Status


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a message is, at the end of a try."""

    postponements: int
    """Failures before this one that made the back-off grow."""
    asked_to_wait_seconds: float
    trying_for: timedelta
    """Since its first try began."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the message; `wait` is None once its status is final."""

    status: Status
    outcome: Outcome
    wait: timedelta | None
    postponements: int
    asked_to_wait_seconds: float


def judge(
    failure: DeliveryError, progress: Progress, *, budget: timedelta, jitter: float
) -> Verdict:
    """Return what becomes of a message after `failure`.

    A permanent refusal is final. A wait that the other side named is kept to and neither makes the
    back-off grow nor uses up the budget. Every other failure waits longer than the one before,
    until the budget is used up.
    """
    outcome = _outcome(failure)
    postponements, asked = progress.postponements, progress.asked_to_wait_seconds
    if failure.permanent:
        return Verdict(Status.FAILED, outcome, None, postponements, asked)
    if is_given_up(progress.trying_for, asked, budget):
        return Verdict(Status.DEAD, outcome, None, postponements, asked)
    if failure.retry_after_seconds is not None:
        seconds = asked_wait_seconds(failure.retry_after_seconds)
        asked += seconds
    else:
        postponements += 1
        seconds = backoff_seconds(postponements, jitter)
    wait = timedelta(seconds=seconds)
    return Verdict(Status.PENDING, outcome, wait, postponements, asked)


def _outcome(failure: DeliveryError) -> Outcome:
    if failure.permanent:
        return Outcome.PERMANENT
    return Outcome.UNKNOWN if failure.in_doubt else Outcome.TRANSIENT
