"""Payloads that are not what was written: each is logged and counted, stays where it is, and fails nobody.

A seam and not an import: the instruments hand their own figures in at the door, which stands above the
storage.
"""

import logging
from collections.abc import Callable, Mapping

logger = logging.getLogger(__name__)

CORRUPT = "storage_corrupt_total"

# Metric, labels, increment. A sink must not raise and must not block.
sinks: list[Callable[[str, Mapping[str, str], float], None]] = []


def report(table: str, row: str, error: object) -> None:
    """Log and count one damaged row of a table; `row` names it so that it can be looked at."""
    logger.error(
        "a stored payload is damaged", extra={"table": table, "row": row, "error": str(error)}
    )
    for sink in sinks:
        sink(CORRUPT, {"table": table}, 1)
