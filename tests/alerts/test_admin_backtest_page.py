"""The page of a backtest in the admin: watched while it runs, read once it is done."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import AlertRule, Backtest, Notification
from alerts.services import backtest_work, delete_rule, update_rule
from alerts.services import backtests as services
from tests.alerts.backtest_pages import (
    BACKTESTS,
    MINUTE,
    ask,
    breaches,
    done,
    page_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("calls")]


def test_the_page_looks_again_while_it_runs(ana: Client, hot: AlertRule) -> None:
    url = ask(ana, hot).headers["Location"]

    waiting = page_of(ana.get(url))
    Backtest.objects.update(status="running", progress=0.42)
    running = page_of(ana.get(url))

    for page in (waiting, running):
        assert '<meta http-equiv="refresh" content="2">' in page
        assert "No worker has taken it" not in page
    assert "alert-queued" in waiting
    assert '<progress class="backtest-progress" max="1" value="0.420">' in running
    assert "42 % done" in running


def test_the_page_says_that_no_worker_comes(ana: Client, hot: AlertRule) -> None:
    url = ask(ana, hot).headers["Location"]
    Backtest.objects.update(created_at=timezone.now() - 3 * MINUTE)

    assert "No worker has taken it for two minutes" in page_of(ana.get(url))


def test_the_figures_stand_side_by_side(ana: Client, hot: AlertRule) -> None:
    breaches()

    page = done(ana, hot, duration="300")

    assert "It would have fired once instead of 2." in page
    assert "duration: <del>0</del> <ins>300</ins>" in page
    assert (
        '<th scope="row">Alerts</th><td>2</td><td class="backtest-quieter">1 (fewer)</td>' in page
    )
    assert "refresh" not in page
    assert page.count('<rect class="backtest-before" x=') == 2
    assert page.count('<rect class="backtest-after" x=') == 1
    assert page.count('<rect class="backtest-night" x=') >= 1
    assert "payment-service host=&lt;a&gt;" in page
    assert page.count("<td>the rule as it is</td>") == 2
    assert not Notification.objects.exists()


def test_a_rule_left_as_it_is_differs_in_nothing(ana: Client, hot: AlertRule) -> None:
    breaches()

    page = done(ana, hot)

    assert "Tried as it is: nothing was changed." in page
    assert "It would have fired 2 times instead of 2." in page
    assert "(fewer)" not in page
    assert page.count('<rect class="backtest-before" x=') == 2


def test_a_change_that_makes_it_louder_says_so(ana: Client, hot: AlertRule) -> None:
    breaches("50x4 10x4")

    page = done(ana, hot, threshold="40")

    assert '<td class="backtest-louder">1 (more)</td>' in page


def test_a_rule_that_no_series_matches_says_so(ana: Client, hot: AlertRule) -> None:
    page = done(ana, hot)

    assert "No series of that time matched" in page
    assert "It would not have fired." in page
    assert 'class="backtest-plot"' not in page


def test_a_new_rule_is_compared_with_nothing(ana: Client) -> None:
    breaches()
    at = timezone.now()
    new = {"rule_name": "new", "metric_name": "cpu", "threshold": 80.0}
    period = services.Period(at - timedelta(days=1), at)
    backtest = services.ask_backtest(new, period, rule_id=None, by="ana", at=at)
    backtest_work.run_backtest(backtest.pk, at=at)

    page = page_of(ana.get(f"{BACKTESTS}{backtest.pk}/change/"))

    assert "A new rule, compared with nothing." in page
    assert "It would have fired 2 times." in page
    assert "Rule as it is" not in page
    assert "Try something else" not in page


def test_one_that_failed_says_why(ana: Client, hot: AlertRule) -> None:
    url = ask(ana, hot).headers["Location"]
    Backtest.objects.update(status="failed", error="More than 5 samples")

    page = page_of(ana.get(url))

    assert "It could not be tried: More than 5 samples" in page
    assert f"{BACKTESTS}add/?rule={hot.pk}" in page
    assert "More than 5 samples" in page_of(ana.get(BACKTESTS))


def test_the_changes_are_those_against_the_version_that_was_asked_about(
    ana: Client, hot: AlertRule
) -> None:
    url = ask(ana, hot, duration="300").headers["Location"]
    update_rule(hot.pk, {"threshold": 95.0}, by="bo", at=timezone.now())

    page = page_of(ana.get(url))

    assert "duration: <del>0</del> <ins>300</ins>" in page
    assert "threshold:" not in page


def test_one_of_a_deleted_rule_stays_to_be_read(ana: Client, hot: AlertRule) -> None:
    url = ask(ana, hot).headers["Location"]
    delete_rule(hot.pk, by="ana", at=timezone.now())

    page = page_of(ana.get(url))

    assert "hot tried on the past" in page
    assert "Try something else" not in page
