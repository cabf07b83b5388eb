"""How a log record is written: one JSON object a line, or plain text for a terminal.

Whatever a client sent stays inside its field: line breaks and terminal codes are escaped.
"""

import re
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from monitoring.logs.redaction import redacted_value

# What JSON does not escape by itself: DEL, the eight-bit terminal codes, Unicode's own line breaks.
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FIRST = ("timestamp", "level", "logger", "message")
_CONTINUATION = "\n    | "  # no line of a traceback can pass for a line of the log


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """One JSON object a line: timestamp, level, logger, message, the fields of `extra`, exception."""

    def __init__(self) -> None:
        super().__init__(foreign_pre_chain=_chain(), processors=[_without_record, _json])


class TextFormatter(structlog.stdlib.ProcessorFormatter):
    """A line for people, with the fields behind it and a traceback below."""

    def __init__(self) -> None:
        super().__init__(foreign_pre_chain=_chain(), processors=[_without_record, _text])


def _chain() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
    ]


def _without_record(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what is not for the log and take the secrets out of the rest."""
    fields = {name: value for name, value in event.items() if not name.startswith("_")}
    return {name: redacted_value(value, name=name) for name, value in fields.items()}


def _json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    ordered = {name: event[name] for name in _FIRST if name in event} | dict(event)
    line = orjson.dumps(ordered, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def _text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    head = " ".join(str(event.pop(name, "")) for name in _FIRST)
    trace = str(event.pop("exception", ""))
    fields = "".join(f" {name}={_field(value)}" for name, value in sorted(event.items()))
    lines = [_escaped(head + fields), *(_escaped(line) for line in trace.splitlines())]
    return _CONTINUATION.join(lines)


def _field(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
