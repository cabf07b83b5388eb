"""Who waits for whom: people who act on alerts, and the evaluation of their rules."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction

from alerts.models import Alert
from alerts.services import acknowledge_alert, resolve_alert
from alerts.services.evaluation_lock import be_the_evaluator
from tests.alerts.factories import NOON, AlertFactory
from tests.alerts.lock_waits import somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

Act = Callable[[], Alert]


def with_own_connection(act: Act) -> Alert:
    try:
        return act()
    finally:
        connection.close()


def has_to_wait(running: Future[Alert]) -> bool:
    """Tell whether the work waits for a lock, as against coming to its end."""
    deadline = time.monotonic() + 10
    while not running.done():
        if somebody_waits():
            return True
        assert time.monotonic() < deadline
    return False


@pytest.mark.parametrize(
    ("state", "act", "waits"),
    [
        ("firing", resolve_alert, True),
        ("pending", resolve_alert, True),
        ("pending", acknowledge_alert, True),
        ("firing", acknowledge_alert, False),
    ],
)
def test_only_what_an_evaluation_decides_about_waits_for_it(
    state: str, act: Callable[..., Alert], *, waits: bool
) -> None:
    """It decides whether a pending alert fires and a firing one ends; who has a firing one is none of its business."""
    alert = AlertFactory.create(state=state)
    work = partial(with_own_connection, partial(act, alert.pk, by="ana", at=NOON))

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            assert be_the_evaluator()
            running = other.submit(work)
            assert has_to_wait(running) is waits
        done = running.result(timeout=10)

    assert done.acknowledged or done.resolved_by == "ana"
