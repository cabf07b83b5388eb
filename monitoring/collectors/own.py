"""The service about itself: processes, queues, cache, samples. "Self-Monitoring", specification."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Sum

from monitoring.backends.factory import broker_redis
from monitoring.cache import cache_usage
from monitoring.collectors.processes import usage_by_role
from monitoring.collectors.samples import gauge, total
from monitoring.errors import ServiceUnavailableError
from monitoring.exposition.throughput import samples_stored
from monitoring.models import Segment
from monitoring.types import Sample

logger = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)


def collect(at: datetime) -> list[Sample]:
    """Return the service's own samples for the instant `at`; what Redis does not tell is left out."""
    samples = list(_processes(at))
    for part in (_queues, _cache):
        try:
            samples.extend(part(at))
        except ServiceUnavailableError as error:
            logger.warning("own figures left out", extra={"error": error.message})
    samples.append(gauge("metrics_collected_last_minute", collected(at), at, {}))
    samples.extend(_storage(at))
    return samples


def collected(at: datetime) -> int:
    """Return how many samples were stored in the minute before `at`."""
    return samples_stored(since=at - MINUTE, until=at)


def queue_names() -> list[str]:
    """Return the queues that tasks are routed to."""
    routed = (route["queue"] for route in settings.CELERY_TASK_ROUTES.values())
    return sorted({settings.CELERY_TASK_DEFAULT_QUEUE, *routed})


def _processes(at: datetime) -> Iterator[Sample]:
    for role, usage in sorted(usage_by_role().items()):
        labels = {"process": role}
        yield gauge("process_resident_memory_bytes", usage.resident_bytes, at, labels)
        yield total("process_cpu_user_seconds_total", usage.cpu_user_seconds, at, labels)


def _storage(at: datetime) -> Iterator[Sample]:
    """Yield how much waits to be sealed; damaged segments wait for ever and are counted too."""
    waiting = Segment.objects.aggregate(samples=Sum("n", default=0), segments=Count("id"))
    yield gauge("storage_unsealed_samples", waiting["samples"], at, {})
    yield gauge("storage_unsealed_segments", waiting["segments"], at, {})


def _queues(at: datetime) -> list[Sample]:
    lengths = broker_redis().list_lengths(queue_names())
    if not lengths:
        return []
    waiting = sum(lengths.values())
    return [
        *(
            gauge("celery_queue_length", lengths[name], at, {"queue_name": name})
            for name in lengths
        ),
        gauge("queue_size", waiting, at, {"queue_name": "celery"}),
    ]


def _cache(at: datetime) -> list[Sample]:
    """Return the hit rate of our part of the cache; none before the first lookup."""
    usage = cache_usage()
    if usage.hits + usage.misses == 0:
        return []
    return [gauge("cache_hit_rate", usage.hit_rate_percent, at, {"cache_type": "redis"})]
