"""Runs the collectors of one group in every app and stores what they found."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError

from monitoring.errors import DatabaseUnavailableError
from monitoring.exposition.instruments import count
from monitoring.ingest.door import ingest
from monitoring.registry import offered
from monitoring.types import IngestReport, Origin, Sample

logger = logging.getLogger(__name__)

DATABASE_AWAY = (OperationalError, InterfaceError, DatabaseUnavailableError)


def gather(group: str, *, slot: datetime, at: datetime) -> IngestReport:
    """Collect and store one group's samples for the instant `slot`.

    Every sample carries the slot, so that a repeat writes the same points again. A collector with
    a fault does not silence its neighbours: it is logged and counted. Raises what PostgreSQL
    raises while it is away.
    """
    samples: list[Sample] = []
    for module in offered("collectors"):
        collect = module.COLLECTORS.get(group)
        if collect is None:
            continue
        try:
            samples.extend(collect(slot))
        except DATABASE_AWAY:
            raise
        except Exception:
            name = f"{module.__name__}.{group}"
            logger.exception("collector failed", extra={"collector": name})
            count("collector_failures_total", {"collector": name})
    report = ingest(samples, origin=Origin.COLLECTOR, at=at)
    for error in report.rejected:
        refused = samples[error.index]
        logger.error(
            "collected sample refused", extra={"metric": refused.metric, "reason": error.message}
        )
    return report
