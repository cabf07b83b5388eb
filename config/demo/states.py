"""What a demo service can suffer from, and how each state shows outside; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ServiceState(StrEnum):
    """The condition of one service, set by a person or by the fault schedule."""

    HEALTHY = "healthy"
    SLOW = "slow"
    DEGRADED = "degraded"
    FAILING = "failing"
    HOT = "hot"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a state shows: to a health probe, and in the metrics that the service pushes."""

    meaning: str
    http_status: int = 200
    body_status: str = "healthy"
    added_latency_ms: tuple[float, float] = (0.0, 0.0)
    """Lowest and highest delay added to each answer, in milliseconds."""
    error_share: float = 0.002
    """Share of requests, 0 to 1, that end in a server error."""
    cpu_percent: tuple[float, float] | None = None
    """Lowest and highest CPU usage, in percent; None leaves it to the load."""
    is_listening: bool = True


BEHAVIOURS: Mapping[ServiceState, Behaviour] = {
    ServiceState.HEALTHY: Behaviour("answers in milliseconds"),
    # Above the 2 s at which a probe calls a service degraded, below the 5 s at which it gives up.
    ServiceState.SLOW: Behaviour(
        "answers after more than 2 s", added_latency_ms=(2_200.0, 3_200.0)
    ),
    ServiceState.DEGRADED: Behaviour(
        "says itself that it is degraded",
        body_status="degraded",
        added_latency_ms=(80.0, 300.0),
        error_share=0.02,
    ),
    ServiceState.FAILING: Behaviour(
        "answers HTTP 500", http_status=500, body_status="unhealthy", error_share=0.4
    ),
    # Above the 80 % of the default CPU rule, with room for the noise of the gauge.
    ServiceState.HOT: Behaviour("its CPU runs above 88 %", cpu_percent=(88.0, 97.0)),
    ServiceState.DOWN: Behaviour(
        "refuses connections", http_status=503, error_share=1.0, is_listening=False
    ),
}


def behaviour(state: ServiceState) -> Behaviour:
    """Return how `state` shows."""
    return BEHAVIOURS[state]
