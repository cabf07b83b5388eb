"""The id of a request: the caller's if it is sane, else a new one; every log line of the request carries it."""

import re
from uuid import uuid4

_SANE = re.compile(r"[A-Za-z0-9._\-]{8,64}")  # goes into headers and log lines as it is


def request_id_of(offered: str) -> str:
    """Return the id that a caller offers, or a new one."""
    return offered if _SANE.fullmatch(offered) else uuid4().hex
