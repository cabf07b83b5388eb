"""The list of backtests in the admin, and who may see it and ask."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import AlertRule, Backtest
from alerts.services import backtests as services
from tests.alerts.backtest_pages import (
    BACKTESTS,
    NOBODYS_ID,
    ask,
    breaches,
    done,
    page_of,
    person,
)
from tests.alerts.factories import AlertRuleFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("calls")]


def test_the_list_says_what_came_of_each(ana: Client, hot: AlertRule) -> None:
    breaches()
    done(ana, hot, duration="300")

    page = page_of(ana.get(BACKTESTS))

    assert "1 instead of 2" in page
    assert "1 d up to " in page
    assert "alert-badge alert-done" in page
    assert '<progress class="backtest-progress" max="1" value="1.000">100%</progress>' in page
    assert page_of(ana.get(f"{BACKTESTS}?q=hot")).count("1 instead of 2") == 1
    assert "1 instead of 2" not in page_of(ana.get(f"{BACKTESTS}?q=cold"))


def test_the_list_of_a_new_rule_counts_its_own(ana: Client, hot: AlertRule) -> None:
    ask(ana, hot)
    Backtest.objects.update(status="done", result={"report": {"firings": 7}})

    page = page_of(ana.get(BACKTESTS))

    assert '<td class="field-firings">7</td>' in page


@pytest.mark.parametrize("column", range(1, 8))
def test_the_list_is_sorted_by_each_column(ana: Client, hot: AlertRule, column: int) -> None:
    ask(ana, hot)

    assert "1 backtest" in page_of(ana.get(f"{BACKTESTS}?o={column}"))


def test_an_empty_list_says_what_it_is_for(ana: Client) -> None:
    page = page_of(ana.get(BACKTESTS))

    assert "No rule has been tried on the past yet." in page
    assert "Try a rule on the past" in page
    assert "No rule has been tried" not in page_of(ana.get(f"{BACKTESTS}?q=hot"))


def test_a_backtest_that_is_not_there_is_not_found(ana: Client) -> None:
    for name in (NOBODYS_ID, "x"):
        assert ana.get(f"{BACKTESTS}{name}/change/").status_code == 404


def test_nobody_changes_or_deletes_one(ana: Client, hot: AlertRule) -> None:
    url = ask(ana, hot).headers["Location"]

    ana.post(url, {"asked_by": "eve"})

    assert ana.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert Backtest.objects.get().asked_by == "ana"


def test_who_may_see_rules_reads_and_does_not_ask(client: Client, hot: AlertRule) -> None:
    at = timezone.now()
    period = services.Period(at - timedelta(days=1), at)
    backtest = services.ask_backtest({}, period, rule_id=hot.pk, by="ana", at=at)
    person(client, "view_alertrule")

    page = page_of(client.get(f"{BACKTESTS}{backtest.pk}/change/"))

    assert "Try something else" not in page
    assert "Try a rule on the past" not in page_of(client.get(BACKTESTS))
    assert BACKTESTS in client.get("/admin/").content.decode()
    assert client.get(f"{BACKTESTS}add/").status_code == 403
    assert ask(client, hot).status_code == 403
    assert Backtest.objects.count() == 1


def test_who_may_change_rules_asks(client: Client, hot: AlertRule) -> None:
    person(client, "change_alertrule")

    assert ask(client, hot).status_code == 302
    assert Backtest.objects.get().asked_by == "vera"


def test_who_may_do_neither_sees_nothing(client: Client, hot: AlertRule) -> None:
    backtest = services.ask_backtest(
        {},
        services.Period(timezone.now() - timedelta(days=1), timezone.now()),
        rule_id=hot.pk,
        by="ana",
        at=timezone.now(),
    )
    person(client, "view_incident")

    assert client.get(BACKTESTS).status_code == 403
    assert client.get(f"{BACKTESTS}{backtest.pk}/change/").status_code == 403


def test_the_page_of_a_rule_leads_here(ana: Client, hot: AlertRule) -> None:
    page = ana.get(f"/admin/alerts/alertrule/{hot.pk}/change/").content.decode()

    assert f'<a href="{BACKTESTS}add/?rule={hot.pk}">Try on the past</a>' in page
    assert "Show what would be sent" in page


def test_who_may_only_look_at_a_rule_is_not_led_here(client: Client) -> None:
    rule = AlertRuleFactory.create()
    person(client, "view_alertrule")

    page = client.get(f"/admin/alerts/alertrule/{rule.pk}/change/").content.decode()

    assert "Try on the past" not in page
    assert "Show what would be sent" not in page
