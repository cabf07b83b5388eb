"""Calls workers to rows that wait for them."""

import logging
from collections.abc import Iterable
from typing import Any

from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def call_workers(task: Any, rows: Iterable[int | str]) -> None:
    """Publish the task once for each row. Where the broker is away a sweep makes up for it later."""
    for row in rows:
        try:
            task.delay(row)
        except (OperationalError, OSError) as error:
            # Each further call would wait for the same timeout.
            logger.warning("workers not called", extra={"reason": str(error)})
            return
