"""The words of a message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages import Content
from alerts.wording import facts, one_line, quantity, span, subject

SINCE = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)
DOWN = replace(
    Content.of({}),
    title="service_down",
    description="It does not answer.",
    severity="critical",
    state="firing",
    service="payment-service",
    metric="service_up",
    condition="==",
    value=0.0,
    threshold=0.0,
    labels={"zone": "b", "host": "a"},
    started_at=SINCE,
    runbook_url="https://runbooks.example.org/down",
    alert_url="https://monitor.example.org/alert",
    acknowledge_url="https://monitor.example.org/ack",
)


def fact(content: Content, name: str) -> str | None:
    return next((each.text for each in facts(content) if each.name == name), None)


@pytest.mark.parametrize(
    ("title", "service", "line"),
    [
        ("service_down", "payment-service", "[critical] service_down: payment-service (firing)"),
        (
            "service_down: payment-service",
            "payment-service",
            "[critical] service_down: payment-service (firing)",
        ),
        ("auth_failures", "auth", "[critical] auth_failures: auth (firing)"),
        ("auth-failures", "auth", "[critical] auth-failures: auth (firing)"),
        ("database away", "", "[critical] database away (firing)"),
        ("a.b", "a+b", "[critical] a.b: a+b (firing)"),
    ],
)
def test_the_subject_says_how_bad_what_and_where(title: str, service: str, line: str) -> None:
    assert subject(replace(DOWN, title=title, service=service)) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\r\nlines", "two lines"),
        ("Bcc: a\x0b\x0c\x85\u2028b", "Bcc: a b"),
        ("bell\x07 nul\x00 esc\x1b[31m", "bell nul esc[31m"),
        ("right\u202eto left", "rightto left"),
        ("zero\u200bwidth", "zerowidth"),
        ("  Zürich \t 東京 ", "Zürich 東京"),
    ],
)
def test_a_line_stays_one_line_and_hides_nothing(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_no_text_splits_a_header(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert line.isprintable()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (95.2, "percent", "95.2 %"),
        (1_250.0, "milliseconds", "1,250 ms"),
        (0.0, "", "0"),
        (12.0, "connections", "12 connections"),
        (0.1 + 0.2, "seconds", "0.3 s"),
        (0.001, "seconds", "0.001 s"),
        (0.0005, "seconds", "0.0005 s"),
        (-0.00012345, "", "-0.0001234"),
        (-3.5, "percent", "-3.5 %"),
        (1e15, "bytes", "1e+15 B"),
        (999_999_999_999_999.0, "bytes", "999,999,999,999,999 B"),
        (100.0, "", "100"),
    ],
)
def test_a_quantity_is_written_for_people(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=59.4), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(hours=2, minutes=5, seconds=7), "2 h 5 min"),
        (timedelta(days=1, minutes=3), "1 d 3 min"),
    ],
)
def test_a_span_is_written_in_its_two_largest_units(length: timedelta, text: str) -> None:
    assert span(length) == text


def test_the_facts_come_in_the_order_of_their_weight() -> None:
    assert [(each.name, each.text) for each in facts(DOWN)] == [
        ("Service", "payment-service"),
        ("Metric", "service_up"),
        ("Value", "0 (alerts when == 0)"),
        ("Since", "2025-01-12 12:00:00 UTC"),
        ("Labels", "host=a, zone=b"),
        ("Runbook", "https://runbooks.example.org/down"),
    ]


def test_a_value_is_compared_with_its_threshold_in_the_unit_of_the_metric() -> None:
    content = replace(DOWN, value=95.2, threshold=80.0, condition=">", unit="percent")

    assert fact(content, "Value") == "95.2 % (alerts when > 80 %)"


def test_a_series_that_went_silent_has_no_value() -> None:
    content = replace(DOWN, value=None, threshold=80.0, condition=">")

    assert fact(content, "Value") == "no data (alerts when > 80)"


def test_a_finding_may_have_a_value_without_a_threshold_or_neither() -> None:
    assert fact(replace(DOWN, value=0.97, threshold=None), "Value") == "0.97"
    assert fact(replace(DOWN, value=None, threshold=None), "Value") is None


def test_an_end_says_when_after_how_long_and_by_whom() -> None:
    over = replace(DOWN, resolved_at=SINCE + timedelta(minutes=9), resolution_note="restarted\nit")

    assert fact(over, "Resolved") == "2025-01-12 12:09:00 UTC after 9 min"
    assert fact(replace(over, resolved_by="ana"), "Resolved") == (
        "2025-01-12 12:09:00 UTC after 9 min by ana"
    )
    assert fact(replace(over, started_at=None), "Resolved") == "2025-01-12 12:09:00 UTC"
    assert fact(over, "Note") == "restarted it"


def test_who_is_told_in_place_of_another_learns_why() -> None:
    assert fact(replace(DOWN, instead_of="email"), "Sent here") == "because email refused it"


def test_instants_are_written_in_utc() -> None:
    local = SINCE.astimezone(datetime.fromisoformat("2025-01-12T15:00:00+03:00").tzinfo)

    assert fact(replace(DOWN, started_at=local), "Since") == "2025-01-12 12:00:00 UTC"


def test_only_the_runbook_is_a_link() -> None:
    links = {each.name: each.url for each in facts(DOWN) if each.url}

    assert links == {"Runbook": "https://runbooks.example.org/down"}


def test_who_has_taken_it_is_said_and_when() -> None:
    taken = replace(DOWN, acknowledged_by="Ana\nAdmin", acknowledged_at=SINCE)

    assert fact(taken, "Taken") == "by Ana Admin at 2025-01-12 12:00:00 UTC"
    assert fact(replace(taken, acknowledged_by=""), "Taken") is None
    assert fact(replace(taken, acknowledged_at=None), "Taken") is None


@given(st.text())
def test_one_line_of_one_line_is_itself(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    assert one_line(text).isprintable()
