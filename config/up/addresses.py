"""Which port each process takes, decided before anything starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.embedded.ports import LOOPBACK
from config.up.errors import StartError

SERVICE_PORTS = {
    "API_GATEWAY_URL": 3000,
    "AUTH_SERVICE_URL": 3001,
    "VENUE_SERVICE_URL": 3002,
    "EVENT_SERVICE_URL": 3003,
    "TICKET_SERVICE_URL": 3004,
    "PAYMENT_SERVICE_URL": 3005,
    "MARKETPLACE_SERVICE_URL": 3006,
    "ANALYTICS_SERVICE_URL": 3007,
}
_WEB, _FLOWER, _CONTROL, _SMTP = 3013, 5555, 8025, 1025

ChoosePort = Callable[[int | None, frozenset[int]], int]


@dataclass(slots=True)
class Addresses:
    """The chosen ports; `moved` says in words which usual ones were taken."""

    web: int
    flower: int
    control: int | None = None
    smtp: int | None = None
    services: dict[str, str] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        """Return the URL of our web process."""
        return f"http://{LOOPBACK}:{self.web}"


class AddressBook:
    """Hands out ports, each once."""

    def __init__(self, environ: Mapping[str, str], choose: ChoosePort) -> None:
        self._environ = environ
        self._choose = choose
        self._taken: frozenset[int] = frozenset()
        self.moved: list[str] = []

    def port(self, what: str, variable: str, usual: int) -> int:
        """Return the port that the variable demands, else the usual one, else a free one.

        Raises StartError if the demanded port is taken: moving it in silence
        would break whoever relies on it.
        """
        raw = self._environ.get(variable, "").strip()
        if raw and not (raw.isdecimal() and 0 < int(raw) < 65_536):
            raise StartError(f"{variable} must be a port from 1 to 65535, not {raw!r}")
        wished = int(raw) if raw else usual
        port = self._choose(wished, self._taken)
        if raw and port != wished:
            raise StartError(f"{variable}={raw}: this port is in use")
        self._note(what, wished, port)
        return port

    def service_url(self, variable: str, usual: int) -> str:
        """Return where a demo service shall listen: as the environment says, else a free port."""
        demanded = self._environ.get(variable, "").strip()
        if demanded:
            self._take(urlsplit(demanded).port)
            return demanded
        port = self._choose(usual, self._taken)
        self._note(f"demo {variable}", usual, port)
        return f"http://{LOOPBACK}:{port}"

    def _note(self, what: str, wished: int, port: int) -> None:
        self._take(port)
        if port != wished:
            self.moved.append(f"port {wished} is in use: {what} is on {port}")

    def _take(self, port: int | None) -> None:
        if port is not None:
            self._taken |= {port}


def choose_addresses(
    environ: Mapping[str, str], *, with_demo: bool, choose: ChoosePort
) -> Addresses:
    """Return the addresses of one run. Raises StartError for a demanded port that is taken."""
    book = AddressBook(environ, choose)
    chosen = Addresses(
        web=book.port("the console", "PORT", _WEB),
        flower=book.port("Flower", "FLOWER_PORT", _FLOWER),
    )
    if with_demo:
        chosen.control = book.port("the demo's control page", "DEMO_CONTROL_PORT", _CONTROL)
        chosen.smtp = book.port("the demo's mailbox", "DEMO_SMTP_PORT", _SMTP)
        for variable, usual in SERVICE_PORTS.items():
            chosen.services[variable] = book.service_url(variable, usual)
    chosen.moved = book.moved
    return chosen
