"""Celery edge of probing."""

import logging
from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from health.services import claims, probing
from health.watching.limits import HARD_LIMIT_SECONDS, SOFT_LIMIT_SECONDS
from monitoring.retry import TRANSIENT

logger = logging.getLogger(__name__)


@shared_task(
    name="health.probe_services",
    expires=30,
    soft_time_limit=SOFT_LIMIT_SECONDS,
    time_limit=HARD_LIMIT_SECONDS,
    **TRANSIENT,
)
def probe_services(slot: str | None = None) -> None:
    """Probe what is due now; with a `slot` (ISO 8601) every service, due or not, for that instant."""
    if slot:
        probing.probe_services(at=datetime.fromisoformat(slot))
        return
    at = timezone.now()
    # No more than may be asked at once, so that also a batch of silent services ends with one time-out.
    size = min(settings.PROBE_BATCH, settings.PROBE_CONCURRENCY)
    own, *others = _batches(claims.claim_due(at=at), size)
    _hand_on(others, at)
    probing.probe_claimed(own, at=at)


@shared_task(
    name="health.probe_batch",
    expires=30,
    soft_time_limit=SOFT_LIMIT_SECONDS,
    time_limit=HARD_LIMIT_SECONDS,
    **TRANSIENT,
)
def probe_batch(names: list[str], slot: str) -> None:
    """Probe services that the tick of the instant `slot` (ISO 8601) claimed and could not take on itself."""
    at = timezone.now()
    slots = claims.take_over(names, claimed_at=datetime.fromisoformat(slot), at=at)
    probing.probe_claimed(slots, at=at)


def _batches(slots: Mapping[str, datetime], size: int) -> list[dict[str, datetime]]:
    """Return the claimed services in parts of at most `size`; at least one part, which may be empty."""
    left = iter(slots.items())
    parts = iter(lambda: dict(islice(left, size)), {})
    return list(parts) or [{}]


def _hand_on(batches: list[dict[str, datetime]], at: datetime) -> None:
    """Call a worker to each batch. Where the broker is away they are given back: the next tick takes them."""
    for place, batch in enumerate(batches):
        try:
            probe_batch.delay(list(batch), at.isoformat())
        except (OperationalError, OSError) as error:
            logger.warning("batches of probes not handed on", extra={"reason": str(error)})
            claims.release({name for left in batches[place:] for name in left}, at=at)
            return
