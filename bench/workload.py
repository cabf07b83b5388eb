"""What is measured with: hosts with ten CPU gauges each, as TSBS's "devops cpu-only" has them. Synthetic and seeded.

A value is a random walk between 0 and 100 with steps of N(0, 1); `values` says how it is written: whole numbers, two
decimals, or the full double. Samples leave in the order a live system sees them in: step by step, host by host.
Shape after github.com/timescale/tsbs (facts only).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = Literal["int", "dec2", "full"]

FIELDS = tuple(
    f"usage_{name}"
    for name in [
        "user",
        "system",
        "idle",
        "nice",
        "iowait",
        "irq",
        "softirq",
        "steal",
        "guest",
        "guest_nice",
    ]
)
_SERVICES = [
    "auth",
    "venue",
    "event",
    "ticket",
    "payment",
    "marketplace",
    "analytics",
    "gateway",
    "order",
    "search",
]
_REGIONS = {"eu-a": 3, "eu-b": 2, "us-a": 4, "us-b": 2, "us-c": 3, "ap-a": 2, "sa-a": 3}
_SYSTEMS = ("Debian12", "Ubuntu22.04LTS", "Ubuntu24.04LTS")
_STEP_DEVIATION = 1.0
_LOW, _HIGH = 0.0, 100.0


@dataclass(frozen=True, slots=True)
class Step:
    """One instant: seconds since the epoch, and a value for each series, host by host."""

    at: int
    values: NDArray[np.float64]


@dataclass(slots=True)
class Workload:
    """`hosts` x 10 series; the same seed gives the same samples, `measurement` keeps two workloads apart."""

    hosts: int = 100
    interval: int = 10
    start: int = 0
    values: Values = "int"
    seed: int = 42
    measurement: str = "cpu"
    tags: list[dict[str, str]] = field(init=False)
    _random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        self.tags = [self._tags_of(host) for host in range(self.hosts)]

    @property
    def series(self) -> int:
        """Return how many series there are."""
        return self.hosts * len(FIELDS)

    def metric(self, name: str) -> str:
        """Return the metric that a field becomes where every sample has a name of its own."""
        return f"{self.measurement}_{name}"

    def steps(self, number: int) -> Iterator[Step]:
        """Yield so many instants, the first at `start`."""
        state = self._random.random(self.series) * _HIGH
        for place in range(number):
            yield Step(self.start + place * self.interval, self._written(state))
            state = state + self._random.standard_normal(self.series) * _STEP_DEVIATION
            np.clip(state, _LOW, _HIGH, out=state)

    def _written(self, state: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.values == "int":
            return np.floor(state)
        return np.round(state, 2) if self.values == "dec2" else state.copy()

    def _tags_of(self, host: int) -> dict[str, str]:
        region = self._pick(list(_REGIONS))
        return {
            "hostname": f"host_{host}",
            "region": region,
            "datacenter": f"{region}{int(self._random.integers(_REGIONS[region])) + 1}",
            "rack": str(int(self._random.integers(100))),
            "os": self._pick(_SYSTEMS),
            "arch": self._pick(("x64", "arm64")),
            "team": self._pick(("CORE", "PAY", "MKT", "OPS")),
            "service": f"{self._pick(_SERVICES)}-service",
            "service_version": str(int(self._random.integers(2))),
            "service_environment": self._pick(("production", "staging", "test")),
        }

    def _pick(self, words: list[str] | tuple[str, ...]) -> str:
        return words[int(self._random.integers(len(words)))]
