"""Reading a mail from its bytes, however it is made."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.demo.mail import Mail, parse

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def read(raw: bytes) -> Mail:
    return parse("20260301T120000000000-000000", NOON, raw)


def both_parts() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Ausfall: größer"
    message["From"] = "Alerts <alerts@example.org>"
    message["To"] = "ops@example.org, boss@example.org"
    message["Message-ID"] = "<1@example.org>"
    message.set_content("plain größer\n")
    message.add_alternative("<b>größer</b>\n", subtype="html")
    return message.as_bytes()


def test_headers_and_both_parts_are_read() -> None:
    mail = read(both_parts())

    assert mail.subject == "Ausfall: größer"
    assert mail.sender == "Alerts <alerts@example.org>"
    assert mail.recipients == "ops@example.org, boss@example.org"
    assert mail.message_id == "<1@example.org>"
    assert (mail.text, mail.html) == ("plain größer\n", "<b>größer</b>\n")


def test_a_mail_becomes_one_json_object() -> None:
    document = read(b"X-RcptTo: real@example.org\r\nDate: today\r\n" + both_parts()).document()

    assert document == {
        "id": "20260301T120000000000-000000",
        "received_at": "2026-03-01T12:00:00+00:00",
        "subject": "Ausfall: größer",
        "from": "Alerts <alerts@example.org>",
        "to": "ops@example.org, boss@example.org",
        "envelope_to": "real@example.org",
        "date": "today",
        "message_id": "<1@example.org>",
        "text": "plain größer\n",
        "html": "<b>größer</b>\n",
    }


def test_without_from_and_to_the_envelope_tells() -> None:
    mail = read(b"X-MailFrom: a@example.org\r\nX-RcptTo: b@example.org\r\n\r\nhello")

    assert (mail.sender, mail.recipients) == ("a@example.org", "b@example.org")


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: plain", "plain"),
        (b"subject: any case", "any case"),
        (b"Subject: first\r\nSubject: second", "first"),
        (b"Subject: folded\r\n over two lines", "folded over two lines"),
        (b"Subject:\r\n folded before the first word", "folded before the first word"),
        ("Subject: größer".encode(), "größer"),
        (b"Subject: =?utf-8?q?gr=C3=B6=C3=9Fer?=", "größer"),
        (b"Subject: =?iso-8859-1?q?gr=F6=DFer?=", "größer"),
        (b"Subject: =?nonsense?q?abc?=", "=?nonsense?q?abc?="),
        (b"Subject: =?utf-8?b?a?=", "=?utf-8?b?a?="),
        (b"Subject: \xff\xfe", "\ufffd\ufffd"),
        (b"From: a@example.org", ""),
    ],
)
def test_a_subject_is_read_as_well_as_it_can_be(raw: bytes, subject: str) -> None:
    assert read(raw + b"\r\n\r\nbody").subject == subject


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        (b"utf-8", "größer".encode(), "größer"),
        (b"iso-8859-1", "größer".encode("latin-1"), "größer"),
        (b"nonsense", "größer".encode(), "größer"),
        (b"utf-8", b"\xff", "\ufffd"),
        (b"base64", b"abc", "abc"),
    ],
)
def test_a_body_is_read_as_well_as_it_can_be(charset: bytes, body: bytes, text: str) -> None:
    head = b"Content-Type: text/plain; charset=" + charset
    assert read(head + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body).text == text


def test_lines_end_in_a_newline_alone() -> None:
    assert read(b"Subject: a\r\n\r\none\r\ntwo\r\n").text == "one\ntwo\n"


def test_a_mail_of_html_alone_has_no_text() -> None:
    mail = read(b"Content-Type: text/html\r\n\r\n<i>hi</i>")

    assert (mail.text, mail.html) == ("", "<i>hi</i>")


def test_an_attached_text_file_is_not_the_text() -> None:
    message = EmailMessage()
    message.set_content("the text\n")
    message.add_attachment("the file\n", filename="log.txt")
    message.add_attachment("early\n", subtype="html", filename="page.html")

    mail = read(message.as_bytes())

    assert (mail.text, mail.html) == ("the text\n", "")


@given(head=st.binary(max_size=200), body=st.binary(max_size=200))
def test_no_bytes_break_the_reader(head: bytes, body: bytes) -> None:
    mail = read(head + b"\r\n\r\n" + body)

    assert all(isinstance(value, str) for value in mail.document().values())
    str(mail.document()).encode()


@given(
    name=st.sampled_from([b"Subject", b"From", b"Content-Type", b"Content-Disposition"]),
    value=st.binary(max_size=60),
    body=st.binary(max_size=60),
)
def test_no_header_breaks_the_reader(name: bytes, value: bytes, body: bytes) -> None:
    mail = read(name + b": " + value + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body)

    str(mail.document()).encode()
