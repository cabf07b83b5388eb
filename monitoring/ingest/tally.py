"""What the door counts about its own work. Whoever keeps instruments adds a sink; without one it is free.

A seam and not an import: the instruments hand their own figures in at the door, so the door cannot know
them.
"""

from collections.abc import Callable, Mapping

SAMPLES = "ingest_samples_total"
RETRIES = "ingest_retries_total"
TEE_FAILURES = "ingest_tee_failures_total"
SERIES_REFUSED = "ingest_series_refused_total"
SKIPPED = "ingest_skipped_samples_total"
SPOOLED = "ingest_spooled_samples_total"
SPOOL_REPLAYED = "ingest_spool_replayed_samples_total"
SPOOL_DAMAGED = "ingest_spool_damaged_total"
SPOOL_REFUSED = "ingest_spool_refused_samples_total"

# Metric, labels, increment. A sink must not raise and must not block.
sinks: list[Callable[[str, Mapping[str, str], float], None]] = []


def count(metric: str, labels: Mapping[str, str], by: float = 1) -> None:
    """Add `by` to a counter of the door."""
    for sink in sinks:
        sink(metric, labels, by)
