"""A small remote-write 1.0 sender: the protobuf message by hand, in a snappy block."""

import struct
from collections.abc import Mapping

import cramjam
import requests

from monitoring.promql.labels import Labels
from tests.monitoring.promql.memory import Samples

HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


def write(url: str, series: Mapping[Labels, Samples], **headers: str) -> None:
    """Send all samples in one request; fail if it is refused."""
    body = bytes(cramjam.snappy.compress_raw(encoded(series)))
    response = requests.post(url, data=body, headers=HEADERS | headers, timeout=60)
    assert response.ok, response.text


def encoded(series: Mapping[Labels, Samples]) -> bytes:
    """Return the WriteRequest message."""
    return b"".join(
        _field(1, _labels(labels) + _samples(samples)) for labels, samples in series.items()
    )


def _labels(labels: Labels) -> bytes:
    return b"".join(
        _field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in labels
    )


def _samples(samples: Samples) -> bytes:
    return b"".join(
        _field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(at_ms))
        for at_ms, value in zip(*samples, strict=True)
    )


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
