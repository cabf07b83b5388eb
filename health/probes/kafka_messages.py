"""The few messages of Kafka's protocol that a probe sends and reads. Source: Kafka protocol guide; pure."""

import struct
from dataclasses import dataclass

from health.probes.errors import BadAnswerError

METADATA, SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE = 3, 17, 18, 36
# Of Metadata: those between the first that can ask for no topic and the last without tagged fields.
OLDEST_METADATA, NEWEST_METADATA = 1, 7
_CLIENT = b"tickettoken-monitoring"
_MOST = 10_000  # brokers, versions, mechanisms


@dataclass(frozen=True, slots=True)
class Cluster:
    """What one broker knows of its cluster."""

    brokers: int
    has_controller: bool


class Fields:
    """Reads the fields of an answer one after another. Raises BadAnswerError where they end too soon."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def int16(self) -> int:
        """Return a number of two bytes."""
        (value,) = struct.unpack(">h", self._take(2))
        return int(value)

    def int32(self) -> int:
        """Return a number of four bytes."""
        (value,) = struct.unpack(">i", self._take(4))
        return int(value)

    def count(self) -> int:
        """Return the length of a list; an absent list is empty."""
        size = self.int32()
        if size > _MOST:
            raise BadAnswerError("Kafka")
        return max(size, 0)

    def string(self) -> str:
        """Return a text; an absent one is empty."""
        return self._take(max(self.int16(), 0)).decode(errors="replace")

    def octets(self) -> bytes:
        """Return bytes; absent ones are empty."""
        return self._take(max(self.int32(), 0))

    def _take(self, size: int) -> bytes:
        part = self._data[self._at : self._at + size]
        if len(part) < size:
            raise BadAnswerError("Kafka")
        self._at += size
        return part


def request(key: int, version: int, correlation: int, body: bytes = b"") -> bytes:
    """Return a request with its length."""
    header = struct.pack(">hhih", key, version, correlation, len(_CLIENT)) + _CLIENT
    return struct.pack(">i", len(header) + len(body)) + header + body


def metadata_body(version: int) -> bytes:
    """Return the question for the cluster and no topic, which also creates none."""
    no_topics = struct.pack(">i", 0)
    return no_topics + (b"\0" if version >= 4 else b"")


def read_cluster(data: bytes, version: int) -> Cluster:
    """Return what an answer to Metadata says of the cluster."""
    fields = Fields(data)
    if version >= 3:
        fields.int32()  # throttle time
    brokers = fields.count()
    for _ in range(brokers):
        fields.int32()
        fields.string()
        fields.int32()
        fields.string()
    if version >= 2:
        fields.string()  # id of the cluster
    return Cluster(brokers, fields.int32() >= 0)


def metadata_version(data: bytes) -> int:
    """Return the version of Metadata to ask in, out of an answer to ApiVersions.

    Raises BadAnswerError if the broker refuses the question or speaks none of ours.
    """
    fields = Fields(data)
    if fields.int16() != 0:
        raise BadAnswerError("Kafka")
    for _ in range(fields.count()):
        key, oldest, newest = fields.int16(), fields.int16(), fields.int16()
        if key == METADATA:
            version = min(newest, NEWEST_METADATA)
            if version >= max(oldest, OLDEST_METADATA):
                return version
    raise BadAnswerError("Kafka")


def mechanism_body(mechanism: str) -> bytes:
    """Return the body of SaslHandshake."""
    encoded = mechanism.encode()
    return struct.pack(">h", len(encoded)) + encoded


def octets_body(data: bytes) -> bytes:
    """Return the body of SaslAuthenticate."""
    return struct.pack(">i", len(data)) + data
