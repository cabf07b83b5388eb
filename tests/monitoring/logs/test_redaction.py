"""No secret reaches the log, in whatever way it got there."""

import logging
import sys
from collections.abc import Mapping
from urllib.parse import quote

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from monitoring.logs.formatting import JsonFormatter, TextFormatter
from monitoring.logs.redaction import MASK, redacted, redacted_value

CANARY = "Canary7f3aSecret"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiJhbmEifQ.c2lnbmF0dXJlLWNhbmFyeQ"

TEXTS = {
    "bearer header": f"Authorization: Bearer {CANARY}",
    "bearer alone": f"sent bearer {CANARY} along",
    "basic header": f"Authorization: Basic {CANARY}==",
    "basic in a dictionary": str({"Authorization": f"Basic {CANARY}"}),
    "header dictionary": str({"Authorization": f"Token {CANARY}"}),
    "token in a query": f"GET /x?a=1&token={CANARY}&b=2",
    "access token in a query": f"GET /x?access_token={CANARY}",
    "password assigned": f"password={CANARY}",
    "password in JSON": f'{{"password": "{CANARY} with spaces"}}',
    "password in a dictionary": f"{{'password': '{CANARY} with spaces'}}",
    "environment": f"DB_PASSWORD={CANARY} JWT_SECRET={CANARY}",
    "YAML": f"smtp_passwd: {CANARY}",
    "libpq": f"connection failed: host=db user=postgres password={CANARY} dbname=x",
    "libpq, quoted": f"host=db password='{CANARY} x'",
    "URL": f"redis://:{CANARY}@redis:6379/0",
    "URL with a user": f"could not connect to postgresql://postgres:{CANARY}@db:5432/x",
    "URL with a slash in the password": f"amqp://guest:a/{CANARY}@broker//",
    "URL with an at sign in the password": f"mongodb://root:a@{CANARY}@mongo/x",
    "API key": f"api_key={CANARY} api-key: {CANARY} APIKEY={CANARY}",
    "client secret": f"client_secret={CANARY}",
    "cookie": f"Cookie: sessionid={CANARY}",
    "private key": f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
    "private key cut off": f"-----BEGIN PRIVATE KEY-----\n{CANARY}",
    "Slack token": f"slack said no to xoxb-1234-{CANARY}",
    "Slack user token": f"xoxp-{CANARY}",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_secret_is_taken_out_of_a_text(name: str) -> None:
    assert CANARY not in redacted(TEXTS[name])


@pytest.mark.parametrize("text", [JWT, f"token {JWT}.", f"cut {JWT[:40]}", f"<{JWT}>"])
def test_what_looks_like_a_token_is_taken_out(text: str) -> None:
    assert "eyJ" not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "alert fired",
        "service payment-service at http://localhost:3005/health answered in 12 ms",
        "user ana@tickettoken.example acknowledged alert 7",
        "basic auth is off",
        'WWW-Authenticate: Bearer realm="monitoring"',
        "2025-01-12T10:30:00Z",
        "no rule watches http_requests_total{route='/api/v1/x'}",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_what_stands_around_a_secret_stays() -> None:
    assert redacted(f"postgresql://postgres:{CANARY}@db:5432/x refused") == (
        f"postgresql://postgres:{MASK}@db:5432/x refused"
    )
    assert redacted(f"GET /x?a=1&token={CANARY}&b=2") == f"GET /x?a=1&token={MASK}&b=2"


def test_the_secrets_of_this_installation_are_known_by_value() -> None:
    for secret in (
        settings.JWT_SECRET,
        settings.SECRET_KEY,
        settings.DATABASES["default"]["PASSWORD"],
    ):
        assert secret not in redacted(f"something odd: {secret!r}")
        assert quote(secret, safe="") not in redacted(f"x{quote(secret, safe='')}x")


NESTED = {
    "user": "ana",
    "headers": {"authorization": CANARY, "Cookie": CANARY},
    "list": [{"apiKey": CANARY}],
}


def test_fields_are_known_by_their_names_however_deep() -> None:
    assert redacted_value(NESTED) == {
        "user": "ana",
        "headers": {"authorization": MASK, "Cookie": MASK},
        "list": [{"apiKey": MASK}],
    }


def test_a_structure_without_end_is_cut() -> None:
    endless: dict[str, object] = {"secretless": 1}
    endless["again"] = endless

    assert MASK in str(redacted_value(endless))


@pytest.mark.parametrize("value", [None, True, 0, 1.5])
def test_plain_values_stay_what_they_are(value: object) -> None:
    assert redacted_value(value, name="attempts") is value


def test_a_very_long_text_is_cut() -> None:
    cut = redacted("x " * 50_000)

    assert len(cut) < 17_000
    assert cut.endswith("characters more)")


def written(
    formatter: logging.Formatter,
    message: str,
    *args: object,
    extra: Mapping[str, object] | None = None,
) -> str:
    """Return the line of a record whose exception, with its cause and note, holds the canary too."""
    try:
        fail_with_canary()
    except RuntimeError:
        made = logging.getLogger("test").makeRecord(
            "test", logging.ERROR, "x.py", 7, message, args, sys.exc_info(), "x", extra
        )
    return formatter.format(made)


def fail_with_canary() -> None:
    error = RuntimeError(f"password={CANARY}")
    error.add_note(f"token={CANARY}")
    raise error from ConnectionError(f"redis://:{CANARY}@redis:6379 refused")


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()], ids=["json", "text"])
def test_planted_secrets_never_appear(formatter: logging.Formatter) -> None:
    for text in TEXTS.values():
        line = written(
            formatter,
            f"{text} %s %r %s",
            text,
            {"password": CANARY},
            f"Bearer {CANARY}",
            extra={
                "token": CANARY,
                "url": text,
                "request_headers": NESTED,
                "smtp_password": [CANARY],
                "note": text,
            },
        )

        assert CANARY not in line
        assert "RuntimeError" in line
        assert "ConnectionError" in line


@given(st.text(max_size=300))
def test_any_text_can_be_logged(text: str) -> None:
    assert isinstance(redacted(text), str)
