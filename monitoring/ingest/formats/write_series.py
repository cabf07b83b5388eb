"""One TimeSeries of remote write 1.0 that does not look as Prometheus writes it, field by field. Pure."""

import struct
from collections import Counter
from dataclasses import dataclass, field

from monitoring.ingest.formats.label_sets import LABEL, check_label
from monitoring.ingest.formats.protobuf_scan import (
    FIXED64,
    LENGTH,
    VARINT,
    expect,
    fields,
    signed,
    varint,
)

_SAMPLE, _EXEMPLAR, _HISTOGRAM = 2, 3, 4
_VALUE, _TIMESTAMP = 1, 2
_SKIPPED = {_EXEMPLAR: "exemplar", _HISTOGRAM: "native_histogram"}
_DOUBLE = struct.Struct("<d")


@dataclass(slots=True)
class WalkedSeries:
    """The labels of a series as one run of bytes, its samples, and what it holds besides."""

    run: bytes
    at_ms: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def walk_series(data: bytes, start: int, end: int) -> WalkedSeries:
    """Return the series between the two positions. Raises MalformedBodyError."""
    series = WalkedSeries(b"")
    labels: list[bytes] = []
    at = start
    for part in fields(data, start, end):
        if part.number == LABEL:
            expect(part, LENGTH)
            check_label(data, part.start, part.end)
            labels.append(data[at : part.end])
        elif part.number == _SAMPLE:
            expect(part, LENGTH)
            at_ms, value = sample_at(data, part.start, part.end)
            series.at_ms.append(at_ms)
            series.values.append(value)
        elif part.number in _SKIPPED:
            series.skipped[_SKIPPED[part.number]] += 1
        at = part.end
    series.run = b"".join(labels)
    return series


def sample_at(data: bytes, start: int, end: int) -> tuple[int, float]:
    """Return instant and value of the Sample between the two positions."""
    at_ms, value = 0, 0.0
    for part in fields(data, start, end):
        if part.number == _VALUE:
            (value,) = _DOUBLE.unpack_from(data, expect(part, FIXED64).start)
        elif part.number == _TIMESTAMP:
            at_ms = signed(varint(data, expect(part, VARINT).start, part.end)[0])
    return at_ms, value
