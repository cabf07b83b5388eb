"""What tests of backtests in the admin share."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from alerts.models import AlertRule, Backtest
from alerts.services import backtest_work
from tests.alerts.samples import push

BACKTESTS = "/admin/alerts/backtest/"
MINUTE = timedelta(minutes=1)
NOBODYS_ID = "00000000-0000-0000-0000-000000000000"


def person(client: Client, *permissions: str) -> Client:
    user = User.objects.create_user("vera", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


def form(**fields: str) -> dict[str, str]:
    """Return the form as it stands for the rule `hot`, with some fields changed."""
    return {
        "condition": ">",
        "threshold": "80.0",
        "recovery_threshold": "",
        "duration": "0",
        "keep_firing_for": "0",
        "period": "1",
        "start_0": "",
        "start_1": "",
        "end_0": "",
        "end_1": "",
    } | fields


def ask(client: Client, rule: AlertRule, **fields: str) -> Any:
    return client.post(f"{BACKTESTS}add/?rule={rule.pk}", form(**fields))


def breaches(text: str = "90 10x4 90x9 10x3") -> None:
    end = timezone.now().replace(second=0, microsecond=0) - 5 * MINUTE
    push("cpu{host=<a>}", text, end=end)


def page_of(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    assert "style=" not in text.partition("<main")[2]
    assert "<script>" not in text
    return text


def done(client: Client, rule: AlertRule, **fields: str) -> str:
    """Ask, carry out, and return the page."""
    answer = ask(client, rule, **fields)
    assert backtest_work.run_backtest(Backtest.objects.get().pk, at=timezone.now())
    return page_of(client.get(answer.headers["Location"]))
