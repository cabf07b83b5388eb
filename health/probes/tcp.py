"""TCP: a connection comes about, and with tls:// its certificate has days left."""

from health.probes.exchange import Exchange
from health.probes.result import ProbeResult
from health.probes.wire import connected


async def probe_tcp(exchange: Exchange) -> ProbeResult:
    """Connect and leave; nothing is sent."""
    async with connected(exchange) as wire:
        expires_at = wire.certificate_expires_at()
    return ProbeResult(0.0, certificate_expires_at=expires_at)
