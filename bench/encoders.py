"""The workload as request bodies: JSON, Prometheus remote-write 1.0, Influx line protocol (ten fields a line)."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

import cramjam
import numpy as np
from numpy.typing import NDArray

from bench.workload import FIELDS, Step, Values, Workload

HEADERS = {
    "json": {"Content-Type": "application/json"},
    "remote-write": {
        "Content-Type": "application/x-protobuf",
        "Content-Encoding": "snappy",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
    },
    "lines": {"Content-Type": "text/plain"},
}
_VALUE_AND_TIME = b"\x12\x10\x09" + bytes(8) + b"\x10" + bytes(6)
_FORMAT: dict[Values, str] = {"int": "%d", "dec2": "%.2f", "full": "%r"}


class Body(NamedTuple):
    """One request: its samples and its bytes."""

    samples: int
    content: bytes


def json_bodies(workload: Workload, steps: Iterable[Step], *, batch: int) -> Iterator[Body]:
    """Yield arrays of the service's push format; a plain object where `batch` is 1."""
    heads = [_json_head(tags, workload.metric(name)) for tags in workload.tags for name in FIELDS]
    form = _FORMAT[workload.values]
    for part in _parts(_json_items(heads, form, steps), batch):
        text = part[0] if batch == 1 else f"[{','.join(part)}]"
        yield Body(len(part), text.encode())


def line_bodies(workload: Workload, steps: Iterable[Step], *, batch: int) -> Iterator[Body]:
    """Yield lines of ten fields; `batch` counts samples, not lines."""
    heads = [
        f"{workload.measurement},{','.join(f'{key}={value}' for key, value in sorted(tags.items()))} "
        for tags in workload.tags
    ]
    suffix = "i" if workload.values == "int" else ""
    form = ",".join(f"{name}={_FORMAT[workload.values]}{suffix}" for name in FIELDS)
    for part in _parts(_lines(heads, form, steps), max(1, batch // len(FIELDS))):
        yield Body(len(part) * len(FIELDS), "\n".join(part).encode())


def remote_write_bodies(workload: Workload, steps: Iterable[Step], *, batch: int) -> Iterator[Body]:
    """Yield snappy blocks of a WriteRequest with one sample for each series.

    All requests share one template; only values and instants are written into it.
    """
    template, ends = _template(workload)
    value_at = (ends - 15)[:, None] + np.arange(8)
    time_at = (ends - 6)[:, None] + np.arange(6)
    for step in steps:
        template[value_at] = step.values.astype("<f8").view(np.uint8).reshape(-1, 8)
        template[time_at] = np.frombuffer(_varint(step.at * 1_000), np.uint8)
        for first in range(0, workload.series, batch):
            after = min(first + batch, workload.series)
            low = int(ends[first - 1]) if first else 0
            content = template[low : int(ends[after - 1])].tobytes()
            yield Body(after - first, bytes(cramjam.snappy.compress_raw(content)))


def _json_items(heads: list[str], form: str, steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        at = datetime.fromtimestamp(step.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        tail = f',"timestamp":"{at}"}}'
        for head, value in zip(heads, step.values.tolist(), strict=True):
            yield head + (form % value) + tail


def _lines(heads: list[str], form: str, steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        tail = f" {step.at * 10**9}"
        rows = step.values.reshape(-1, len(FIELDS)).tolist()
        for head, row in zip(heads, rows, strict=True):
            yield head + form % tuple(row) + tail


def _parts(items: Iterator[str], size: int) -> Iterator[list[str]]:
    while part := list(islice(items, size)):
        yield part


def _json_head(tags: dict[str, str], metric: str) -> str:
    labels = {key: value for key, value in tags.items() if key != "service"}
    return (
        f'{{"metric_name":"{metric}","service_name":"{tags["service"]}","type":"gauge",'
        f'"labels":{json.dumps(labels, separators=(",", ":"))},"value":'
    )


def _template(workload: Workload) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    parts = []
    for tags in workload.tags:
        for name in FIELDS:
            pairs = sorted({"__name__": workload.metric(name), **tags}.items())
            content = b"".join(_field(1, _label(key, value)) for key, value in pairs)
            parts.append(_field(1, content + _VALUE_AND_TIME))
    ends = np.cumsum([len(part) for part in parts])
    return np.frombuffer(b"".join(parts), np.uint8).copy(), ends


def _label(key: str, value: str) -> bytes:
    return _field(1, key.encode()) + _field(2, value.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
