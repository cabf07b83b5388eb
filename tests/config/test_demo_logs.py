"""The lines that the demo platform writes."""

import logging

import pytest

from config.demo.logs import EventFormatter, configure


def line(message: str, **fields: object) -> str:
    record = logging.makeLogRecord(
        {"msg": message, "levelname": "INFO", "created": 1_767_225_600.0, **fields}
    )
    return EventFormatter().format(record)


def test_a_line_holds_time_level_event_and_fields() -> None:
    shown = line("fault begins", service="auth-service", seconds=200)

    assert shown == "00:00:00Z INFO fault begins service=auth-service seconds=200"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("two words", '"two words"'),
        ("", '""'),
        ('say "hi"', '"say \\"hi\\""'),
        ("line\nbreak", '"line\\nbreak"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        ("größer", "größer"),
    ],
)
def test_a_value_stays_one_word_on_one_line(value: str, shown: str) -> None:
    assert line("event", subject=value) == f"00:00:00Z INFO event subject={shown}"


def test_an_error_keeps_its_traceback() -> None:
    error = RuntimeError("boom")

    shown = line("event", exc_info=(type(error), error, None))

    assert shown == "00:00:00Z INFO event\nRuntimeError: boom"


def test_configured_logs_go_to_stdout_and_libraries_keep_quiet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure()
        logging.getLogger("config.demo").info("event", extra={"a": 1})
        logging.getLogger("mail.log").info("chatter")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)

    assert capsys.readouterr().out.endswith("INFO event a=1\n")
