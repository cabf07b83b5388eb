"""The text of an address taken apart, by the rules of its kind of probe; pure."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

LONGEST_URL = 2_048

# kind -> scheme -> (port that is meant where none is written, whether TLS is spoken from the first byte)
SCHEMES: dict[str, dict[str, tuple[int, bool]]] = {
    "http": {"http": (80, False), "https": (443, True)},
    "tcp": {"tcp": (0, False), "tls": (443, True)},
    "dns": {"dns": (53, False)},
    "postgresql": {"postgresql": (5432, False), "postgresql+tls": (5432, True)},
    "redis": {"redis": (6379, False), "rediss": (6379, True)},
    "kafka": {"kafka": (9092, False), "kafka+tls": (9093, True)},
    "mongodb": {"mongodb": (27017, False), "mongodb+tls": (27017, True)},
    "elasticsearch": {"http": (9200, False), "https": (9200, True)},
    "influxdb": {"http": (8086, False), "https": (8086, True)},
    "smtp": {"smtp": (25, False), "smtps": (465, True)},
}
# A request to these hurts what listens there, so that browsers refuse them too. Source: "bad port", Fetch standard.
_BAD_HTTP_PORTS = frozenset(
    {
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179),
        *(389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601),
        *(636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000),
        *(6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)
_ODD = ' \\#<>"{}|^`'
HTTP_KINDS = frozenset({"http", "elasticsearch", "influxdb"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a probe goes; `path` is as it was written, with its query."""

    scheme: str
    host: str
    """Lower case, without brackets; empty only for DNS: the machine's own resolver."""
    port: int
    is_tls: bool
    path: str = field(repr=False)

    @property
    def host_header(self) -> str:
        """The value of the Host header, with the port only where it is not that of the scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}.get(self.scheme)
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def name(self) -> str:
        """The path without slashes: a database, or the name that a DNS server is asked for."""
        return unquote(self.path.partition("?")[0].strip("/"))


def endpoint_of(kind: str, url: str) -> Endpoint:
    """Return the parts of an address.

    Raises ValueError, which says in plain words what is wrong, for what two parsers could read in two ways, a scheme
    of another kind, a user name or password, a missing or a forbidden port.
    """
    _refuse_odd_text(url)
    parts = _split(url)
    schemes = SCHEMES.get(kind)
    if schemes is None:
        raise ValueError("is of a kind that is not probed")
    if parts.scheme not in schemes:
        raise ValueError(f"must begin with {' or '.join(f'{each}://' for each in schemes)}")
    if "@" in parts.netloc:
        raise ValueError("must hold no user name or password: name an entry of the credentials")
    usual_port, is_tls = schemes[parts.scheme]
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return Endpoint(parts.scheme, _host(kind, parts), _port(kind, parts, usual_port), is_tls, path)


def is_plain(text: str) -> bool:
    """Tell whether all readers of a URL read the text in the same way: no blanks, control characters, backslashes."""
    return text.isascii() and text.isprintable() and not any(sign in _ODD for sign in text)


def _refuse_odd_text(url: str) -> None:
    if not url:
        raise ValueError("is empty")
    if len(url) > LONGEST_URL:
        raise ValueError(f"must have at most {LONGEST_URL} characters")
    if not is_plain(url):
        raise ValueError("must have only the printable ASCII characters of a URL, and no #")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError("is not an address") from None


def _host(kind: str, parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if "%" in host or "," in host or (not host and kind != "dns"):
        raise ValueError("must name one host")
    return host


def _port(kind: str, parts: SplitResult, usual: int) -> int:
    try:
        port = usual if parts.port is None else parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("must name a port from 1 to 65535")
    if kind in HTTP_KINDS and port in _BAD_HTTP_PORTS:
        raise ValueError(f"must not send HTTP to port {port}, where something else listens")
    return port
