"""Backtests are asked for by a form in the admin."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import AlertRule, Backtest
from alerts.services import backtests as services
from alerts.services import create_rule, update_rule
from tests.alerts.backtest_pages import (
    BACKTESTS,
    NOBODYS_ID,
    ask,
    page_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("calls")]


def test_the_first_question_is_which_rule(ana: Client, hot: AlertRule) -> None:
    page = page_of(ana.get(f"{BACKTESTS}add/"))

    assert 'name="rule"' in page
    assert "admin-autocomplete" in page
    assert 'name="threshold"' not in page


@pytest.mark.parametrize("rule", [NOBODYS_ID, "x", ""])
def test_a_rule_that_is_not_there_is_asked_for_again(ana: Client, rule: str) -> None:
    page = page_of(ana.get(f"{BACKTESTS}add/?rule={rule}"))

    assert "There is no such rule." in page


def test_the_form_begins_with_the_terms_of_the_rule(ana: Client, hot: AlertRule) -> None:
    update_rule(hot.pk, {"duration": 300}, by="ana", at=timezone.now())

    page = page_of(ana.get(f"{BACKTESTS}add/?rule={hot.pk}"))

    assert "<code>cpu &gt; 80 for 300 s</code>" in page
    assert 'name="threshold" value="80.0"' in page
    assert 'name="duration" value="300"' in page


def test_asking_leads_to_the_page_and_calls_a_worker(
    ana: Client, hot: AlertRule, calls: list[str]
) -> None:
    answer = ask(ana, hot, duration="300", period="3")

    backtest = Backtest.objects.get()
    assert answer.headers["Location"] == f"{BACKTESTS}{backtest.pk}/change/"
    assert calls == [str(backtest.pk)]
    assert (backtest.rule, backtest.asked_by) == (hot, "ana")
    assert backtest.terms["duration"] == 300
    assert backtest.end - backtest.start == timedelta(days=3)
    hot.refresh_from_db()
    assert (hot.duration, hot.version) == (0, 1)


def test_an_own_period_is_tried(ana: Client, hot: AlertRule) -> None:
    start = (timezone.now() - timedelta(days=2)).replace(microsecond=0)
    end = start + timedelta(hours=5)

    ask(
        ana,
        hot,
        period="own",
        start_0=f"{start:%Y-%m-%d}",
        start_1=f"{start:%H:%M:%S}",
        end_0=f"{end:%Y-%m-%d}",
        end_1=f"{end:%H:%M:%S}",
    )

    backtest = Backtest.objects.get()
    assert (backtest.start, backtest.end) == (start, end)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"threshold": "x"}, "Enter a number."),
        ({"threshold": ""}, "This field is required."),
        ({"period": "9"}, "Select a valid choice."),
        ({"period": "own"}, "Say from when to when."),
        ({"period": "own", "start_0": "tomorrow", "start_1": "x"}, "Enter a valid date."),
        ({"recovery_threshold": "90"}, "recovery_threshold"),
        ({"duration": "-1"}, "greater than or equal to 0"),
        ({"duration": "999999999"}, "Ensure this value is less than or equal to"),
    ],
)
def test_what_cannot_be_tried_is_refused_beside_its_field(
    ana: Client, hot: AlertRule, calls: list[str], fields: dict[str, str], refusal: str
) -> None:
    page = page_of(ask(ana, hot, **fields))

    assert "It cannot be tried like this." in page
    assert refusal in page
    assert (calls, Backtest.objects.count()) == ([], 0)


def test_a_period_in_the_wrong_order_is_refused(ana: Client, hot: AlertRule) -> None:
    ends = {"start_0": "2020-01-02", "start_1": "00:00", "end_0": "2020-01-01", "end_1": "00:00"}

    assert "must be after start" in page_of(ask(ana, hot, period="own", **ends))


def test_too_many_at_once_are_refused_in_words(
    ana: Client, hot: AlertRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_WAITING", 0)

    assert "0 backtests wait already; ask again once some are done." in page_of(ask(ana, hot))


def test_a_stored_rule_that_no_longer_stands_is_named_by_field(ana: Client, hot: AlertRule) -> None:
    AlertRule.objects.update(window_seconds=60)

    assert "window_seconds: the newest value (last) has no window" in page_of(ask(ana, hot))


def test_of_a_composite_rule_only_the_waits_change(ana: Client, hot: AlertRule) -> None:
    both = create_rule({"rule_name": "both", "expression": "hot"}, by="ana")

    page = page_of(ana.get(f"{BACKTESTS}add/?rule={both.pk}"))
    ana.post(
        f"{BACKTESTS}add/?rule={both.pk}", {"duration": "60", "keep_firing_for": "0", "period": "1"}
    )

    assert 'name="threshold"' not in page
    assert Backtest.objects.get().terms["duration"] == 60
