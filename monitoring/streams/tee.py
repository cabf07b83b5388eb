"""Passes committed samples on to metrics-stream. A tee, never the path to storage."""

import atexit
import os
from collections.abc import Sequence
from functools import partial

from django.conf import settings

from monitoring.backends.factory import kafka
from monitoring.ingest.door import after_commit
from monitoring.streams.encoding import metric_message
from monitoring.streams.publisher import Publisher
from monitoring.streams.topics import METRICS_STREAM
from monitoring.types import Origin, Sample

_publisher: Publisher | None = None


def install() -> None:
    """Listen at the door, if there is a broker to pass anything on to."""
    if settings.METRICS_TEE and settings.KAFKA_BROKERS and pass_on not in after_commit:
        after_commit.append(pass_on)


def pass_on(samples: Sequence[Sample], origin: Origin) -> None:
    """Publish samples, except those that came from the stream: they would go round for ever."""
    if origin is not Origin.STREAM:
        source = settings.SERVICE_NAME
        makers = [partial(metric_message, sample, source=source) for sample in samples]
        publisher().publish(METRICS_STREAM, makers)


def publisher() -> Publisher:
    """Return the publisher of this process."""
    global _publisher  # noqa: PLW0603 - one queue and one connection for the whole process
    if _publisher is None:
        _publisher = Publisher(lambda: kafka().producer())
        atexit.register(stop)
    return _publisher


def stop() -> None:
    """Send what is queued; for processes that end without running `atexit`."""
    if _publisher is not None:
        _publisher.stop()


def _begin_anew() -> None:
    """Leave the queue and the connection to the parent after a fork."""
    global _publisher  # noqa: PLW0603 - state of the process
    _publisher = None


os.register_at_fork(after_in_child=_begin_anew)
