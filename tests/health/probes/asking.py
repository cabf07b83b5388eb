"""Makes one probe, as a round does, of a server of the test."""

import asyncio
from ipaddress import ip_network
from typing import Any

from health.probes.result import ProbeResult
from health.probes.run import probe
from health.probes.target import ProbeTarget

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def target(kind: str, url: str, **options: Any) -> ProbeTarget:
    """Return a target that may be on this machine and is given two seconds."""
    return ProbeTarget(
        **{"name": "it", "networks": LOOPBACK, "timeout_seconds": 2.0, **options},
        kind=kind,
        url=url,
    )


def ask(kind: str, url: str, **options: Any) -> ProbeResult:
    """Probe it once."""
    return asyncio.run(probe(target(kind, url, **options)))
