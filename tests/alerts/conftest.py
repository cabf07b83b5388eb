"""Settings that tests of alerting share."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings


@pytest.fixture
def mail(settings: Settings) -> None:
    """A configured e-mail channel; what is owed is written, nothing is sent."""
    settings.SMTP_HOST, settings.ALERT_TO_EMAIL = "127.0.0.1", ["ops@tickettoken.example"]


@pytest.fixture
def ana(client: Client) -> Client:
    """The browser of a person who may do everything in the admin."""
    client.force_login(User.objects.create_superuser("ana"))
    return client
