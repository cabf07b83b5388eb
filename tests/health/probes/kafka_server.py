"""A Kafka broker that speaks the few messages of a probe, with a login where a test wants one."""

import socket
import struct
import threading
from dataclasses import dataclass, field

from tests.health.probes.scram_server import ScramServer


def string(text: str) -> bytes:
    """Return a text as the protocol writes it."""
    return struct.pack(">h", len(text)) + text.encode()


@dataclass(slots=True)
class Broker:
    """What it offers, and what it was told; an instance is the script of a RawPeer."""

    brokers: int = 3
    controller: int = 1
    versions: tuple[int, int] = (0, 12)
    mechanisms: tuple[str, ...] = ()
    password: str = "hunter2"
    heard: list[bytes] = field(default_factory=list)

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        """Answer one client."""
        scram: ScramServer | None = None
        with connection.makefile("rb") as stream:
            while head := stream.read(4):
                request = stream.read(int.from_bytes(head, "big"))
                key, version, correlation, size = struct.unpack(">hhih", request[:10])
                body = request[10 + size :]
                if key == 17:
                    wanted = body[2:].decode()
                    scram = _scram(wanted, self.password)
                    answer = self._handshake(wanted)
                elif key == 36:
                    answer = self._authenticate(scram, body[4:])
                else:
                    answer = self._cluster(key, version)
                reply = struct.pack(">i", correlation) + answer
                connection.sendall(struct.pack(">i", len(reply)) + reply)

    def _cluster(self, key: int, version: int) -> bytes:
        if key == 18:
            return struct.pack(">hihhh", 0, 1, 3, *self.versions)
        parts = [struct.pack(">i", 0) if version >= 3 else b"", struct.pack(">i", self.brokers)]
        for number in range(self.brokers):
            rack = struct.pack(">h", -1)
            parts.append(struct.pack(">i", number) + string(f"10.0.0.{number}"))
            parts.append(struct.pack(">i", 9_092) + rack)
        parts.append(string("cluster-secret") if version >= 2 else b"")
        return b"".join([*parts, struct.pack(">ii", self.controller, 0)])

    def _handshake(self, wanted: str) -> bytes:
        fault = 0 if wanted in self.mechanisms else 33
        names = b"".join(string(name) for name in self.mechanisms)
        return struct.pack(">hi", fault, len(self.mechanisms)) + names

    def _authenticate(self, scram: ScramServer | None, said: bytes) -> bytes:
        self.heard.append(said)
        if scram is None:
            is_right = said == f"\0monitor\0{self.password}".encode()
            return struct.pack(">hhi", 0 if is_right else 58, -1, 0)
        reply = scram.first(said) if said.startswith(b"n,,") else scram.final(said)
        fault = 58 if reply.startswith(b"e=") else 0
        return (
            struct.pack(">h", fault)
            + string("user monitor")
            + struct.pack(">i", len(reply))
            + reply
        )


def _scram(mechanism: str, password: str) -> ScramServer | None:
    algorithm = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}.get(mechanism)
    return None if algorithm is None else ScramServer(password, algorithm=algorithm)
