"""Settings that tests of alerting share."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from alerts.channels import registry
from alerts.models import AlertRule
from alerts.services import create_rule
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.noise_rows import noisy_rule


@pytest.fixture
def mail(settings: Settings) -> None:
    """A configured e-mail channel; what is owed is written, nothing is sent."""
    settings.SMTP_HOST, settings.ALERT_TO_EMAIL = "127.0.0.1", ["ops@tickettoken.example"]


@pytest.fixture
def ana(client: Client) -> Client:
    """The browser of a person who may do everything in the admin."""
    client.force_login(User.objects.create_superuser("ana"))
    return client


@pytest.fixture
def email(monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    """An e-mail channel that does what the test says."""
    channel = FakeChannel("email", ["ana@example.org", "bo@example.org"])
    monkeypatch.setitem(registry.CHANNELS, "email", channel)
    return channel


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What workers were called to by backtests, in place of the broker."""
    called: list[str] = []
    monkeypatch.setattr("alerts.tasks.backtests.run_backtest.delay", called.append)
    return called


@pytest.fixture
def noisy() -> AlertRule:
    """A rule that fired five times for a minute and once for nine, with the samples of it."""
    return noisy_rule()


@pytest.fixture
def hot() -> AlertRule:
    """A rule that fires at once above 80 and never flaps, made as people make them."""
    fields = {"rule_name": "hot", "metric_name": "cpu", "threshold": 80.0, "flap_firings": 0}
    return create_rule(fields, by="ana")
