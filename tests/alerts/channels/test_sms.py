"""The SMS channel against a server that speaks Twilio's API."""

from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from alerts.channels.base import Receipt
from alerts.channels.sms import SmsChannel, write
from alerts.channels.sms_text import segments
from alerts.messages import Message
from tests.alerts.channels.provider import reply
from tests.alerts.channels.sending_http import (
    AUTH_TOKEN,
    RECIPIENTS,
    TAKEN,
    outcome,
    provider,
    refusal,
    send,
    set_up,
)
from tests.alerts.channels.writing import message

OK = TAKEN["sms"]


def to_phone(**changes: Any) -> Message:
    payload = changes.pop("payload", {})
    return replace(message(RECIPIENTS["sms"], **payload), **changes)


def test_a_message_is_handed_to_twilio_in_the_name_of_the_account(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://monitor.example.org"
    with provider(settings, OK) as played:
        receipt = send("sms", to_phone(notification_id=42))

    (asked,) = played.asked
    assert (asked.method, asked.path) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
    scheme, _, pair = asked.headers["authorization"].partition(" ")
    assert (scheme, b64decode(pair).decode()) == ("Basic", f"AC1:{AUTH_TOKEN}")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    form = asked.form
    body = form.pop("Body")
    assert body.startswith("[critical] service_down: payment-service (firing)\nTake it: https://")
    assert form == {
        "To": "+4915112345678",
        "From": "+15005550006",
        "StatusCallback": "https://monitor.example.org/api/v1/monitoring/twilio/status?notification=42",
    }
    assert receipt == Receipt("SM1", "Twilio queued")


def test_a_messaging_service_may_choose_the_number(settings: Settings) -> None:
    with provider(settings, OK) as played:
        settings.TWILIO_FROM_NUMBER, settings.TWILIO_MESSAGING_SERVICE_SID = "", "MG1"
        send("sms")

    assert played.asked[0].form["MessagingServiceSid"] == "MG1"
    assert "From" not in played.asked[0].form


@pytest.mark.parametrize(
    ("public_url", "is_asked"),
    [
        ("https://monitor.example.org", True),
        ("http://203.0.113.1:3013", False),
        ("http://8.8.8.8", True),
        ("http://127.0.0.1:3013", False),
        ("http://10.1.2.3", False),
        ("http://localhost:3013", False),
        ("http://monitor", False),
        ("http://monitor.local", False),
        ("http://[::1]:3013", False),
    ],
)
def test_reports_are_asked_for_only_where_twilio_can_reach_us(
    settings: Settings, public_url: str, *, is_asked: bool
) -> None:
    settings.PUBLIC_URL = public_url
    with provider(settings, OK) as played:
        send("sms", to_phone(notification_id=42))

    assert ("StatusCallback" in played.asked[0].form) is is_asked


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        ("400 Bad Request", 21211, True),  # no such number
        ("400 Bad Request", 21610, True),  # unsubscribed
        ("400 Bad Request", 21408, True),  # region not permitted
        ("401 Unauthorized", 20003, True),
        ("403 Forbidden", 20005, True),
        ("404 Not Found", 20404, True),
        ("400 Bad Request", 21611, False),  # the sender's queue is full
        ("400 Bad Request", 14107, False),  # too fast
        ("400 Bad Request", 30001, False),  # queue overflow
        ("429 Too Many Requests", 20429, False),
        ("500 Internal Server Error", 20500, False),
        ("503 Service Unavailable", 20503, False),
    ],
)
def test_a_refusal_is_judged_by_status_and_code(
    settings: Settings, status: str, code: int, *, permanent: bool
) -> None:
    answer = reply(status, {"code": code, "message": "The reason", "status": int(status[:3])})
    error = refusal(settings, "sms", answer)

    assert outcome(error) == (permanent, False, None)
    assert error.reason == (f"HTTP {status[:3]}: Unable to create record: The reason (code {code})")


def test_a_refusal_in_the_newer_form_is_judged_likewise(settings: Settings) -> None:
    problem = {"type": "about:blank", "title": "Bad number", "status": 400, "code": 21211}
    error = refusal(settings, "sms", reply("400 Bad Request", problem))

    assert outcome(error) == (True, False, None)
    assert error.reason == "HTTP 400: Bad number (code 21211)"


@pytest.mark.parametrize("odd", ["soon", ["a", "list"], {"an": "object"}, None, 1e300])
def test_a_refusal_with_odd_fields_is_judged_by_its_status(settings: Settings, odd: Any) -> None:
    for problem in (
        {"type": odd, "title": odd, "status": odd, "code": odd},
        {"message": odd, "code": odd},
        odd,
    ):
        assert outcome(refusal(settings, "sms", reply("400 No", problem))) == (True, False, None)
        assert outcome(refusal(settings, "sms", reply("500 No", problem))) == (False, False, None)


@pytest.mark.parametrize("status", ["failed", "undelivered", "canceled"])
def test_a_message_that_failed_at_once_is_refused_for_good(settings: Settings, status: str) -> None:
    answer = reply("201 Created", {"sid": "SM1", "status": status, "error_code": 30003})
    error = refusal(settings, "sms", answer)

    assert (outcome(error), error.reason) == (
        (True, False, None),
        f"Twilio {status}, code 30003",
    )


def test_a_yes_without_a_message_is_in_doubt(settings: Settings) -> None:
    assert outcome(refusal(settings, "sms", reply("201 Created", {}))) == (False, True, None)


def test_a_message_in_doubt_that_had_arrived_is_not_sent_again(settings: Settings) -> None:
    again = to_phone(in_doubt=True)
    mine = {"sid": "SM9", "status": "delivered", "body": write(again).text}
    listed = {"messages": [{"sid": "SM8", "body": "another"}, mine], "page_size": 20}
    with provider(settings, reply("200 OK", listed)) as played:
        receipt = send("sms", again)

    (asked,) = played.asked
    assert asked.method == "GET"
    assert "To=%2B4915112345678" in asked.path
    assert receipt == Receipt("SM9", "Twilio delivered")


def test_a_message_in_doubt_that_is_not_found_is_sent(settings: Settings) -> None:
    listed = reply("200 OK", {"messages": [{"sid": "SM8", "body": "another"}]})
    with provider(settings, listed, OK) as played:
        assert send("sms", to_phone(in_doubt=True)).reference == "SM1"

    assert [asked.method for asked in played.asked] == ["GET", "POST"]


@pytest.mark.parametrize(
    "title",
    ["x" * 2_000, "東京 " * 400, "🔥" * 500, "Zürich \u2013 \u201cüber\u201d " * 90, "[]{}~" * 200],
)
@pytest.mark.parametrize("kind", ["firing", "escalation"])
def test_two_segments_are_enough_and_the_link_is_whole(
    settings: Settings, title: str, kind: str
) -> None:
    settings.PUBLIC_URL = "https://monitoring.tickettoken-operations.example.org"
    written = write(to_phone(kind=kind, notification_id=2**40, payload={"title": title}))

    assert segments(written.text) <= 2
    link = written.text.split("\nTake it: ")[1]
    assert link.startswith("https://monitoring.tickettoken-operations.example.org/a/a")
    assert len(link) > 80
    assert list(written.problems) == []


def test_a_link_that_leaves_no_room_costs_the_link_and_not_the_message(settings: Settings) -> None:
    settings.PUBLIC_URL = f"https://{'long.' * 60}example.org"

    written = write(to_phone(notification_id=1))

    assert written.text == "[critical] service_down: payment-service (firing)"
    assert [problem.split(": ")[-1] for problem in written.problems] == [
        "the text around the headline is too long by itself"
    ] * 2


@pytest.mark.parametrize(
    ("kind", "state"),
    [("resolved", "resolved"), ("acknowledged", "acknowledged"), ("test", "test")],
)
def test_where_there_is_nothing_to_take_there_is_no_link(kind: str, state: str) -> None:
    text = write(to_phone(kind=kind, notification_id=1, payload={"state": state})).text

    assert "http" not in text


@pytest.mark.parametrize(
    ("setting", "missing"),
    [
        ("TWILIO_ACCOUNT_SID", ["TWILIO_ACCOUNT_SID"]),
        ("TWILIO_AUTH_TOKEN", ["TWILIO_AUTH_TOKEN"]),
        ("TWILIO_FROM_NUMBER", ["TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID"]),
        ("ALERT_TO_PHONE", ["ALERT_TO_PHONE"]),
        ("TWILIO_MESSAGING_SERVICE_SID", []),
    ],
)
def test_what_is_missing_is_named(settings: Settings, setting: str, missing: list[str]) -> None:
    set_up(settings)
    setattr(settings, setting, "")

    assert SmsChannel().missing() == missing


def test_every_number_gets_a_message_of_its_own(settings: Settings) -> None:
    settings.ALERT_TO_PHONE = ["+4915112345678", "+4915112345679"]

    assert SmsChannel().recipients() == ["+4915112345678", "+4915112345679"]
