"""The door for Twilio's reports: signed, about one message; and shut where no token is set."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from alerts.models import NotificationReceipt
from tests.alerts.factories import NotificationFactory
from tests.monitoring.clients import API

pytestmark = pytest.mark.django_db

TWILIO = f"{API}/twilio/status"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def configured(settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKEN = "auth-token"
    settings.PUBLIC_URL = "https://monitor.example.org"


def from_twilio(
    notification: Any, *, signed_for: Any = None, token: str = "auth-token", **fields: str
) -> Any:
    base = "https://monitor.example.org/api/v1/monitoring/twilio/status?notification="
    about = notification if signed_for is None else signed_for
    signature = RequestValidator(token).compute_signature(f"{base}{about}", fields)
    return Client().generic(
        "POST",
        f"{TWILIO}?notification={notification}",
        urlencode(fields),
        content_type=FORM,
        headers={"X-Twilio-Signature": signature},
    )


def test_a_report_is_written_down_once() -> None:
    row = NotificationFactory.create(
        channel="sms", status="sent", sent_at=timezone.now(), provider_ref="SM1"
    )

    answers = [
        from_twilio(row.pk, MessageSid="SM1", MessageStatus="delivered", To="+49") for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [204, 204]
    receipt = NotificationReceipt.objects.get()
    assert (receipt.notification_id, receipt.status, receipt.detail) == (row.pk, "delivered", "SM1")


def test_why_a_message_did_not_arrive_is_kept() -> None:
    row = NotificationFactory.create(channel="sms", status="sent", sent_at=timezone.now())

    from_twilio(row.pk, MessageSid="SM1", MessageStatus="undelivered", ErrorCode="30003")

    receipt = NotificationReceipt.objects.get()
    assert (receipt.status, receipt.detail) == ("undelivered", "SM1 code 30003")


def test_a_report_about_another_message_is_refused() -> None:
    row, other = NotificationFactory.create(), NotificationFactory.create()

    answer = from_twilio(row.pk, signed_for=other.pk, MessageStatus="delivered")

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert not NotificationReceipt.objects.exists()


@pytest.mark.parametrize("about", ["", "x", "-1", "1e9", "٣", "1 OR 1=1"])
def test_a_report_about_nothing_is_refused(about: str) -> None:
    assert from_twilio(about, MessageStatus="delivered").status_code in {403, 404}


def test_a_field_that_was_changed_is_refused() -> None:
    row = NotificationFactory.create()
    url = f"https://monitor.example.org/api/v1/monitoring/twilio/status?notification={row.pk}"
    signature = RequestValidator("auth-token").compute_signature(url, {"MessageStatus": "failed"})

    answer = Client().generic(
        "POST",
        f"{TWILIO}?notification={row.pk}",
        urlencode({"MessageStatus": "delivered"}),
        content_type=FORM,
        headers={"X-Twilio-Signature": signature},
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["other", " auth-token"])
def test_another_token_is_refused(token: str) -> None:
    row = NotificationFactory.create()

    assert from_twilio(row.pk, token=token, MessageStatus="delivered").status_code == 403


@pytest.mark.parametrize("status", ["", "x" * 33])
def test_a_report_without_a_status_says_nothing(status: str) -> None:
    row = NotificationFactory.create()

    assert from_twilio(row.pk, MessageStatus=status).status_code == 400


def test_a_report_about_a_message_that_is_gone_is_not_found() -> None:
    assert from_twilio(999_999, MessageStatus="delivered").status_code == 404


def test_bytes_that_are_no_form_are_refused() -> None:
    answer = Client().generic("POST", f"{TWILIO}?notification=1", b"\xff", content_type=FORM)

    assert answer.status_code == 403


def test_without_a_token_there_is_no_door(settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKEN = ""

    answer = from_twilio(NotificationFactory.create().pk, token="", MessageStatus="delivered")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert not NotificationReceipt.objects.exists()
