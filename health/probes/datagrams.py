"""One question to a DNS server by UDP."""

import asyncio

import dns.exception
import dns.message

from health.probes.errors import AnswerTooLargeError
from health.probes.sockets import MAX_READ_BYTES


async def ask(server: str, port: int, query: dns.message.QueryMessage) -> dns.message.Message:
    """Send the question and return the answer to it; time is kept by the caller.

    What does not answer this very question may be forged and is passed over. Raises OSError if the server refuses.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[dns.message.Message] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Listener(query, answer), remote_addr=(server, port)
    )
    try:
        transport.sendto(query.to_wire())
        return await answer
    finally:
        transport.close()


class _Listener(asyncio.DatagramProtocol):
    """Waits for the answer to one question."""

    def __init__(
        self, query: dns.message.QueryMessage, answer: "asyncio.Future[dns.message.Message]"
    ) -> None:
        self._query = query
        self._answer = answer
        self._left = MAX_READ_BYTES

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Take the datagram if it is the answer; a flood of others ends the question."""
        self._left -= len(data)
        if self._left < 0:
            self._finish(AnswerTooLargeError(MAX_READ_BYTES))
            return
        try:
            message = dns.message.from_wire(data)
        except dns.exception.DNSException as error:
            if data[:2] == self._query.id.to_bytes(2, "big"):
                self._finish(error)
            return
        if self._query.is_response(message) and not self._answer.done():
            self._answer.set_result(message)

    def error_received(self, exc: Exception) -> None:
        """Take what the system says about the server: nobody listens there."""
        self._finish(exc)

    def _finish(self, error: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(error)
