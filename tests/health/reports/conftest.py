"""What tests of reports share: a day whose figures are known, a mailbox, and a delivery that is due."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from config.demo.mailbox import Mailbox
from health.models import HealthCursor, Report, ReportDelivery, ServiceFlip, Slo
from health.sla_selectors import CURSOR
from tests.health.reports.rows import (
    AFTER,
    BUCKET_MS,
    FIRST,
    FIVE,
    LONG_AFTER,
    buckets,
    done_report,
    owed,
    report,
    subscribed,
    watched,
)
from tests.health.reports.samples import sla_data

TEN = FIRST + timedelta(hours=10)


@pytest.fixture
def day() -> Report:
    """A day of payment with 7 min 30 s down, half an hour planned and five minutes unknown."""
    service = watched()
    odd: dict[datetime, dict[str, int]] = {
        TEN: {"down_ms": 150_000},
        TEN + FIVE: {"down_ms": 300_000},
    }
    odd |= {TEN + (12 + n) * FIVE: {"maintenance_ms": BUCKET_MS} for n in range(6)}
    odd |= {TEN + 30 * FIVE: {"unknown_ms": BUCKET_MS}}
    buckets("payment", FIRST, AFTER, odd)
    ServiceFlip.objects.create(
        service_name="payment",
        at=TEN + timedelta(minutes=3),
        status="unhealthy",
        error_message="refused",
    )
    Slo.objects.create(name="payment-up", service=service, target_percent="99.5", window_days=30)
    HealthCursor.objects.create(name=CURSOR, at=LONG_AFTER)
    return report()


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    settings.SMTP_HOST = "127.0.0.1"
    settings.SMTP_USER, settings.SMTP_PASS, settings.SMTP_TLS = "", "", False
    settings.ALERT_FROM_EMAIL = "Monitoring <reports@example.org>"
    settings.NOTIFICATION_SEND_TIMEOUT = timedelta(seconds=5)
    with Mailbox() as server:
        settings.SMTP_PORT = server.port
        yield server


@pytest.fixture
def delivery() -> ReportDelivery:
    """A delivery of a monthly report to who subscribed to it."""
    subscribed(period="monthly")
    return owed(done_report(sla_data(), period="monthly"))
