"""What a body holds, as all push formats hand it on, and how one of its samples is put together. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest import fields, histograms
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.formats.sender import SERVICE_NAME, Sender
from monitoring.ingest.wire import Wire
from monitoring.storage.instants import from_ms
from monitoring.types import ItemError, MetricType, Sample, Temporality


@dataclass(frozen=True, slots=True)
class Parsed:
    """The samples of a body and what became of the rest.

    `items` is the number of the item (a line, a sample, a data point) that each position of the wire
    came from; errors count items too. `skipped` counts, by reason, what has no place in this store
    whoever sends it; nobody did wrong, so it is not refused.
    """

    wire: Wire
    items: Sequence[int] | NDArray[np.int64]
    errors: tuple[ItemError, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)


def sample_of(
    sender: Sender,
    *,
    metric: str,
    labels: Mapping[str, str],
    value: float,
    at_ms: int,
    kind: MetricType,
    temporality: Temporality = Temporality.CUMULATIVE,
) -> Sample:
    """Return one validated sample. Raises RefusedError for what breaks a limit."""
    name = fields.metric_name(metric)
    service = sender.service_of(labels)
    kept = fields.labels({key: text for key, text in labels.items() if key != SERVICE_NAME})
    if kind is MetricType.HISTOGRAM:
        kept = _part_labels(name, kept)
    try:
        at = from_ms(at_ms)
    except OverflowError:
        raise RefusedError("timestamp", "timestamp is no instant of the years 1 to 9999") from None
    return Sample(name, service, value, at, kind, kept, temporality)


def _part_labels(name: str, labels: dict[str, str]) -> dict[str, str]:
    """Return the labels of a histogram's part with the bucket's bound in its one spelling."""
    bound = labels.get(histograms.LE)
    if bound is not None:
        text = histograms.le_text(bound)
        if text is None or name.endswith((histograms.SUM, histograms.COUNT)):
            raise RefusedError("labels", "the label le belongs to buckets: a number or +Inf")
        return {**labels, histograms.LE: text}
    if not name.endswith((histograms.SUM, histograms.COUNT)):
        raise RefusedError("type", f"{name} is a histogram: send its _bucket, _sum and _count")
    return labels
