"""Rules over stored values, on a real database."""

from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from alerts.evaluation.fingerprint import fingerprint
from alerts.models import Alert, EvaluationState, Notification
from alerts.services import evaluate_rules, transitions, update_rule
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate, report, rule_on, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]


def test_a_breach_fires_with_all_that_is_known_about_it() -> None:
    rule = rule_on(
        severity="critical",
        annotations={"summary": "High CPU Usage", "description": "Too hot"},
        notification_channels=["email"],
    )
    report("cpu{host=a}", 85.3)

    owed = evaluate()

    alert = Alert.objects.get()
    assert (alert.rule_id, alert.state, alert.severity) == (rule.pk, "firing", "critical")
    assert (alert.title, alert.description) == ("High CPU Usage", "Too hot")
    assert (alert.service, alert.labels) == ("payment-service", {"host": "a"})
    assert (alert.value, alert.threshold, alert.transition_seq) == (85.3, 80.0, 1)
    assert (alert.started_at, alert.fired_at, alert.notify_at) == (NOON, NOON, NOON)
    assert alert.fingerprint == fingerprint("payment-service", {"host": "a"})
    assert owed == list(Notification.objects.values_list("pk", flat=True))
    assert Notification.objects.get().transition_seq == 1


def test_without_annotations_the_rule_speaks_for_itself() -> None:
    rule_on(rule_name="hot", duration=0)
    report("cpu", 85)

    evaluate()

    alert = Alert.objects.get()
    assert (alert.title, alert.description) == ("hot", "cpu > 80")


def test_a_held_breach_says_for_how_long_it_must_last() -> None:
    rule_on(rule_name="hot", duration=300)
    report("cpu", 85)

    evaluate()

    assert Alert.objects.get().description == "cpu > 80 for 300 s"


def test_a_long_summary_is_cut_to_the_title() -> None:
    rule_on(annotations={"summary": "x" * 300})
    report("cpu", 85)

    evaluate()

    assert Alert.objects.get().title == "x" * 255


def test_a_breach_goes_from_pending_to_firing_to_resolved_in_one_row() -> None:
    rule_on(duration=120, notification_channels=["email"])
    seen = []
    for minute, value in enumerate([85, 86, 87, 88, 50, 50]):
        report("cpu", value, at=NOON + minute * MINUTE)
        owed = evaluate(minute)
        alert = Alert.objects.get()
        seen.append((alert.state, alert.value, alert.transition_seq, len(owed)))

    assert seen == [
        ("pending", 85, 0, 0),
        ("pending", 86, 0, 0),
        ("firing", 87, 1, 1),
        ("firing", 88, 1, 0),
        ("resolved", 50, 2, 0),
        ("resolved", 50, 2, 0),
    ]
    alert = Alert.objects.get()
    assert (alert.started_at, alert.fired_at) == (NOON, NOON + 2 * MINUTE)
    assert (alert.resolved_at, alert.resolved_by) == (NOON + 4 * MINUTE, "")
    assert alert.held_from == NOON


def test_a_resolution_is_owed_to_whom_the_firing_was_sent() -> None:
    rule_on(notification_channels=["email"])
    report("cpu", 85)
    evaluate()
    Notification.objects.update(status="sent", sent_at=NOON, settled_at=NOON)
    report("cpu", 50, at=NOON + MINUTE)

    owed = evaluate(1)

    message = Notification.objects.get(pk__in=owed)
    assert (message.kind, message.transition_seq) == ("resolved", 2)


def test_a_pending_breach_that_ends_leaves_nothing() -> None:
    rule_on(duration=300)
    report("cpu", 85)
    evaluate()
    report("cpu", 50, at=NOON + MINUTE)

    assert evaluate(1) == []
    assert not Alert.objects.exists()


def test_a_new_breach_is_a_new_alert() -> None:
    rule_on()
    for minute, value in enumerate([85, 50, 85]):
        report("cpu", value, at=NOON + minute * MINUTE)
        evaluate(minute)

    assert states() == ["resolved", "firing"]


def test_each_series_has_its_own_alert() -> None:
    rule_on()
    report("cpu{host=a}", 85)
    report("cpu{host=b}", 50)
    report("cpu{host=a}", 90, service="auth-service")

    evaluate()

    found = Alert.objects.order_by("service").values_list("service", "labels", "value")
    assert list(found) == [
        ("auth-service", {"host": "a"}, 90.0),
        ("payment-service", {"host": "a"}, 85.0),
    ]


@pytest.mark.parametrize(
    ("matchers", "matched"),
    [
        ({}, 3),
        ({"host": "a"}, 2),
        ({"host": "c"}, 0),
        ({"service_name": "auth-service"}, 1),
        ({"service_name": "auth-service", "host": "b"}, 0),
        ({"service_name": "payment-service", "host": "b"}, 1),
        ({"rack": "1"}, 0),
        ({"rack": ""}, 3),
        ({"host": ""}, 0),
    ],
)
def test_a_rule_watches_the_series_its_matchers_name(
    matchers: dict[str, str], matched: int
) -> None:
    rule_on(label_matchers=matchers)
    report("cpu{host=a}", 85)
    report("cpu{host=b}", 85)
    report("cpu{host=a}", 85, service="auth-service")
    report("memory{host=a}", 85)

    evaluate()

    assert Alert.objects.count() == matched


@pytest.mark.parametrize("fields", [{"enabled": False}, {"deleted_at": NOON}])
def test_a_rule_out_of_use_is_not_evaluated(fields: dict[str, Any]) -> None:
    rule_on(**fields)
    report("cpu", 85)

    evaluate()

    assert not Alert.objects.exists()


def test_only_the_rules_asked_for_are_evaluated() -> None:
    wanted, other = rule_on(), rule_on()
    report("cpu", 85)

    evaluate_rules(at=NOON, rule_ids=[wanted.pk])

    assert Alert.objects.get().rule_id == wanted.pk
    other.refresh_from_db()
    assert other.last_evaluated_at is None


def test_a_message_says_what_was_seen_when_it_was_owed() -> None:
    rule = rule_on(duration=60, notification_channels=["email"])
    for minute, value in enumerate([85, 90, 95]):
        report("cpu", value, at=NOON + minute * MINUTE)
        evaluate(minute)

    payload = Notification.objects.get().payload
    assert (payload["value"], payload["rule"]) == (90, rule.rule_name)


def test_who_is_told_is_decided_when_the_alert_fires() -> None:
    rule = rule_on(duration=60)
    report("cpu", 85)
    evaluate()
    update_rule(rule.pk, {"notification_channels": ["email"]}, by="ana", at=NOON)

    assert len(evaluate(1)) == 1
    assert Alert.objects.get().notification_channels == ["email"]


def test_transitions_are_counted_when_they_are_committed(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    counted: list[dict[str, str]] = []
    monkeypatch.setattr(transitions, "count", lambda _, labels: counted.append(labels))
    rule_on(severity="critical")
    for minute, value in enumerate([85, 85, 50]):
        report("cpu", value, at=NOON + minute * MINUTE)
        with django_capture_on_commit_callbacks(execute=True):
            evaluate(minute)
            before = len(counted)
        assert before == min(minute, 1)

    assert counted == [
        {"state": "firing", "severity": "critical"},
        {"state": "resolved", "severity": "critical"},
    ]


def test_rules_in_step_share_one_row_about_their_evaluation() -> None:
    rules = [rule_on(), rule_on()]

    evaluate()
    evaluate(1)

    state = EvaluationState.objects.get()
    assert (state.watched_since, state.last_evaluated_at) == (NOON, NOON + MINUTE)
    for rule in rules:
        rule.refresh_from_db()
        assert (rule.watched_since, rule.last_evaluated_at) == (NOON, None)
