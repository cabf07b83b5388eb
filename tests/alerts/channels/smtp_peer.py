"""An SMTP server that plays a script: one reply for each command, whatever it is."""

import socket
import threading
from collections.abc import Mapping

from tests.monitoring.raw_peer import Script

POLITE: Mapping[str, bytes] = {
    "greeting": b"220 peer ESMTP",
    "EHLO": b"250-peer\r\n250 HELP",
    "MAIL": b"250 sender ok",
    "RCPT": b"250 recipient ok",
    "DATA": b"354 go ahead",
    "mail": b"250 queued as 7",
}


class SmtpScript:
    """Answers as `POLITE` does, except where told otherwise; records what it was sent.

    A reply of None says nothing until the test is over; empty bytes close the connection.
    """

    def __init__(self, **replies: bytes | None) -> None:
        self.commands: list[str] = []
        self.mail = b""
        self._replies: dict[str, bytes | None] = {**POLITE, **replies}

    def script(self) -> Script:
        return self._play

    def _play(self, connection: socket.socket, over: threading.Event) -> None:
        reader = connection.makefile("rb")
        if not self._reply(connection, "greeting", over):
            return
        while line := reader.readline():
            said = line.decode(
                errors="replace"
            ).strip()  # after STARTTLS a handshake, which is no text
            command = said.partition(" ")[0].upper()
            self.commands.append(said)
            if command == "QUIT":
                return
            if not self._reply(connection, command, over):
                return
            if command == "DATA" and (self._replies["DATA"] or b"").startswith(b"354"):
                for content in iter(reader.readline, b".\r\n"):
                    self.mail += content
                if not self._reply(connection, "mail", over):
                    return

    def _reply(self, connection: socket.socket, command: str, over: threading.Event) -> bool:
        reply = self._replies.get(command, b"502 not implemented")
        if reply is None:
            over.wait(30)
        if not reply:
            return False
        connection.sendall(reply + b"\r\n")
        return True
