"""The schedule of faults: who suffers what, from when and for how long; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from config.demo.catalogue import SERVICES
from config.demo.states import ServiceState

FIRST_AFTER = timedelta(minutes=2)
GAP_MINUTES = (6.0, 10.0)
"""Shortest and longest time from the begin of one fault to that of the next."""
REST = timedelta(minutes=1)
"""Least time between the end of a fault and the next one: one trouble at a time."""

KINDS: tuple[tuple[ServiceState, float, tuple[float, float]], ...] = (
    # State, share of the faults, shortest and longest duration in minutes. Each outlasts the hold
    # of the default rule that it sets off: 1 min for a service that is down or failing, 3 min for
    # slow answers, 5 min for a hot CPU.
    (ServiceState.DOWN, 0.35, (3.0, 4.0)),
    (ServiceState.FAILING, 0.25, (3.0, 4.0)),
    (ServiceState.SLOW, 0.20, (5.0, 6.0)),
    (ServiceState.HOT, 0.20, (7.0, 8.0)),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One service in one bad state; `begins` counts from the start of the demo."""

    service: str
    state: ServiceState
    begins: timedelta
    lasts: timedelta

    @property
    def ends(self) -> timedelta:
        """When the service recovers, counted from the start of the demo."""
        return self.begins + self.lasts


def schedule(rng: np.random.Generator) -> Iterator[Fault]:
    """Yield faults without end, one at a time, never twice in a row the same service.

    The first is an outage: of all faults it raises an alert soonest.
    """
    fault = Fault(_pick_service(rng, None), ServiceState.DOWN, FIRST_AFTER, _duration(rng, 0))
    while True:
        yield fault
        kind = int(rng.choice(len(KINDS), p=[share for _, share, _ in KINDS]))
        gap = timedelta(minutes=float(rng.uniform(*GAP_MINUTES)))
        begins = max(fault.begins + gap, fault.ends + REST)
        service = _pick_service(rng, fault.service)
        fault = Fault(service, KINDS[kind][0], begins, _duration(rng, kind))


def _pick_service(rng: np.random.Generator, last: str | None) -> str:
    # The gateway is spared: when the front door is shut, every other curve goes flat as well.
    candidates = [p.name for p in SERVICES if p.name not in {"api-gateway", last}]
    return candidates[int(rng.integers(len(candidates)))]


def _duration(rng: np.random.Generator, kind: int) -> timedelta:
    return timedelta(minutes=float(rng.uniform(*KINDS[kind][2])))
