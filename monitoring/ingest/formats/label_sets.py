"""Label sets of remote write as raw bytes: equal bytes are one series, so they are read once. Pure.

A label set is a run of fields 1 of a TimeSeries, each a Label with name (1) and value (2).
Source: "Prometheus Remote-Write 1.0", Prometheus documentation.
"""

from collections.abc import Iterable

from monitoring.ingest.fields import RefusedError
from monitoring.ingest.formats.malformed import MalformedBodyError
from monitoring.ingest.formats.protobuf_scan import LENGTH, expect, fields, message

LABEL = 1
_NAME, _VALUE = 1, 2
_MOST_REMEMBERED = 100_000
_LONGEST_REMEMBERED = 2_048  # bytes; with 32 short labels it is less

# Runs of bytes that are label sets and nothing else. It only spares a second look: any thread may
# empty it at any time.
_seen: set[bytes] = set()


def impure_among(runs: Iterable[bytes]) -> set[bytes]:
    """Return those runs that hold anything but labels; what is wrong with them is for others to say."""
    fresh = set(runs) - _seen
    impure = {run for run in fresh if not _is_pure(run)}
    pure = {run for run in fresh - impure if len(run) <= _LONGEST_REMEMBERED}
    if len(_seen) + len(pure) > _MOST_REMEMBERED:
        _seen.clear()
    if len(pure) <= _MOST_REMEMBERED:
        _seen.update(pure)
    return impure


def labels_in(run: bytes) -> dict[str, str]:
    """Return the labels of a run that is pure.

    Raises RefusedError for text that is not UTF-8, and for a name that comes twice.
    """
    labels: dict[str, str] = {}
    for field in fields(run, 0, len(run)):
        name, value = _label(run, field.start, field.end)
        if name in labels:
            raise RefusedError("labels", "a label comes twice")
        labels[name] = value
    return labels


def label_run(labels: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the bytes that say these names and values, as Prometheus writes them."""
    return b"".join(
        message(LABEL, message(_NAME, name) + message(_VALUE, value)) for name, value in labels
    )


def check_label(data: bytes, start: int, end: int) -> None:
    """Raise MalformedBodyError unless a Label stands between the two positions."""
    for field in fields(data, start, end):
        if field.number in {_NAME, _VALUE}:
            expect(field, LENGTH)


def _is_pure(run: bytes) -> bool:
    try:
        for field in fields(run, 0, len(run)):
            if (field.number, field.kind) != (LABEL, LENGTH):
                return False
            check_label(run, field.start, field.end)
    except MalformedBodyError:
        return False
    return True


def _label(run: bytes, start: int, end: int) -> tuple[str, str]:
    texts = {_NAME: "", _VALUE: ""}
    for field in fields(run, start, end):
        if field.number in texts:
            try:
                texts[field.number] = run[field.start : field.end].decode()
            except UnicodeDecodeError:
                raise RefusedError("labels", "labels are UTF-8 text") from None
    return texts[_NAME], texts[_VALUE]
