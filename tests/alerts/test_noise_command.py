"""`manage.py noise_report --prove` tries what is advised, here and now."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from alerts.models import AlertRule, Backtest
from alerts.services import backtests
from tests.alerts.factories import AlertRuleFactory
from tests.alerts.noise_rows import MINUTE, fired

pytestmark = pytest.mark.django_db(transaction=True)


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("noise_report", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_proves_advice_here_and_now(noisy: AlertRule, calls: list[str]) -> None:
    text = command("--prove")

    assert "    change: {'duration': 60}\n" in text
    assert "    proof: would have fired once instead of 6 in 7 days\n" in text
    assert calls == []
    assert Backtest.objects.get().asked_by == "noise_report"


def test_the_command_shows_a_proof_that_is_there_and_asks_for_none(noisy: AlertRule) -> None:
    assert "proof" not in command()
    command("--prove")

    assert "proof: would have fired once instead of 6" in command()
    assert Backtest.objects.count() == 1


def test_the_command_says_why_nothing_could_be_proven(
    noisy: AlertRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtests, "MOST_WAITING", 0)

    with pytest.raises(CommandError, match="Not proven: 0 backtests wait already"):
        command("--prove")


def test_the_command_tries_only_what_proposes_other_terms(calls: list[str]) -> None:
    rule = AlertRuleFactory.create()
    for days in range(5):
        at = timezone.now() - timedelta(days=days + 1)
        fired(rule, at, acknowledged=False, acknowledged_at=None, acknowledged_by=None)
    fired(AlertRuleFactory.create(), timezone.now() - MINUTE)

    text = command("--prove")

    assert "retire: 5 firings in 28 days" in text
    assert "proof" not in text
    assert not Backtest.objects.exists()
