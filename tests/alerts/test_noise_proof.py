"""Advice of the noise report proven by a backtest: asked over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import AlertRule, Backtest, Notification
from alerts.reports.proofs import with_proofs
from alerts.reports.selectors import noise_at
from alerts.services import backtest_work, backtests, update_rule
from tests.alerts.factories import AlertRuleFactory
from tests.alerts.noise_rows import MINUTE, fired
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator() -> Client:
    return client_of("operator")


def ask(client: Client, rule: AlertRule, **body: Any) -> Any:
    url = f"{API}/alerts/noise/{rule.pk}/proof"
    return client.post(url, body, content_type="application/json")


def advice(client: Client) -> list[dict[str, Any]]:
    (rule,) = client.get(f"{API}/alerts/noise?weeks=1").json()["rules"]
    found: list[dict[str, Any]] = rule["advice"]
    return found


def carry_out() -> None:
    assert backtest_work.run_backtest(Backtest.objects.latest("created_at").pk, at=timezone.now())


def test_nobody_has_asked_for_a_proof_yet(operator: Client, noisy: AlertRule) -> None:
    (found,) = advice(operator)

    assert found["change"] == {"duration": 60}
    assert found["proof"] is None


def test_advice_is_proven_by_the_last_week(
    operator: Client, noisy: AlertRule, calls: list[str]
) -> None:
    answer = ask(operator, noisy)

    assert answer.status_code == 202
    asked = answer.json()
    assert answer.headers["Location"].endswith(f"/alerts/rules/backtests/{asked['id']}")
    assert calls == [asked["id"]]
    assert (asked["rule_id"], asked["terms"]["duration"]) == (str(noisy.pk), 60)
    row = Backtest.objects.get()
    assert row.end - row.start == timedelta(days=7)
    assert advice(operator)[0]["proof"]["status"] == "queued"

    carry_out()

    proof = advice(operator)[0]["proof"]
    assert (proof["status"], proof["fired_before"], proof["fired_after"]) == ("done", 6, 1)
    assert (proof["backtest_id"], proof["days"]) == (asked["id"], 7)
    noisy.refresh_from_db()
    assert noisy.duration == 0
    assert not Notification.objects.exists()


def test_who_asks_twice_is_given_the_same_one(
    operator: Client, noisy: AlertRule, calls: list[str]
) -> None:
    first, second = ask(operator, noisy).json(), ask(operator, noisy).json()

    assert first["id"] == second["id"]
    assert Backtest.objects.count() == 1


def test_one_that_is_done_is_made_again_for_whoever_asks(
    operator: Client, noisy: AlertRule, calls: list[str]
) -> None:
    first = ask(operator, noisy).json()
    carry_out()

    second = ask(operator, noisy).json()

    assert first["id"] != second["id"]
    assert advice(operator)[0]["proof"]["backtest_id"] == second["id"]


def test_a_proof_of_other_terms_proves_nothing(
    operator: Client, noisy: AlertRule, calls: list[str]
) -> None:
    at = timezone.now()
    week = backtests.Period(at - timedelta(days=7), at)
    day = backtests.Period(at - timedelta(days=1), at)
    for fields, period in [({"duration": 120}, week), ({"duration": 60}, day)]:
        backtests.ask_backtest(fields, period, rule_id=noisy.pk, by="ana", at=at)

    assert advice(operator)[0]["proof"] is None


def test_a_proof_of_an_earlier_version_proves_nothing(
    operator: Client, noisy: AlertRule, calls: list[str]
) -> None:
    ask(operator, noisy)
    update_rule(noisy.pk, {"threshold": 85.0}, by="ana", at=timezone.now())

    assert advice(operator)[0]["proof"] is None


def test_of_several_pieces_of_advice_one_is_named(
    operator: Client, noisy: AlertRule, calls: list[str]
) -> None:
    fired(noisy, timezone.now() - 2 * MINUTE, flapping=True)

    vague = ask(operator, noisy)
    named = ask(operator, noisy, kind="recovery_threshold", weeks=1)

    assert (vague.status_code, vague.json()["code"]) == (400, "VALIDATION_ERROR")
    assert "longer_duration, recovery_threshold" in str(vague.json()["details"]["kind"])
    assert named.json()["terms"]["recovery_threshold"] == 72
    proofs = {each["kind"]: each["proof"] for each in advice(operator)}
    assert proofs["longer_duration"] is None
    assert proofs["recovery_threshold"]["backtest_id"] == named.json()["id"]


@pytest.mark.parametrize("body", [{"kind": "retire"}, {"kind": "recovery_threshold"}])
def test_advice_that_does_not_stand_is_not_proven(
    operator: Client, noisy: AlertRule, calls: list[str], body: dict[str, Any]
) -> None:
    answer = ask(operator, noisy, **body)

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert "no advice to change the terms of noisy" in answer.json()["error"]
    assert calls == []


def test_to_switch_a_rule_off_needs_no_proof(operator: Client, calls: list[str]) -> None:
    rule = AlertRuleFactory.create()
    for days in range(5):
        at = timezone.now() - timedelta(days=days + 1)
        fired(rule, at, acknowledged=False, acknowledged_at=None, acknowledged_by=None)

    assert ask(operator, rule).status_code == 409


@pytest.mark.parametrize("body", [{"kind": "what"}, {"weeks": 0}, {"weeks": 27}])
def test_a_question_that_cannot_be_read_is_refused(
    operator: Client, noisy: AlertRule, calls: list[str], body: dict[str, Any]
) -> None:
    assert ask(operator, noisy, **body).status_code == 400


def test_a_rule_that_is_not_there_is_not_found(operator: Client) -> None:
    answer = ask(operator, AlertRule())

    assert (answer.status_code, answer.json()["code"]) == (404, "RULE_NOT_FOUND")


@pytest.mark.parametrize("role", ["user", "monitoring"])
def test_who_may_not_change_rules_may_not_ask(role: str, noisy: AlertRule) -> None:
    assert ask(client_of(role), noisy).status_code == 403


def test_where_samples_go_sooner_a_proof_looks_at_all_there_are(
    operator: Client, noisy: AlertRule, calls: list[str], settings: Settings
) -> None:
    settings.METRICS_RETENTION = timedelta(days=2)

    ask(operator, noisy)
    carry_out()

    assert advice(operator)[0]["proof"]["days"] == 2


def test_proofs_cost_two_queries_whatever_the_number_of_rules(
    noisy: AlertRule, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        rule = AlertRuleFactory.create()
        for minute in range(5):
            fired(rule, timezone.now() - (10 * number + minute + 3) * MINUTE)
    fired(AlertRuleFactory.create(), timezone.now() - MINUTE)
    report = noise_at(timezone.now(), weeks=1)

    with django_assert_num_queries(2):
        with_proofs(report)


def test_a_report_without_advice_asks_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    fired(AlertRuleFactory.create(), timezone.now() - MINUTE)
    report = noise_at(timezone.now(), weeks=1)

    with django_assert_num_queries(0):
        assert with_proofs(report) == report
