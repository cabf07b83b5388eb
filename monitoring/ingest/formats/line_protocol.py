"""Influx line protocol: each number of each line becomes a sample. Pure.

Field `usage` of measurement `cpu` is the metric cpu_usage; field `value` is the measurement itself. A
line that breaks the grammar is refused as a whole, the others are stored. Texts have no place in this
store and are counted.
Source: "Line protocol", InfluxDB documentation.
"""

from datetime import datetime

from monitoring.ingest.fields import RefusedError
from monitoring.ingest.formats.line_columns import LineColumns
from monitoring.ingest.formats.line_syntax import LineError, series_parts, unescaped
from monitoring.ingest.formats.naming import labels_of, metric_name
from monitoring.ingest.formats.parsed import Parsed, sample_of
from monitoring.ingest.formats.sender import SERVICE_NAME, Sender
from monitoring.ingest.wire import Wire
from monitoring.storage.instants import to_ms
from monitoring.types import MetricType, Sample

TEXT = "text_field"
_VALUE = "value"


def parse(
    body: bytes, sender: Sender, *, precision: str, at: datetime, most_samples: int
) -> Parsed:
    """Return the samples of a body; lines without a timestamp are of the instant `at`.

    `precision` is the unit of timestamps, one that `line_values.is_precision` knows. Raises
    PayloadTooLargeError for too many samples; items and errors carry the numbers of lines, from 1.
    """
    columns = LineColumns(f"line protocol {sender.service or ''}")
    columns.read(body, precision=precision, received_ms=to_ms(at), most_samples=most_samples)

    def describe(position: int) -> Sample:
        series, field, _ = columns.keys[position]
        metric, labels = _named(series, field)
        return sample_of(
            sender,
            metric=metric,
            labels=labels,
            value=float(columns.values[position]),
            at_ms=int(columns.at_ms[position]),
            kind=sender.type_of(metric) or MetricType.GAUGE,
        )

    wire = Wire(columns.keys, columns.at_ms, columns.values, describe)
    skipped = {TEXT: columns.texts} if columns.texts else {}
    return Parsed(wire, columns.lines, tuple(columns.errors), skipped)


def _named(series: bytes, field: bytes) -> tuple[str, dict[str, str]]:
    """Return the metric and the labels of one field. Raises RefusedError."""
    try:
        measurement, tags = series_parts(series)
        name = unescaped(field)
    except LineError as error:
        raise RefusedError("line", str(error)) from None
    if not name:
        raise RefusedError("line", "a field has no name")
    metric = metric_name(measurement if name == _VALUE else f"{measurement}_{name}")
    service = [text for tag, text in tags if tag == SERVICE_NAME]
    labels = labels_of((tag, text) for tag, text in tags if tag != SERVICE_NAME)
    return metric, labels | ({SERVICE_NAME: service[-1]} if service else {})
