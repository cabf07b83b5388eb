"""Request of remote write 2.0 as the columns of a WriteRequest of 1.0. Pure.

Labels are pairs of references into a table of symbols. They are written out as the label bytes that 1.0
would have sent, so that a sender may change its protocol and its series stay the same.
Source: "Prometheus Remote-Write 2.0", Prometheus documentation.
"""

from collections import Counter

import numpy as np

from monitoring.ingest.formats.label_sets import label_run
from monitoring.ingest.formats.malformed import MalformedBodyError
from monitoring.ingest.formats.metadata import TYPES
from monitoring.ingest.formats.protobuf_scan import LENGTH, VARINT, Field, expect, fields, varint
from monitoring.ingest.formats.write_request import Columns, check_number
from monitoring.ingest.formats.write_series import sample_at
from monitoring.types import MetricType

_SYMBOL, _SERIES = 4, 5
_REFERENCES, _SAMPLE, _HISTOGRAM, _EXEMPLAR, _METADATA = 1, 2, 3, 4, 5
_TYPE = 1
_SKIPPED = {_EXEMPLAR: "exemplar", _HISTOGRAM: "native_histogram"}
_NAME = b"__name__"


def columns_of_2(data: bytes, *, most_samples: int) -> Columns:
    """Return the samples of an unpacked body.

    Raises MalformedBodyError, or PayloadTooLargeError for more samples than one transaction takes.
    """
    symbols: list[bytes] = []
    series: list[Field] = []
    for part in fields(data, 0, len(data)):
        if part.number == _SYMBOL:
            expect(part, LENGTH)
            symbols.append(data[part.start : part.end])
        elif part.number == _SERIES:
            series.append(expect(part, LENGTH))
    reader = _Reader(data, symbols)
    for each in series:
        reader.read(each)
        check_number(len(reader.runs), most_samples)
    at_ms, values = np.array(reader.at_ms, np.int64), np.array(reader.values, np.float64)
    return Columns(reader.runs, at_ms, values, reader.families, reader.skipped)


class _Reader:
    """Columns while they grow."""

    def __init__(self, data: bytes, symbols: list[bytes]) -> None:
        self.runs: list[bytes] = []
        self.at_ms: list[int] = []
        self.values: list[float] = []
        self.families: dict[str, MetricType] = {}
        self.skipped: Counter[str] = Counter()
        self._data = data
        self._symbols = symbols

    def read(self, series: Field) -> None:
        """Take in one series with all of its samples."""
        references: list[int] = []
        kind = 0
        samples = len(self.at_ms)
        for part in fields(self._data, series.start, series.end):
            if part.number == _REFERENCES:
                references += self._numbers(part)
            elif part.number == _SAMPLE:
                expect(part, LENGTH)
                at_ms, value = sample_at(self._data, part.start, part.end)
                self.at_ms.append(at_ms)
                self.values.append(value)
            elif part.number == _METADATA:
                kind = self._type(expect(part, LENGTH))
            elif part.number in _SKIPPED:
                self.skipped[_SKIPPED[part.number]] += 1
        labels = self._labels(series, references)
        self.runs += [label_run(labels)] * (len(self.at_ms) - samples)
        if kind in TYPES:
            name = dict(labels).get(_NAME, b"")
            self.families[name.decode(errors="replace")] = TYPES[kind]

    def _numbers(self, part: Field) -> list[int]:
        """Return the numbers of a field that is packed, or of one that is not."""
        if part.kind == LENGTH:
            numbers, at = [], part.start
            while at < part.end:
                number, at = varint(self._data, at, part.end)
                numbers.append(number)
            return numbers
        return [varint(self._data, expect(part, VARINT).start, part.end)[0]]

    def _type(self, metadata: Field) -> int:
        kind = 0
        for part in fields(self._data, metadata.start, metadata.end):
            if part.number == _TYPE:
                kind = varint(self._data, expect(part, VARINT).start, part.end)[0]
        return kind

    def _labels(self, series: Field, references: list[int]) -> list[tuple[bytes, bytes]]:
        if len(references) % 2:
            raise MalformedBodyError(series.start, "a label refers to a name without a value")
        if any(number >= len(self._symbols) for number in references):
            raise MalformedBodyError(series.start, "a label refers to a symbol that is not there")
        texts = [self._symbols[number] for number in references]
        return list(zip(texts[::2], texts[1::2], strict=True))
