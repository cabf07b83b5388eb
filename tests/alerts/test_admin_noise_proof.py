"""The button beside advice in the admin, and what the page says once the backtest is done."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from alerts.models import AlertRule, Backtest
from alerts.services import backtest_work
from tests.alerts.noise_rows import fired

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("calls")]

NOISE = "/admin/alerts/incident/noise/"


def ask(client: Client, rule: AlertRule, **fields: str) -> Any:
    body = {"kind": "longer_duration", "weeks": "1"} | fields
    return client.post(f"{NOISE}{rule.pk}/proof/", body, follow=True)


def page_of(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    assert "style=" not in text.partition("<main")[2]
    return text


def test_a_button_stands_beside_each_piece_of_advice(ana: Client, noisy: AlertRule) -> None:
    fired(noisy, timezone.now() - timedelta(minutes=2), flapping=True)

    page = page_of(ana.get(f"{NOISE}?weeks=1"))

    assert page.count("Prove it on the last week") == 2
    assert page.count(f'action="{NOISE}{noisy.pk}/proof/"') == 2
    assert 'name="weeks" value="1"' in page
    assert "refresh" not in page


def test_a_click_asks_and_the_page_looks_again(
    ana: Client, noisy: AlertRule, calls: list[str]
) -> None:
    answer = ask(ana, noisy)

    page = page_of(answer)
    assert answer.redirect_chain == [(f"{NOISE}?weeks=1", 302)]
    assert calls == [str(Backtest.objects.get().pk)]
    assert '<meta http-equiv="refresh" content="3">' in page
    assert "Is being tried: 0%" in page
    assert "Prove it" not in page


def test_once_it_is_done_the_page_says_what_it_found(ana: Client, noisy: AlertRule) -> None:
    ask(ana, noisy)
    backtest = Backtest.objects.get()
    backtest_work.run_backtest(backtest.pk, at=timezone.now())

    page = page_of(ana.get(f"{NOISE}?weeks=1"))

    assert "Would have fired once instead of 6 in 7 days" in page
    assert f'href="/admin/alerts/backtest/{backtest.pk}/change/"' in page
    assert "Prove it again" in page
    assert "refresh" not in page


def test_advice_that_no_longer_stands_is_refused_in_words(
    ana: Client, noisy: AlertRule, calls: list[str]
) -> None:
    page = page_of(ask(ana, noisy, kind="recovery_threshold"))

    assert "Not tried: no advice to change the terms of noisy" in page
    assert calls == []


@pytest.mark.parametrize(
    ("weeks", "kept"), [("x", "4"), ("0", "4"), ("27", "4"), ("26", "26"), ("9" * 9, "4")]
)
def test_weeks_that_cannot_be_read_are_four(
    ana: Client, noisy: AlertRule, weeks: str, kept: str
) -> None:
    answer = ask(ana, noisy, weeks=weeks, kind="what")

    assert answer.redirect_chain[0][0] == f"{NOISE}?weeks={kept}"
    assert Backtest.objects.count() == 1


def test_a_click_is_no_link(ana: Client, noisy: AlertRule) -> None:
    assert ana.get(f"{NOISE}{noisy.pk}/proof/").status_code == 405


def test_who_may_only_look_sees_no_button(client: Client, noisy: AlertRule) -> None:
    user = User.objects.create_user("vera", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_alertrule"))
    client.force_login(user)

    assert "Prove it" not in page_of(client.get(f"{NOISE}?weeks=1"))
    assert ask(client, noisy).status_code == 403
    assert not Backtest.objects.exists()
