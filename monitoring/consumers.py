"""The streams that the kernel itself reads; every app may offer handlers of its own."""

from monitoring.streams.batch import Handler
from monitoring.streams.metrics import store_metrics
from monitoring.streams.topics import METRICS_STREAM

CONSUMERS: dict[str, Handler] = {METRICS_STREAM: store_metrics}
