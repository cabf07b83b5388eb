"""The words of a timeline."""

from typing import Any

import pytest

from alerts.models.attempt import Outcome
from alerts.models.event import EventKind
from alerts.models.notification import Status
from alerts.timeline.wording import (
    attempt_text,
    event_text,
    receipt_text,
    settled_text,
    shown_recipient,
)


@pytest.mark.parametrize(
    ("kind", "detail", "text"),
    [
        ("fired", {"value": 95.25}, "Hot: fires, value 95.25"),
        ("fired", {"value": None}, "Hot: fires"),
        ("fired", {"value": 0.0}, "Hot: fires, value 0"),
        ("resolved", {"by": "ana", "note": "restarted"}, "Hot: is over, note: restarted"),
        ("acknowledged", {"by": "ana"}, "Hot: acknowledged"),
        ("acknowledged", {"by": "bo"}, "Hot: acknowledged, by bo"),
        ("unacknowledged", {"had": "bo"}, "Hot: nobody has it any more, was bo"),
        (
            "escalated",
            {"step": 2, "who": "Bo", "channels": ["sms", "slack"], "lateness_seconds": 0.4},
            "Hot: escalated, step 2, to Bo, through sms, slack",
        ),
        ("escalated", {"step": 1, "lateness_seconds": 1.0}, "Hot: escalated, step 1, 1 s late"),
        (
            "hidden",
            {"by": "silence", "reason": "upgrade"},
            "Hot: its messages are held back, by silence, because: upgrade",
        ),
        ("linked", {"title": "Cold", "alert": "id"}, "Cold: joined the incident"),
        ("unlinked", {"title": "Cold"}, "Cold: taken out of the incident"),
        ("noted", {"text": "we\nrestarted"}, "we restarted"),
        ("moved", {"from": "open", "to": "closed"}, "status: open → closed"),
        (
            "edited",
            {
                "before": {"title": "A", "root_cause": None},
                "after": {"title": "B", "root_cause": "x"},
            },
            "root_cause: none → x; title: A → B",
        ),
        (
            "edited",
            {"before": {"affected_services": ["a", "b"]}, "after": {"affected_services": []}},
            "affected_services: a, b → none",
        ),
    ],
)
def test_an_event_in_words(kind: str, detail: dict[str, Any], text: str) -> None:
    assert event_text(kind, detail, subject="Hot", actor="ana") == text


def test_an_opened_incident_says_its_title() -> None:
    assert event_text("opened", {"title": "Outage"}) == "Outage: incident opened"


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_has_words_of_its_own(kind: EventKind) -> None:
    text = event_text(kind, {"text": "x", "after": {"a": "b"}}, subject="")

    assert text
    assert text != kind.value or kind in {EventKind.ACKNOWLEDGED, EventKind.ESCALATED}


def test_a_long_value_is_shortened() -> None:
    text = event_text("edited", {"before": {}, "after": {"postmortem": "x" * 121}})

    assert text == f"postmortem: none → {'x' * 119}…"
    assert event_text("edited", {"after": {"title": "x" * 120}}) == f"title: none → {'x' * 120}"


@pytest.mark.parametrize(
    ("recipient", "shown"),
    [
        ("ops@tickettoken.example", "ops@tickettoken.example"),
        ("+4915112345678", "…678"),
        ("https://hooks.example/services/T0/B0/secret", "hooks.example"),
        ("https://", "a URL"),
        ("https://[oops", "a URL"),
        ("#alerts\n", "#alerts"),
    ],
)
def test_a_recipient_is_shown_without_its_secret(recipient: str, shown: str) -> None:
    assert shown_recipient(recipient) == shown


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_of_a_try_has_words(outcome: Outcome) -> None:
    text = attempt_text(
        kind="firing", recipient="ops@x.example", outcome=outcome, detail="250 ok", subject="Hot"
    )

    assert text.startswith("Hot: firing message to ops@x.example ")
    assert text.endswith("sent" if outcome == Outcome.SENT else "(250 ok)")


@pytest.mark.parametrize("status", [Status.SENT, Status.FAILED, Status.DEAD, Status.SUPERSEDED])
def test_every_end_without_a_try_has_words(status: Status) -> None:
    text = settled_text(kind="firing", recipient="", status=status, reason="", subject="Hot")

    assert text.startswith("Hot: firing message ")
    assert text != f"Hot: firing message {status}"


def test_the_reason_of_an_end_is_named() -> None:
    text = settled_text(
        kind="firing", recipient="", status="suppressed", reason="silence: upgrade", subject="Hot"
    )

    assert text == "Hot: firing message not sent (silence: upgrade)"


def test_a_receipt_in_words() -> None:
    said = {"kind": "firing", "recipient": "+4915112345678", "subject": "Hot"}

    assert receipt_text(status="delivered", detail="", **said) == (
        "Hot: firing message to …678 reported as delivered"
    )
    assert receipt_text(status="undelivered", detail="30003", **said).endswith(
        "undelivered (30003)"
    )
