"""A log line is one line, machine-readable, and cannot be forged from outside."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from monitoring.logs.formatting import JsonFormatter, TextFormatter

ATTACK = "ok\r\n2025-01-12 info forged\x1b[2J\x9b31m\x7f\u2028\u2029\x00\x08"


def record(
    message: str, *args: object, level: int = logging.INFO, error: bool = False, **extra: object
) -> logging.LogRecord:
    exc_info = sys.exc_info() if error else None
    return logging.getLogger("alerts.delivery").makeRecord(
        "alerts.delivery", level, "delivery.py", 7, message, args, exc_info, "deliver", extra
    )


def fail(error: Exception) -> NoReturn:
    raise error


def as_json(made: logging.LogRecord) -> Any:
    return orjson.loads(JsonFormatter().format(made))


def test_a_record_becomes_one_json_object() -> None:
    line = as_json(record("notification %s sent", 7, channel="email", attempts=2))

    assert list(line)[:4] == ["timestamp", "level", "logger", "message"]
    at = datetime.fromisoformat(line.pop("timestamp"))
    assert at.tzinfo == UTC
    assert line == {
        "level": "info",
        "logger": "alerts.delivery",
        "message": "notification 7 sent",
        "channel": "email",
        "attempts": 2,
    }


def test_values_that_json_lacks_are_written_as_text() -> None:
    line = as_json(
        record(
            "x",
            alert=UUID(int=7),
            at=datetime(2025, 1, 12, tzinfo=UTC),
            nan=float("nan"),
            big=10**30,
        )
    )

    assert line["alert"] == "00000000-0000-0000-0000-000000000007"
    assert line["at"] == "2025-01-12 00:00:00+00:00"
    assert line["nan"] is None
    assert line["big"] == str(10**30)


def test_an_exception_is_a_field() -> None:
    try:
        fail(ValueError("bad threshold"))
    except ValueError:
        line = as_json(record("rule refused", level=logging.ERROR, error=True))

    assert line["level"] == "error"
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: bad threshold")


def test_the_id_of_the_request_stands_on_every_line_of_it() -> None:
    with bound_contextvars(request_id="trace-0001"):
        inside = as_json(record("x"))

    assert inside["request_id"] == "trace-0001"
    assert "request_id" not in as_json(record("x"))


def unseen(text: str) -> list[str]:
    return [character for character in text if not character.isprintable() and character != "\n"]


def test_json_holds_no_control_character() -> None:
    text = JsonFormatter().format(record(ATTACK, field=ATTACK))

    assert unseen(text) == []
    assert "\n" not in text
    assert orjson.loads(text)["field"] == ATTACK


def test_text_holds_no_control_character_and_no_second_line() -> None:
    text = TextFormatter().format(record(ATTACK, field=ATTACK))

    assert unseen(text) == []
    assert "\n" not in text
    assert r"ok\x0d\x0a2025-01-12 info forged\x1b[2J" in text


def test_a_traceback_cannot_pass_for_a_line_of_the_log() -> None:
    try:
        fail(ValueError(ATTACK))
    except ValueError:
        text = TextFormatter().format(record("rule refused", error=True))

    first, *rest = text.split("\n")
    assert "rule refused" in first
    assert rest
    assert all(line.startswith("    | ") for line in rest)
    assert unseen(text) == []


def test_text_is_for_people() -> None:
    text = TextFormatter().format(record("notification sent", channel="email", attempts=2))

    assert text.endswith(' info alerts.delivery notification sent attempts=2 channel="email"')


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()], ids=["json", "text"])
def test_arguments_that_do_not_fit_their_message_do_not_stop_the_program(
    formatter: logging.Formatter, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)

    handler.handle(record("%d items", "seven"))

    assert "--- Logging error ---" in capsys.readouterr().err


_any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too


@given(_any_text, _any_text)
def test_whatever_is_logged_is_one_line(message: str, field: str) -> None:
    made = record("%s", message, field=field)

    assert "\n" not in JsonFormatter().format(made)
    assert "\n" not in TextFormatter().format(made)
