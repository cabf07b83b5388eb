"""The types of metrics in a remote write request: by its metadata, else by the names. Pure.

Source: message MetricMetadata, "Prometheus Remote-Write 1.0"; naming of the parts of histograms and
summaries, "Exposition formats", Prometheus documentation.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from monitoring.ingest.formats.protobuf_scan import LENGTH, VARINT, Field, expect, fields, varint
from monitoring.ingest.histograms import BUCKET, COUNT, LE, SUM
from monitoring.types import MetricType

_TYPE, _FAMILY = 1, 2
# 0 unknown, 4 gauge histogram, 6 info, 7 state set: their numbers go up and down, or nobody knows.
TYPES = {
    1: MetricType.COUNTER,
    2: MetricType.GAUGE,
    3: MetricType.HISTOGRAM,
    5: MetricType.SUMMARY,
    6: MetricType.GAUGE,
    7: MetricType.GAUGE,
}
_PARTS = (BUCKET, SUM, COUNT)
_OF_BUCKETS = (SUM, COUNT)
_WITH_PARTS = (MetricType.HISTOGRAM, MetricType.SUMMARY)
_NAMES = re.compile(rb"[\x12\x22]([\x08-\x7f])([a-zA-Z_:][a-zA-Z0-9_:]{6,126})")
_COUNTERS = ("_total", COUNT, SUM)


def types_in(data: bytes, metadata: Iterable[Field]) -> dict[str, MetricType]:
    """Return the types that a request states, by metric family."""
    types: dict[str, MetricType] = {}
    for message in metadata:
        number, family = 0, b""
        for part in fields(data, message.start, message.end):
            if part.number == _TYPE:
                number = varint(data, expect(part, VARINT).start, part.end)[0]
            elif part.number == _FAMILY:
                expect(part, LENGTH)
                family = data[part.start : part.end]
        if number in TYPES:
            types[family.decode(errors="replace")] = TYPES[number]
    return types


def buckets_in(data: bytes) -> frozenset[bytes]:
    """Return what looks like a name of buckets in a request: one pass, whatever the request is.

    A name stands behind its tag, which is that of a label's value in version 1 and of a symbol in 2, and
    its length.
    """
    return frozenset(
        name
        for length, name in _NAMES.findall(data)
        if len(name) == ord(length) and name.endswith(BUCKET.encode())
    )


def type_of(
    name: str,
    labels: Mapping[str, str],
    families: Mapping[str, MetricType],
    has_buckets: Callable[[str], bool],
) -> MetricType:
    """Return the type of a metric that nobody knows yet.

    `has_buckets` tells whether a metric of that name is a histogram with buckets: its sum and count are
    parts of it then, and come after the buckets in every scrape.
    """
    stated = families.get(name) or _type_of_part(name, families)
    # Only buckets, sum and count of a histogram are samples; anything else is no histogram.
    if stated is not None and (stated is not MetricType.HISTOGRAM or name.endswith(_PARTS)):
        return stated
    if name.endswith(BUCKET) and LE in labels:
        return MetricType.HISTOGRAM
    if name.endswith(_OF_BUCKETS) and has_buckets(name.rpartition("_")[0]):
        return MetricType.HISTOGRAM
    return MetricType.COUNTER if name.endswith(_COUNTERS) else MetricType.GAUGE


def _type_of_part(name: str, families: Mapping[str, MetricType]) -> MetricType | None:
    for part in _PARTS:
        whole = families.get(name.removesuffix(part)) if name.endswith(part) else None
        if whole in _WITH_PARTS:
            return whole
    return None
