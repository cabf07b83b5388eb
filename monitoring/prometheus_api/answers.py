"""Answers as Prometheus writes them, character by character; values are texts, so that NaN and +Inf can be."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import orjson

from monitoring.promql.engine import Result
from monitoring.promql.labels import Labels
from monitoring.promql.model import Columns, Floats, Integers, Mask, Vector
from monitoring.promql.numbers import fixed_text, sample_text

_REMEMBERED_TEXTS = 20_000  # of some 500 bytes
_PLAIN = re.compile(rb"-?\d{1,15}(?:\.\d+)?")


def success(data: bytes) -> bytes:
    """Return the whole answer around its data, which is JSON already."""
    return b'{"status":"success","data":' + data + b"}"


def instant_answer(result: Result, at_ms: int) -> bytes:
    """Return the data of an instant query."""
    now = time_text(at_ms)
    if isinstance(result, str):
        return _data("string", b"[" + now + b"," + orjson.dumps(result) + b"]")
    if isinstance(result, Columns):
        return _data("matrix", _joined(_column_series(result)))
    if isinstance(result, Vector):
        values = value_texts(result.values[:, 0])
        rows = zip(result.labels, values, strict=True)
        return _data(
            "vector",
            _joined(
                b'{"metric":' + _metric(labels) + b',"value":[' + now + b',"' + value + b'"]}'
                for labels, value in rows
            ),
        )
    text = fixed_text(float(result[0])).encode()
    return _data("scalar", b"[" + now + b',"' + text + b'"]')


def range_answer(result: Vector, times_ms: Integers) -> bytes:
    """Return the data of a range query."""
    return _data("matrix", _joined(_row_series(result, _heads(times_ms))))


def _row_series(result: Vector, heads: Sequence[bytes]) -> Iterator[bytes]:
    for row, labels in enumerate(result.labels):
        present = result.present[row]
        own = heads if present.all() else _chosen(heads, present)
        yield _series(labels, own, result.values[row][present])


def _column_series(result: Columns) -> Iterator[bytes]:
    for row, labels in enumerate(result.labels):
        own = slice(int(result.starts[row]), int(result.starts[row + 1]))
        yield _series(labels, _heads(result.at_ms[own]), result.values[own])


def _heads(times_ms: Integers) -> list[bytes]:
    """Return how each point begins."""
    if not (times_ms % 1_000).any():  # as steps mostly are, and a third of the time
        return [b'[%d,"' % second for second in (times_ms // 1_000).tolist()]
    return [b"[" + time_text(at) + b',"' for at in times_ms.tolist()]


def _chosen(heads: Sequence[bytes], present: Mask) -> list[bytes]:
    return [heads[step] for step in np.flatnonzero(present).tolist()]


def _series(labels: Labels, heads: Sequence[bytes], values: Floats) -> bytes:
    points = map(bytes.__add__, heads, value_texts(values))
    return b'{"metric":' + _metric(labels) + b',"values":[' + b'"],'.join(points) + b'"]]}'


@lru_cache(_REMEMBERED_TEXTS)
def _metric(labels: Labels) -> bytes:
    """Return the labels as an object; the same series are answered again and again."""
    return orjson.dumps(dict(labels))


def _data(kind: str, result: bytes) -> bytes:
    return b'{"resultType":"' + kind.encode() + b'","result":' + result + b"}"


def _joined(items: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(items) + b"]"


def time_text(at_ms: int) -> bytes:
    """Return an instant in seconds, with three decimals unless they are zero."""
    seconds, rest = divmod(abs(at_ms), 1_000)
    text = f"{seconds}.{rest:03d}" if rest else str(seconds)
    return (f"-{text}" if at_ms < 0 else text).encode()


def value_texts(values: Floats) -> list[bytes]:
    """Return each value as Go writes it.

    orjson writes the same digits, all at once; what it writes in another form is written one by one.
    """
    if len(values) == 0:
        return []
    packed = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    texts = packed[1:-1].replace(b".0,", b",").removesuffix(b".0").split(b",")
    if b"e" in packed or b"n" in packed or np.abs(values).max() >= 1e15:
        return [_exact(text, value) for text, value in zip(texts, values.tolist(), strict=True)]
    return texts


def _exact(text: bytes, value: float) -> bytes:
    return text if _PLAIN.fullmatch(text) else sample_text(value).encode()
