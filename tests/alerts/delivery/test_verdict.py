"""What a failure means for a message."""

from datetime import timedelta

import pytest

from alerts.channels.base import DeliveryError
from alerts.delivery.verdict import Progress, Verdict, judge
from alerts.models.attempt import Outcome
from alerts.models.notification import Status

DAY = timedelta(hours=24)
FRESH = Progress(postponements=2, asked_to_wait_seconds=5.0, trying_for=timedelta(minutes=1))
OLD = Progress(postponements=2, asked_to_wait_seconds=0.0, trying_for=DAY)


def judged(failure: DeliveryError, progress: Progress = FRESH) -> Verdict:
    return judge(failure, progress, budget=DAY, jitter=0.0)


def test_a_temporary_failure_waits_longer_than_the_one_before() -> None:
    assert judged(DeliveryError("busy")) == Verdict(
        Status.PENDING, Outcome.TRANSIENT, timedelta(seconds=4), 3, 5.0
    )


def test_a_wait_that_was_asked_for_is_kept_and_does_not_make_the_backoff_grow() -> None:
    assert judged(DeliveryError("429", retry_after_seconds=30)) == Verdict(
        Status.PENDING, Outcome.TRANSIENT, timedelta(seconds=30), 2, 35.0
    )


def test_a_wait_of_hours_is_cut() -> None:
    verdict = judged(DeliveryError("429", retry_after_seconds=7_200))

    assert (verdict.wait, verdict.asked_to_wait_seconds) == (timedelta(seconds=600), 605.0)


def test_a_wait_of_nothing_is_a_second() -> None:
    assert judged(DeliveryError("503", retry_after_seconds=0)).wait == timedelta(seconds=1)


def test_no_answer_is_written_down_as_unknown_and_tried_again() -> None:
    verdict = judged(DeliveryError("timeout", in_doubt=True))

    assert (verdict.status, verdict.outcome) == (Status.PENDING, Outcome.UNKNOWN)


@pytest.mark.parametrize("progress", [FRESH, OLD])
def test_a_permanent_refusal_is_final_at_once(progress: Progress) -> None:
    verdict = judged(DeliveryError("550", permanent=True, retry_after_seconds=5), progress)

    assert (verdict.status, verdict.outcome) == (Status.FAILED, Outcome.PERMANENT)
    assert verdict.wait is None


@pytest.mark.parametrize("wait", [None, 30.0])
def test_after_the_budget_a_message_is_given_up(wait: float | None) -> None:
    verdict = judged(DeliveryError("busy", retry_after_seconds=wait), OLD)

    assert (verdict.status, verdict.outcome) == (Status.DEAD, Outcome.TRANSIENT)
    assert verdict.wait is None
