"""Settings of the channels under test."""

import pytest
from pytest_django import Settings


@pytest.fixture
def smtp(settings: Settings) -> None:
    """No login and no TLS unless a test asks for them."""
    settings.SMTP_HOST = "127.0.0.1"
    settings.SMTP_USER, settings.SMTP_PASS, settings.SMTP_TLS = "", "", False
    settings.ALERT_FROM_EMAIL = "Monitoring <alerts@example.org>"
    settings.ALERT_TO_EMAIL = ["ana@example.org", "bo@example.org"]
