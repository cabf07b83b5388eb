"""Whom workers are called to at once, and whom the sweep comes to later."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Notification
from alerts.services import notices
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.factories import AlertFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    """A channel for people: one message may speak for several alerts."""
    fake = FakeChannel("email")
    fake.bundles = True
    monkeypatch.setattr("alerts.channels.registry.CHANNELS", {"email": fake})
    return fake


@pytest.mark.parametrize(("wait", "called"), [(0, True), (30, False)])
def test_nobody_is_called_to_what_waits_for_its_group(
    settings: Settings, channel: FakeChannel, wait: int, *, called: bool
) -> None:
    settings.ALERT_GROUP_WAIT = timedelta(seconds=wait)
    alert = AlertFactory.create(transition_seq=1, notification_channels=["email"])

    ids = notices.tell_firing([alert], at=timezone.now())

    row = Notification.objects.get()
    assert ids == ([row.pk] if called else [])
