"""Pages beside the form of a rule: versions, the way back, what it would see now."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from alerts.models import AlertRule
from alerts.services import create_rule, update_rule
from tests.alerts.factories import NOON, AlertFactory
from tests.alerts.samples import report, rule_on
from tests.alerts.test_admin import act
from tests.alerts.test_admin_rules import FORM, RULES

pytestmark = pytest.mark.django_db


@pytest.fixture
def hot() -> AlertRule:
    return create_rule({"rule_name": "hot", "metric_name": "cpu", "threshold": 80.0}, by="ana")


@pytest.fixture
def viewer(client: Client) -> Client:
    """The browser of a person who may only look."""
    user = User.objects.create_user("vera", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_alertrule"))
    client.force_login(user)
    return client


def page_of(answer: Any) -> str:
    text: str = answer.content.decode()
    assert "style=" not in text.partition("<main")[2]
    return text


def test_the_versions_show_who_changed_what(ana: Client, hot: AlertRule) -> None:
    update_rule(hot.pk, {"threshold": 90.0}, by="bo", at=NOON)

    page = page_of(ana.get(f"{RULES}{hot.pk}/versions/"))

    assert "threshold: <del>80.0</del> <ins>90.0</ins>" in page
    assert "2025-01-12 12:00:00 UTC" in page
    assert "Roll back to version 1" in page
    assert "Roll back to version 2" not in page


def test_the_form_leads_to_the_versions(ana: Client, hot: AlertRule) -> None:
    assert f"{RULES}{hot.pk}/versions/" in page_of(ana.get(f"{RULES}{hot.pk}/change/"))


def test_a_click_rolls_the_rule_back(ana: Client, hot: AlertRule) -> None:
    update_rule(hot.pk, {"threshold": 90.0}, by="bo", at=NOON)

    answer = ana.post(f"{RULES}{hot.pk}/versions/1/roll-back/", {"seen_version": "2"}, follow=True)

    hot.refresh_from_db()
    assert (hot.threshold, hot.version) == (80.0, 3)
    assert "Rolled back: hot says again what it said in version 1." in page_of(answer)


@pytest.mark.parametrize(("version", "seen"), [(1, "1"), (9, "")])
def test_a_roll_back_that_is_refused_says_why(
    ana: Client, hot: AlertRule, version: int, seen: str
) -> None:
    update_rule(hot.pk, {"threshold": 90.0}, by="bo", at=NOON)

    answer = ana.post(
        f"{RULES}{hot.pk}/versions/{version}/roll-back/", {"seen_version": seen}, follow=True
    )

    hot.refresh_from_db()
    assert "Not rolled back: " in page_of(answer)
    assert hot.version == 2


def test_a_page_that_changes_something_is_not_for_links(ana: Client, hot: AlertRule) -> None:
    assert ana.get(f"{RULES}{hot.pk}/versions/1/roll-back/").status_code == 405
    assert ana.get(f"{RULES}try/").status_code == 405


def test_who_may_only_look_sees_versions_and_changes_nothing(
    viewer: Client, hot: AlertRule
) -> None:
    update_rule(hot.pk, {"threshold": 90.0}, by="bo", at=NOON)

    assert "Roll back" not in page_of(viewer.get(f"{RULES}{hot.pk}/versions/"))
    assert viewer.post(f"{RULES}{hot.pk}/versions/1/roll-back/").status_code == 403
    assert viewer.post(f"{RULES}try/", FORM).status_code == 403


def test_who_may_not_look_sees_nothing(client: Client, hot: AlertRule) -> None:
    client.force_login(User.objects.create_user("eve", is_staff=True))

    assert client.get(f"{RULES}{hot.pk}/versions/").status_code == 403


def test_the_versions_of_no_rule_are_not_found(ana: Client) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"

    assert ana.get(f"{RULES}{nobody}/versions/").status_code == 404


def test_the_form_says_what_the_rule_matches_now(ana: Client) -> None:
    rule = rule_on(label_matchers={"service_name": "payment-service"})
    now = timezone.now()
    report("cpu{host=a}", 85, at=now)
    report("cpu{host=b}", 5, at=now)
    report("cpu{host=c}", 99, at=NOON)
    report("cpu{host=d}", 99, at=now, service="other-service")

    page = page_of(ana.get(f"{RULES}{rule.pk}/change/"))

    assert "It matches 3 series now, of which 1 breach by their newest value." in page
    assert "host=a, service_name=payment-service" in page
    assert "other-service" not in page
    assert ("a breach" in page, "silent" in page) == (True, True)


def test_a_rule_over_a_window_is_not_judged_by_a_newest_value(ana: Client) -> None:
    rule = rule_on(aggregation="avg", window_seconds=60)
    report("cpu", 85, at=timezone.now())

    assert "judged over its window" in page_of(ana.get(f"{RULES}{rule.pk}/change/"))


def test_a_rule_that_matches_nothing_says_so(ana: Client, hot: AlertRule) -> None:
    assert "It matches 0 series now" in page_of(ana.get(f"{RULES}{hot.pk}/change/"))


def test_a_new_rule_is_tried_without_being_saved(ana: Client) -> None:
    report("cpu", 85, at=timezone.now())
    overrides = '[{"labels": {"service_name": "payment-service"}, "threshold": 86}]'

    answer = ana.post(f"{RULES}try/", {**FORM, "threshold_overrides": overrides})

    assert "It matches 1 series now, of which 0 breach" in page_of(answer)
    assert not AlertRule.objects.exists()


def test_a_changed_rule_is_tried_without_being_saved(ana: Client, hot: AlertRule) -> None:
    report("cpu", 85, at=timezone.now())

    answer = ana.post(f"{RULES}{hot.pk}/try/", {**FORM, "threshold": "90"})

    assert "of which 0 breach" in page_of(answer)
    hot.refresh_from_db()
    assert (hot.threshold, hot.version) == (80.0, 1)


def test_a_rule_that_cannot_stand_says_why_when_tried(ana: Client) -> None:
    answer = ana.post(f"{RULES}try/", {**FORM, "aggregation": "avg"})

    assert answer.status_code == 400
    assert "window_seconds: avg needs a window in seconds" in page_of(answer)


def test_an_expression_is_tried_against_what_fires_now(ana: Client, hot: AlertRule) -> None:
    AlertFactory.create(rule=hot)
    rule_on(rule_name="cold")
    composite = {
        **FORM,
        "rule_name": "both",
        "metric_name": "",
        "threshold": "",
        "expression": "hot and not cold",
    }

    page = page_of(ana.post(f"{RULES}try/", composite))

    assert "The expression holds for what fires now." in page
    assert ("hot: fires" in page, "cold: quiet" in page) == (True, True)


def test_a_composite_rule_is_created_in_the_form(ana: Client, hot: AlertRule) -> None:
    composite = {**FORM, "rule_name": "both", "metric_name": "", "expression": "hot"}

    ana.post(f"{RULES}add/", {**composite, "threshold": ""})

    rule = AlertRule.objects.get(rule_name="both")
    assert (rule.expression, rule.threshold) == ("hot", 0.0)
    page = page_of(ana.get(f"{RULES}{rule.pk}/change/"))
    assert "The expression does not hold for what fires now." in page


def test_who_changes_an_older_version_in_the_form_is_told(ana: Client, hot: AlertRule) -> None:
    update_rule(hot.pk, {"duration": 5}, by="bo", at=NOON)

    answer = ana.post(f"{RULES}{hot.pk}/change/", {**FORM, "seen_version": "1"}, follow=True)

    assert "Not saved: hot was changed: it has version 2 now, not 1." in page_of(answer)
    hot.refresh_from_db()
    assert hot.version == 2


def test_a_rule_that_an_expression_names_is_not_deleted_in_the_admin(
    ana: Client, hot: AlertRule
) -> None:
    create_rule({"rule_name": "both", "expression": "hot"}, by="ana")

    page = page_of(ana.post(f"{RULES}{hot.pk}/delete/", {"post": "yes"}, follow=True))
    listed = act(ana, RULES, "delete_selected", [hot], post="yes")

    for text in (page, listed):
        assert "hot cannot be deleted: it is named by both" in text
    assert AlertRule.objects.count() == 2


def test_a_rule_is_deleted_together_with_the_one_that_names_it(ana: Client, hot: AlertRule) -> None:
    create_rule({"rule_name": "worse", "expression": "hot"}, by="ana")
    rules = list(AlertRule.objects.all())

    act(ana, RULES, "delete_selected", rules, post="yes")

    assert not AlertRule.objects.exists()
