"""Evaluations and changes by people never overlap; evaluations among themselves neither. Real transactions."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, current_thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from alerts.models import Alert, AlertRule, Notification
from alerts.services import (
    delete_rule,
    evaluate,
    evaluate_rules,
    resolve_alert,
    transitions,
    update_rule,
)
from alerts.services.evaluation_lock import RULES, be_the_evaluator, hold_still
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, push, rule_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mail")]


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Callable[[], Any]], "Future[Any]"]]:
    """Does work on another connection."""
    with ThreadPoolExecutor(4) as pool:

        def start(work: Callable[[], Any]) -> "Future[Any]":
            return pool.submit(_and_disconnect, work)

        yield start


def _and_disconnect(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


def wait_until_somebody_waits() -> None:
    """Return once a session waits for the lock of the rules."""
    deadline = monotonic() + 10
    while monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                " AND (classid::bigint << 32) + objid::bigint = %s",
                [RULES],
            )
            if cursor.fetchone()[0]:
                return
        sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("lock", [hold_still, be_the_evaluator])
def test_outside_a_transaction_there_is_nothing_to_hold(lock: Callable[[], object]) -> None:
    with pytest.raises(TransactionManagementError):
        lock()


def test_people_do_not_wait_for_each_other(
    elsewhere: Callable[[Callable[[], Any]], "Future[Any]"],
) -> None:
    with transaction.atomic():
        hold_still()
        elsewhere(transaction.atomic(hold_still)).result(timeout=10)


def test_an_evaluation_waits_for_a_change_and_sees_it(
    elsewhere: Callable[[Callable[[], Any]], "Future[Any]"],
) -> None:
    rule = rule_on()
    push("cpu", "90")
    with transaction.atomic():
        hold_still()
        AlertRule.objects.filter(pk=rule.pk).update(threshold=95)
        waiting = elsewhere(lambda: evaluate_rules(at=NOON))
        wait_until_somebody_waits()

    waiting.result(timeout=10)
    assert not Alert.objects.exists()


def test_the_usual_patience_with_locks_is_as_before() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        before = cursor.fetchone()
        hold_still()
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == before


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Event, Event]]:
    """Stops an evaluation in a thread after it has read all and before it writes; `reached`, then `go_on`."""
    reached, go_on = Event(), Event()
    write, main = transitions.carry_out, current_thread()

    def pause(*args: Any, **kwargs: Any) -> list[int]:
        if current_thread() is not main:
            reached.set()
            assert go_on.wait(timeout=10)
        return write(*args, **kwargs)

    monkeypatch.setattr(evaluate, "carry_out", pause)
    yield reached, go_on
    go_on.set()


CHANGES: dict[str, Callable[[AlertRule], object]] = {
    "edit": lambda rule: update_rule(rule.pk, {"threshold": 95.0}, by="ana", at=NOON),
    "disable": lambda rule: update_rule(rule.pk, {"enabled": False}, by="ana", at=NOON),
    "delete": lambda rule: delete_rule(rule.pk, by="ana", at=NOON),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_rule_changed_while_it_is_evaluated_leaves_no_alert_open(
    change: str,
    paused: tuple[Event, Event],
    elsewhere: Callable[[Callable[[], Any]], "Future[Any]"],
) -> None:
    """The change comes after the evaluation, which it would else not know of, and closes what that began."""
    rule, other = rule_on(notification_channels=["email"]), rule_on()
    push("cpu", "90")
    reached, go_on = paused
    evaluation = elsewhere(lambda: evaluate_rules(at=NOON))
    assert reached.wait(timeout=10)
    changing = elsewhere(lambda: CHANGES[change](rule))
    wait_until_somebody_waits()
    go_on.set()

    assert len(evaluation.result(timeout=10)) == 1
    changing.result(timeout=10)
    assert Alert.objects.get(rule=rule).state == "resolved"
    assert Alert.objects.get(rule=other).state == "firing"
    assert set(Notification.objects.values_list("status", flat=True)) == {"superseded"}


def test_a_resolution_by_hand_waits_for_the_evaluation(
    paused: tuple[Event, Event],
    elsewhere: Callable[[Callable[[], Any]], "Future[Any]"],
) -> None:
    """Else the evaluation, which has read the alert as open, would decide about a resolved one."""
    rule_on(notification_channels=["email"])
    push("cpu", "90")
    evaluate_rules(at=NOON)
    alert = Alert.objects.get()
    push("cpu", "91", end=NOON + MINUTE)
    reached, go_on = paused
    evaluation = elsewhere(lambda: evaluate_rules(at=NOON + MINUTE))
    assert reached.wait(timeout=10)
    resolving = elsewhere(lambda: resolve_alert(alert.pk, by="ana", at=NOON + MINUTE))
    wait_until_somebody_waits()
    go_on.set()

    evaluation.result(timeout=10)
    resolving.result(timeout=10)
    alert.refresh_from_db()
    assert (alert.state, alert.value, alert.snoozed) == ("resolved", 91, True)


def test_an_evaluation_that_fails_lets_everybody_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    rule_on()
    push("cpu", "90")
    with monkeypatch.context() as patched:
        patched.setattr(evaluate, "carry_out", away)
        with pytest.raises(OperationalError):
            evaluate_rules(at=NOON)

    evaluate_rules(at=NOON)

    assert Alert.objects.get().state == "firing"
