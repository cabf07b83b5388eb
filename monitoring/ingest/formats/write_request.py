"""WriteRequest of remote write 1.0 as columns: label bytes, instants, values. Pure.

Prometheus sends one sample in each series: labels, then the sample as the last 18 bytes, or the last 9
where the value is zero and therefore left out. Such tails are read by numpy for all series at once; the
cut is right if what stands in front of it consists of labels, which is known for every run of bytes that
came before. Whatever looks different is walked field by field.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.formats.label_sets import impure_among
from monitoring.ingest.formats.malformed import MalformedBodyError
from monitoring.ingest.formats.metadata import types_in
from monitoring.ingest.formats.protobuf_scan import LENGTH, Field, expect, field_at
from monitoring.ingest.formats.write_series import WalkedSeries, walk_series
from monitoring.types import MetricType

_TIMESERIES, _METADATA = 1, 3
_TIMESERIES_TAG = _TIMESERIES << 3 | LENGTH
# A sample's tag and length, the tag and 8 bytes of its value, the tag and 6 bytes of its instant: six
# are those from 1971 to 2109. A value of zero has no bytes.
_LONG, _SHORT = 18, 9
_LONG_HEAD, _SHORT_HEAD, _INSTANT_TAG = (0x12, 0x10, 0x09), (0x12, 0x07), 0x10

Places = NDArray[np.int64]


@dataclass(slots=True)
class Columns:
    """All samples in the order of the body, the types that it states, and what else it holds."""

    runs: list[bytes]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    families: dict[str, MetricType]
    skipped: Counter[str] = field(default_factory=Counter)


def columns_of(data: bytes, *, most_samples: int) -> Columns:
    """Return the samples of an unpacked body.

    Raises MalformedBodyError, or PayloadTooLargeError for more samples than one transaction takes.
    """
    starts, ends, metadata = _extents(data)
    families = types_in(data, metadata)
    check_number(len(starts), most_samples)
    if not starts:
        return Columns([], np.empty(0, np.int64), np.empty(0), families)
    cuts, at_ms, values = _tails(data, np.array(starts), np.array(ends))
    runs = [data[start:cut] for start, cut in zip(starts, cuts.tolist(), strict=True)]
    columns = Columns(runs, at_ms, values, families)
    odd = _odd_places(runs)
    if odd:
        _replace(columns, {place: walk_series(data, starts[place], ends[place]) for place in odd})
        check_number(len(columns.runs), most_samples)
    return columns


def _extents(data: bytes) -> tuple[list[int], list[int], list[Field]]:
    """Return where each series begins and ends, and the fields of metadata."""
    starts: list[int] = []
    ends: list[int] = []
    metadata: list[Field] = []
    at, size = 0, len(data)
    while at < size:
        # Nearly all fields are series of 128 to 16,383 bytes: a length of two bytes.
        if (
            data[at] == _TIMESERIES_TAG
            and at + 2 < size
            and data[at + 1] > 0x7F
            and data[at + 2] < 0x80
        ):
            start = at + 3
            at = start + (data[at + 1] & 0x7F | data[at + 2] << 7)
            if at > size:
                raise MalformedBodyError(start, "a series is longer than the body")
            starts.append(start)
            ends.append(at)
            continue
        part = field_at(data, at, size)
        at = part.end
        if part.number == _TIMESERIES:
            expect(part, LENGTH)
            starts.append(part.start)
            ends.append(part.end)
        elif part.number == _METADATA:
            metadata.append(expect(part, LENGTH))
    return starts, ends, metadata


def _tails(
    data: bytes, starts: Places, ends: Places
) -> tuple[Places, NDArray[np.int64], NDArray[np.float64]]:
    """Return where each series' labels seem to end, and the sample behind; the start where none is."""
    octets = np.frombuffer(data, np.uint8)
    cuts = starts.copy()
    at_ms = np.zeros(len(starts), np.int64)
    values = np.zeros(len(starts))
    for length, head in ((_SHORT, _SHORT_HEAD), (_LONG, _LONG_HEAD)):
        fits = np.flatnonzero(ends - starts > length)
        tails = octets[(ends[fits] - length)[:, None] + np.arange(length)]
        matches = (tails[:, : len(head)] == head).all(axis=1) & _ends_in_instant(tails)
        places, tails = fits[matches], tails[matches]
        cuts[places] = ends[places] - length
        at_ms[places] = _instants(tails)
        values[places] = _values(tails) if length == _LONG else 0.0
    return cuts, at_ms, values


def _ends_in_instant(tails: NDArray[np.uint8]) -> NDArray[np.bool_]:
    continued = np.all(tails[:, -6:-1] > 0x7F, axis=1)
    return np.asarray(continued & (tails[:, -1] < 0x80) & (tails[:, -7] == _INSTANT_TAG))


def _instants(tails: NDArray[np.uint8]) -> NDArray[np.int64]:
    septets = (tails[:, -6:] & 0x7F).astype(np.int64)
    return np.asarray(np.sum(septets << np.arange(0, 42, 7), axis=1), np.int64)


def _values(tails: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.ascontiguousarray(tails[:, 3:11]).view("<f8")[:, 0].astype(np.float64)


def _odd_places(runs: list[bytes]) -> list[int]:
    """Return the series whose cut did not leave labels; an empty run is one that was not cut."""
    impure = impure_among(runs)
    if not impure and all(runs):
        return []
    return [place for place, run in enumerate(runs) if not run or run in impure]


def _replace(columns: Columns, walked: Mapping[int, WalkedSeries]) -> None:
    """Put in what the odd series really hold: any number of samples."""
    runs: list[bytes] = []
    at_ms: list[int] = []
    values: list[float] = []
    tails = zip(columns.runs, columns.at_ms.tolist(), columns.values.tolist(), strict=True)
    for place, (run, instant, value) in enumerate(tails):
        series = walked.get(place)
        if series is None:
            series = WalkedSeries(run, [instant], [value])
        runs += [series.run] * len(series.at_ms)
        at_ms += series.at_ms
        values += series.values
        columns.skipped += series.skipped
    columns.runs = runs
    columns.at_ms, columns.values = np.array(at_ms, np.int64), np.array(values, np.float64)


def check_number(samples: int, most: int) -> None:
    """Raise PayloadTooLargeError for more samples than one transaction takes."""
    if samples > most:
        raise PayloadTooLargeError(f"at most {most} samples a request")
