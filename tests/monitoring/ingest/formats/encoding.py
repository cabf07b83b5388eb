"""A writer of remote write requests, made from the description of the format and not from the reader."""

import struct
from collections.abc import Iterable, Mapping, Sequence

from monitoring.ingest.formats.sender import Sender
from monitoring.types import MetricType

STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def message(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def label(name: str | bytes, value: str | bytes) -> bytes:
    name, value = (each.encode() if isinstance(each, str) else each for each in (name, value))
    return message(1, message(1, name) + message(2, value))


def sample(value: float, at_ms: int) -> bytes:
    """Write a sample as Prometheus does: what is zero is left out; -0.0 counts as zero there."""
    content = b"" if value == 0 else b"\x09" + struct.pack("<d", value)
    return message(2, content + (b"\x10" + varint(at_ms) if at_ms else b""))


def series(labels: Mapping[str, str], *samples: tuple[float, int], more: bytes = b"") -> bytes:
    """Write a field of WriteRequest; `more` stands behind the samples."""
    content = b"".join(label(name, labels[name]) for name in sorted(labels))
    return message(1, content + b"".join(sample(*each) for each in samples) + more)


def metadata(kind: int, family: str) -> bytes:
    return message(3, b"\x08" + varint(kind) + message(2, family.encode()))


def sender(
    service: str | None = None,
    types: Mapping[str, MetricType] | None = None,
    foreign: Iterable[str] = (),
) -> Sender:
    known, barred = dict(types or {}), set(foreign)
    return Sender(service, "nobody", known.get, lambda named: named not in barred)


def named(metric: str, **labels: str) -> dict[str, str]:
    return {"__name__": metric, **labels}


def body(parts: Sequence[bytes]) -> bytes:
    return b"".join(parts)


Series2 = tuple[Mapping[str, str], Sequence[tuple[float, int]], int]


def request_2(*written: Series2) -> bytes:
    """Write a request of remote write 2.0: labels, samples and the number of the type of each series."""
    symbols = [""]
    parts = []
    for labels, samples, kind in written:
        references = b""
        for text in (each for name in sorted(labels) for each in (name, labels[name])):
            if text not in symbols:
                symbols.append(text)
            references += varint(symbols.index(text))
        content = message(1, references) + b"".join(sample(*each) for each in samples)
        parts.append(message(5, content + message(5, b"\x08" + varint(kind))))
    return b"".join(message(4, text.encode()) for text in symbols) + b"".join(parts)
