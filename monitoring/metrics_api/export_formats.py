"""Samples as lines of CSV or JSON. Pure: no Django, no clock, no database."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from monitoring.types import SeriesRef

# A spreadsheet runs a cell that begins so as a formula, also one that came out of a file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("metric_name", "service_name", "type", "labels", "timestamp", "value")


class Format(Protocol):
    """One way of writing samples; `between` stands between the blocks, `head` before, `tail` after them."""

    content_type: ClassVar[str]
    ending: ClassVar[str]
    head: ClassVar[bytes]
    between: ClassVar[bytes]
    tail: ClassVar[bytes]

    def block(
        self, series: SeriesRef, at_ms: NDArray[np.int64], values: NDArray[np.float64]
    ) -> bytes:
        """Return the lines of these samples, of which there is at least one."""

    def failure(self, code: str, message: str) -> bytes:
        """Return what tells a reader that the rest is missing, if the format has a place for it."""


@dataclass(frozen=True, slots=True)
class Csv:
    """A table with a header (RFC 4180): all texts quoted, and none that a spreadsheet would run as a formula."""

    content_type: ClassVar[str] = "text/csv; charset=utf-8; header=present"
    ending: ClassVar[str] = "csv"
    head: ClassVar[bytes] = ",".join(_COLUMNS).encode() + b"\r\n"
    between: ClassVar[bytes] = b""
    tail: ClassVar[bytes] = b""

    def block(
        self, series: SeriesRef, at_ms: NDArray[np.int64], values: NDArray[np.float64]
    ) -> bytes:
        """Return one line a sample; the labels are one cell of JSON."""
        labels = orjson.dumps(dict(series.labels), option=orjson.OPT_SORT_KEYS).decode()
        own = ",".join(map(_cell, (series.metric, series.service, series.type.value, labels)))
        return _lines(f"{own},", ",", "\r\n", at_ms, values).encode()

    def failure(self, code: str, message: str) -> bytes:
        """Return nothing: a line of another shape would be read as a sample."""
        return b""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """An object a line, as the list of metrics has it; a last line with `error` if it ends too early."""

    content_type: ClassVar[str] = "application/x-ndjson"
    ending: ClassVar[str] = "ndjson"
    head: ClassVar[bytes] = b""
    between: ClassVar[bytes] = b""
    tail: ClassVar[bytes] = b""

    def block(
        self, series: SeriesRef, at_ms: NDArray[np.int64], values: NDArray[np.float64]
    ) -> bytes:
        """Return one line a sample."""
        return _objects(series, "}\n", at_ms, values)

    def failure(self, code: str, message: str) -> bytes:
        """Return a line that is no sample."""
        return orjson.dumps({"error": message, "code": code}) + b"\n"


@dataclass(frozen=True, slots=True)
class Json:
    """One array of objects, as the list of metrics has it."""

    content_type: ClassVar[str] = "application/json"
    ending: ClassVar[str] = "json"
    head: ClassVar[bytes] = b"["
    between: ClassVar[bytes] = b",\n"
    tail: ClassVar[bytes] = b"]\n"

    def block(
        self, series: SeriesRef, at_ms: NDArray[np.int64], values: NDArray[np.float64]
    ) -> bytes:
        """Return one object a sample, with commas between them."""
        return _objects(series, "},\n", at_ms, values).removesuffix(b",\n")

    def failure(self, code: str, message: str) -> bytes:
        """Return nothing: an array without its end is refused by every reader."""
        return b""


FORMATS: dict[str, Format] = {"csv": Csv(), "json": Json(), "ndjson": JsonLines()}


def _objects(
    series: SeriesRef, end: str, at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> bytes:
    own = {
        "metric_name": series.metric,
        "service_name": series.service,
        "type": series.type.value,
        "labels": dict(series.labels),
    }
    opening = orjson.dumps(own).decode().removesuffix("}")
    return _lines(f'{opening},"timestamp":"', '","value":', end, at_ms, values).encode()


def _lines(
    before: str, between: str, end: str, at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> str:
    instants = np.datetime_as_string(at_ms.astype("datetime64[ms]"), timezone="UTC").tolist()
    # orjson writes the shortest text that reads back as the same number, several times as fast as repr.
    numbers = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    texts = numbers[1:-1].decode().split(",")
    rows = [
        f"{before}{instant}{between}{text}{end}"
        for instant, text in zip(instants, texts, strict=True)
    ]
    return "".join(rows)


def _cell(text: str) -> str:
    if text.startswith(_FORMULA):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"'
