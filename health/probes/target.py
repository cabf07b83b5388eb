"""Everything that one probe needs to know; pure."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class ProbeTarget:
    """One watched service as the prober sees it, with every default filled in.

    Its repr names neither the credentials nor the address: a query in the address may carry a key.
    """

    name: str
    """Short name; the results of a round are found by it."""
    kind: str
    url: str = field(repr=False)
    """Base address, such as https://host:port or postgresql://host:port/database."""
    path: str = field(default="/health", repr=False)
    """HTTP: what is asked below the base address."""
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    """User and password."""
    timeout_seconds: float = 5.0
    """For the whole exchange: name, connection, TLS, answer."""
    expected_status: str = ""
    """HTTP: such as 200-299,401; empty means 200-299."""
    body: str = "json"
    """HTTP: `json` wants an object whose `status` counts, `any` takes everything."""
    keyword: str = ""
    """HTTP: text that has to be in the body."""
    keyword_absent: bool = False
    """The keyword must not be in the body."""
    verify_tls: bool = True
    certificate_days: int = 14
    """A certificate that ends in fewer days is worth a warning; 0 means never."""
    record_type: str = "A"
    """DNS: what is asked for."""
    expected_answer: str = ""
    """DNS: one of the records has to be this; empty takes any."""
    networks: tuple[Network, ...] = ()
    """Networks that are not public and may be probed all the same."""
    slow_ms: float = 2_000.0
    """An answer above it is degraded."""
