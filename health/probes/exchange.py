"""One exchange with one service: what is asked for, where, and with which client."""

from dataclasses import dataclass

import aiohttp

from health.probes.endpoint import Endpoint
from health.probes.target import ProbeTarget


@dataclass(frozen=True, slots=True)
class Exchange:
    """What every kind of probe is given."""

    target: ProbeTarget
    endpoint: Endpoint
    http: aiohttp.ClientSession
    """Shared by the round; kinds that speak another protocol leave it alone."""
