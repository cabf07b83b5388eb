"""A name server of the test in the place of the system's resolver, and what it was asked."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address

import pytest

Address = str
Answer = list[Address] | Callable[[], list[Address]]


class Names:
    """Says what the test wants; other hosts are asked of the system, which knows numbers without a name server."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []
        self._system = socket.getaddrinfo

    def getaddrinfo(self, host: str, port: object, **options: object) -> list[tuple[object, ...]]:
        """Answer as socket.getaddrinfo does."""
        self.asked.append(host)
        answer = self.answers.get(host)
        if answer is None:
            return list(self._system(host, None, type=socket.SOCK_STREAM))
        addresses = answer() if callable(answer) else answer
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [_entry(address) for address in addresses]


def names(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, Answer]) -> Names:
    """Put the name server of the test into place."""
    server = Names(answers)
    monkeypatch.setattr(socket, "getaddrinfo", server.getaddrinfo)
    return server


@contextmanager
def hanging() -> Iterator[Callable[[], list[Address]]]:
    """Yield an answer that does not come before the test is over."""
    over = threading.Event()

    def hang() -> list[Address]:
        over.wait(30)
        return []

    try:
        yield hang
    finally:
        over.set()
        for thread in threading.enumerate():
            if thread.name == "probe-lookup":  # the next test may ask for the same name
                thread.join(10)


def _entry(address: str) -> tuple[object, ...]:
    is_6 = ip_address(address).version == 6
    family = socket.AF_INET6 if is_6 else socket.AF_INET
    place = (address, 0, 0, 0) if is_6 else (address, 0)
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place
