"""Prometheus remote write: an unpacked request of version 1.0 or 2.0 becomes a Wire. Pure.

Every value is the total or level at its instant, as scraped. What this store cannot hold whoever sends
it is skipped and counted by reason: stale markers and other NaN, infinities and numbers beyond 1e18,
exemplars, native histograms. A sender could do nothing about them, and an error would make it report
the whole request as lost.
"""

from collections import Counter
from itertools import compress, repeat

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest.fields import MAX_VALUE
from monitoring.ingest.formats.label_sets import labels_in
from monitoring.ingest.formats.metadata import buckets_in, type_of
from monitoring.ingest.formats.parsed import Parsed, sample_of
from monitoring.ingest.formats.sender import Sender
from monitoring.ingest.formats.write_request import Columns, columns_of
from monitoring.ingest.formats.write_request_2 import columns_of_2
from monitoring.ingest.histograms import BUCKET
from monitoring.ingest.wire import Wire
from monitoring.types import MetricType, Sample

STALE, NAN, TOO_LARGE = "stale_marker", "nan", "too_large"
_STALE_BITS = 0x7FF0000000000002
_NAME = "__name__"


def parse(data: bytes, sender: Sender, *, most_samples: int) -> Parsed:
    """Return the samples of an unpacked body.

    Raises MalformedBodyError with the position, PayloadTooLargeError for too many samples.
    """
    return _parsed(columns_of(data, most_samples=most_samples), data, sender)


def parse_2(data: bytes, sender: Sender, *, most_samples: int) -> Parsed:
    """Do the same for version 2.0; the same series have the same keys."""
    return _parsed(columns_of_2(data, most_samples=most_samples), data, sender)


def _parsed(columns: Columns, data: bytes, sender: Sender) -> Parsed:
    kept, skipped = _storable(columns.values)
    items = np.flatnonzero(kept)
    if len(items) < len(kept):
        columns.runs = list(compress(columns.runs, kept.tolist()))
        columns.at_ms, columns.values = columns.at_ms[items], columns.values[items]
    writer = f"remote write {sender.service or ''}"
    wire = Wire(
        keys=list(zip(columns.runs, repeat(writer))),
        at_ms=columns.at_ms,
        values=columns.values,
        describe=_Description(data, columns, sender).sample,
    )
    return Parsed(wire, items, skipped=skipped + columns.skipped)


class _Description:
    """What the samples of one request are, worked out only for those that somebody asks about."""

    def __init__(self, data: bytes, columns: Columns, sender: Sender) -> None:
        self._data = data
        self._columns = columns
        self._sender = sender
        self._buckets: frozenset[bytes] | None = None

    def sample(self, position: int) -> Sample:
        """Return the sample. Raises RefusedError."""
        labels = labels_in(self._columns.runs[position])
        name = labels.pop(_NAME, "")
        return sample_of(
            self._sender,
            metric=name,
            labels=labels,
            value=float(self._columns.values[position]),
            at_ms=int(self._columns.at_ms[position]),
            kind=self._sender.type_of(name)
            or type_of(name, labels, self._columns.families, self._has_buckets),
        )

    def _has_buckets(self, name: str) -> bool:
        bucket = name + BUCKET
        if self._sender.type_of(bucket) is MetricType.HISTOGRAM:
            return True
        if self._buckets is None:
            self._buckets = buckets_in(self._data)
        return bucket.encode() in self._buckets


def _storable(values: NDArray[np.float64]) -> tuple[NDArray[np.bool_], Counter[str]]:
    """Tell which values can be stored, and count the others by reason."""
    kept: NDArray[np.bool_] = np.abs(values) <= MAX_VALUE
    if kept.all():
        return kept, Counter()
    stale = int((values.view(np.uint64) == _STALE_BITS).sum())
    nan = int(np.isnan(values).sum()) - stale
    too_large = int((~kept).sum()) - stale - nan
    return kept, +Counter({STALE: stale, NAN: nan, TOO_LARGE: too_large})
