"""A small DNS server on 127.0.0.1, by UDP and TCP on the same port."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Reply = Callable[[dns.message.Message], list[bytes]]
"""Returns the datagrams to send for a question; the first is also the answer by TCP."""


def records(*texts: str, kind: str = "A", rcode: str = "NOERROR") -> Reply:
    """Return a reply with the records, whatever name was asked for."""

    def reply(query: dns.message.Message) -> list[bytes]:
        answer = dns.message.make_response(query)
        answer.set_rcode(dns.rcode.from_text(rcode))
        if texts:
            name = query.question[0].name
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *texts))
        return [answer.to_wire()]

    return reply


def truncated(query: dns.message.Message) -> list[bytes]:
    """Return what says: ask again by TCP."""
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.TC
    return [answer.to_wire()]


@contextmanager
def dns_server(by_udp: Reply, by_tcp: Reply | None = None) -> Iterator[int]:
    """Answer questions until the test is over and yield the port."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    port = udp.getsockname()[1]
    tcp = socket.create_server(("127.0.0.1", port))
    threads = [
        threading.Thread(target=_serve_udp, args=(udp, by_udp), daemon=True),
        threading.Thread(target=_serve_tcp, args=(tcp, by_tcp or by_udp), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield port
    finally:
        for listener in (udp, tcp):
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in threads:
            thread.join(5)


def _serve_udp(server: socket.socket, reply: Reply) -> None:
    with suppress(OSError):
        while True:
            data, client = server.recvfrom(65_535)
            if not data:
                return
            for datagram in reply(dns.message.from_wire(data)):
                server.sendto(datagram, client)


def _serve_tcp(server: socket.socket, reply: Reply) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                question = connection.recv(65_535)[2:]
                answer = reply(dns.message.from_wire(question))[0]
                connection.sendall(len(answer).to_bytes(2, "big") + answer)
