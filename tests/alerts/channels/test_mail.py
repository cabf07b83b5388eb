"""The mail of a message."""

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from pytest_django import Settings

from alerts.channels import mail
from alerts.channels.mail import compose
from alerts.headlines import plain_text
from alerts.links import link_for
from tests.alerts.channels.writing import PAYLOAD, message


def written(composed: EmailMessage) -> EmailMessage:
    """The mail as its reader gets it: through bytes and back."""
    return email.message_from_bytes(composed.as_bytes(), policy=default)


def part(composed: EmailMessage, subtype: str) -> str:
    body = written(composed).get_body((subtype,))
    return body.get_content() if isinstance(body, EmailMessage) else ""


def test_the_headers_name_sender_recipient_and_what_it_is_about(settings: Settings) -> None:
    settings.ALERT_FROM_EMAIL = "Monitoring <alerts@example.org>"
    settings.SERVICE_NAME = "monitoring-service"

    headers = dict(written(compose(message("ana@example.org"))))

    assert headers | {"MIME-Version": "", "Content-Type": ""} == {
        "From": "Monitoring <alerts@example.org>",
        "To": "ana@example.org",
        "Subject": "[critical] service_down: payment-service (firing)",
        "Date": "Sun, 12 Jan 2025 12:05:00 +0000",
        "Message-ID": f"<{'k' * 64}@monitoring-service>",
        "In-Reply-To": "<00000000-0000-0000-0000-000000000007@monitoring-service>",
        "References": "<00000000-0000-0000-0000-000000000007@monitoring-service>",
        "Auto-Submitted": "auto-generated",
        "Importance": "high",
        "MIME-Version": "",
        "Content-Type": "",
    }


def test_only_what_is_critical_is_important() -> None:
    assert compose(message(severity="warning"))["Importance"] is None


def test_two_parts_say_the_same() -> None:
    composed = compose(message())

    for text in (part(composed, "plain"), part(composed, "html")):
        for fact in (
            "service_down",
            "payment-service",
            "The service does not answer.",
            "0 (alerts when == 0)",
            "2025-01-12 12:00:00 UTC",
            "host=a",
            "https://monitor.example.org/admin/alerts/alert/7/change/",
        ):
            assert fact in text


def test_the_text_part_is_not_escaped_and_the_html_part_is() -> None:
    composed = compose(message(title="<b>a & b</b>", labels={"q": "<script>alert(1)</script>"}))

    assert "<b>a & b</b>" in part(composed, "plain")
    html = part(composed, "html")
    assert "<script>" not in html
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;" in html


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("firing", ["acknowledge", "resolve"]),
        ("escalation", ["acknowledge", "resolve"]),
        ("acknowledged", ["resolve"]),
        ("reminder", ["resolve"]),
        ("resolved", []),
        ("test", []),
    ],
)
def test_only_what_is_left_to_do_is_offered(kind: str, offered: list[str]) -> None:
    composed = compose(replace(message(state=kind), kind=kind, notification_id=7))

    for subtype in ("plain", "html"):
        found = [
            each
            for each in ("acknowledge", "resolve")
            if link_for(7, each) in part(composed, subtype)
        ]
        assert found == offered


def test_one_mail_speaks_for_several_alerts() -> None:
    members = ({**PAYLOAD, "service": "auth"}, {**PAYLOAD, "service": "order", "severity": "info"})
    composed = compose(replace(message(severity="warning"), members=members))

    assert composed["Subject"] == "[critical] service_down: 3 firing (payment-service, auth, order)"
    for subtype in ("plain", "html"):
        for each in ("payment-service", "auth", "order"):
            assert f"service_down: {each} (firing)" in part(composed, subtype)


@pytest.mark.parametrize("severity", ["critical", "warning", "info", "unheard-of"])
@pytest.mark.parametrize("state", ["firing", "resolved"])
def test_every_severity_and_state_has_a_color(severity: str, state: str) -> None:
    html = part(compose(message(severity=severity, state=state)), "html")

    expected = {"critical": "#b3261e", "warning": "#9a5b00"}.get(severity, "#1d5fa8")
    assert f"background:{'#1e7a3c' if state == 'resolved' else expected};" in html


@pytest.mark.parametrize(
    "title",
    [
        "down\r\nBcc: all@example.org",
        "down\nBcc: all@example.org",
        "down\rBcc: all@example.org",
        "down\r\n\r\n<html>",
        "down\u2028Bcc: all@example.org",
        "=?utf-8?q?down=0D=0ABcc:_all=40example.org?=",
    ],
)
def test_no_title_adds_a_header(title: str) -> None:
    clean = written(compose(message()))
    dirty = written(compose(message(title=title)))

    assert dirty.keys() == clean.keys()
    assert dirty["Bcc"] is None


@given(
    st.text(st.sampled_from("=?utf-8qb0DAa\r\n:_ \u2028é"), max_size=200) | st.text(max_size=400)
)
@settings_of_hypothesis(max_examples=200, deadline=None)
def test_no_text_whatever_adds_a_header(title: str) -> None:
    assert written(compose(message(title=title))).keys() == written(compose(message())).keys()


@pytest.mark.parametrize("address", ["ana@example.org\r\nBcc: bo@example.org", "ana\n@example.org"])
def test_no_address_adds_a_header(address: str) -> None:
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        compose(message(address))


def test_any_script_survives_seven_bits() -> None:
    composed = compose(message(title="Zürich 東京 🔥", description="Überlast\n" + "ä" * 2_000))

    raw = composed.as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert "Zürich 東京" in written(composed)["Subject"]
    assert "ä" * 2_000 in part(composed, "plain")


def use_templates(directory: Path, settings: Settings, **files: str) -> None:
    """Let the templates of the mail come from `directory`; suffix -> contents."""
    (directory / "email").mkdir()
    for suffix, contents in files.items():
        (directory / "email" / f"alert.{suffix}").write_text(contents, encoding="utf-8")
    template_settings: list[dict[str, Any]] = settings.TEMPLATES
    settings.TEMPLATES = [{**template_settings[0], "DIRS": [directory]}]


@pytest.mark.parametrize(
    "broken", ["{% if %}", "{{ content.title|no_such_filter }}", "{% include 'gone.html' %}"]
)
def test_a_broken_html_template_costs_the_html_part_only(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    use_templates(tmp_path, settings, html=broken, txt="{{ subject }} by template")

    composed = compose(message())

    assert composed.get_content_type() == "text/plain"
    assert part(composed, "plain").startswith(
        "[critical] service_down: payment-service (firing) by"
    )
    assert "template is broken" in caplog.text


@pytest.mark.parametrize("broken", ["{% if %}", "{% load no_such_library %}", ""])
def test_a_broken_text_template_is_replaced_by_words_that_need_none(
    tmp_path: Path, settings: Settings, broken: str
) -> None:
    use_templates(tmp_path, settings, txt=broken, html="<p>{{ subject }}</p>")

    composed = compose(message())

    assert part(composed, "plain").replace("\r\n", "\n") == plain_text(message())
    assert "<p>[critical]" in part(composed, "html")


def test_missing_templates_never_cost_the_mail(tmp_path: Path, settings: Settings) -> None:
    use_templates(tmp_path, settings)

    assert "The service does not answer." in part(compose(message()), "plain")


def test_the_templates_are_where_they_are_looked_for() -> None:
    loader = engines["django"]

    for name in (mail.TEXT_TEMPLATE, mail.HTML_TEMPLATE):
        assert loader.get_template(name)
