"""One line on stdout for each notable event: time, level, event, then its fields."""

import json
import logging
import sys
from datetime import UTC, datetime

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUIET = ("aiohttp.access", "mail.log")
"""Loggers of libraries that write a line for each request; only their warnings are news."""


class EventFormatter(logging.Formatter):
    """Writes `12:00:00Z INFO event field=value`; a value with spaces or controls is quoted."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of the record, with its traceback below it if it carries one."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%SZ")
        fields = {k: v for k, v in vars(record).items() if k not in _STANDARD_FIELDS}
        words = [moment, record.levelname, record.getMessage()]
        words += [f"{name}={_quoted(value)}" for name, value in fields.items()]
        line = " ".join(words)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure() -> None:
    """Send every log record of this process to stdout, one line each."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(EventFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _quoted(value: object) -> str:
    text = str(value)
    is_plain = text.isprintable() and " " not in text and '"' not in text and text
    return text if is_plain else json.dumps(text, ensure_ascii=False)
