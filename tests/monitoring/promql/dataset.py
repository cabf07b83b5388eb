"""An hour and a half of a small platform, from a seed: what a comparison with Prometheus runs on.

Gauges that wander, counters that fall back to zero, histograms, gaps, instants that jitter, series that end or begin
within, whole numbers and fractions, negative values and zeros.
"""

import numpy as np

from monitoring.promql.labels import Labels
from tests.monitoring.promql.memory import Samples, series

SPAN_MS = 5_400_000
_BOUNDS = (5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0)


def platform_samples(start_ms: int, *, seed: int = 7) -> dict[Labels, Samples]:
    """Return the samples of each series, from `start_ms` on."""
    rng = np.random.default_rng(seed)
    found: dict[Labels, Samples] = {}
    for host in range(6):
        for mode in ("user", "system"):
            at = _times(rng, start_ms, interval_ms=15_000, jitter_ms=900)
            walk = np.clip(50 + np.cumsum(rng.normal(0, 2, len(at))), 0, 100)
            labels = series("cpu", host=f"h{host}", mode=mode, service_name=_service(host))
            found[labels] = (at.tolist(), np.round(walk, host % 4).tolist())
        at = _times(rng, start_ms, interval_ms=15_000, jitter_ms=500)
        labels = series("load", host=f"h{host}", zone="ab"[host % 2], service_name="node")
        found[labels] = (at.tolist(), rng.gamma(2.0, 1.5, len(at)).tolist())
    for venue in range(4):
        for kind in ("web", "app"):
            shop = {"venue_id": f"v{venue}", "channel": kind, "service_name": "payment-service"}
            at = _times(rng, start_ms, interval_ms=20_000, jitter_ms=0)
            found[series("revenue_total_cents", **shop)] = _counter(rng, at, 5_000, resets=venue)
            sold = _counter(rng, at, 3, resets=int(kind == "web"))
            found[series("tickets_sold_total", **shop)] = sold
    for severity in ("error", "warning", "critical"):
        at = _times(rng, start_ms, interval_ms=30_000, jitter_ms=4_000)
        labels = series("errors_total", severity=severity, service_name="order-service")
        found[labels] = _counter(rng, at, 0.4, resets=2)
    for method in ("GET", "POST"):
        found |= _histogram(rng, start_ms, method)
    found |= _edges(rng, start_ms)
    return found


def _service(host: int) -> str:
    return "payment-service" if host % 2 else "order-service"


def _times(
    rng: np.random.Generator, start_ms: int, *, interval_ms: int, jitter_ms: int
) -> np.ndarray:
    """Return instants with a gap of some minutes, and a few samples missing."""
    at = start_ms + np.arange(0, SPAN_MS, interval_ms)
    if jitter_ms:
        at = np.sort(at + rng.integers(0, jitter_ms, len(at)))
    kept = rng.random(len(at)) > 0.02
    hole = int(rng.integers(len(at) // 4, len(at) // 2))
    kept[hole : hole + 480_000 // interval_ms] = False
    return at[kept]


def _counter(rng: np.random.Generator, at: np.ndarray, mean: float, *, resets: int) -> Samples:
    steps = rng.poisson(mean, len(at)).astype(float)
    total = np.cumsum(steps)
    for place in sorted(rng.integers(1, len(at), resets).tolist()):
        total[place:] -= total[place] - steps[place]
    return at.tolist(), total.tolist()


def _histogram(rng: np.random.Generator, start_ms: int, method: str) -> dict[Labels, Samples]:
    at = _times(rng, start_ms, interval_ms=15_000, jitter_ms=0)
    observed = rng.lognormal(3.5, 1.2, (len(at), 12))
    labels = {"method": method, "service_name": "api-gateway"}
    name = "http_request_duration_ms"
    found: dict[Labels, Samples] = {}
    for bound in (*_BOUNDS, np.inf):
        count = np.cumsum((observed <= bound).sum(axis=1)).astype(float)
        text = "+Inf" if np.isinf(bound) else f"{bound:g}"
        found[series(f"{name}_bucket", le=text, **labels)] = (at.tolist(), count.tolist())
    found[series(f"{name}_sum", **labels)] = (
        at.tolist(),
        np.cumsum(observed.sum(axis=1)).tolist(),
    )
    found[series(f"{name}_count", **labels)] = (
        at.tolist(),
        (12.0 * np.arange(1, len(at) + 1)).tolist(),
    )
    return found


def _edges(rng: np.random.Generator, start_ms: int) -> dict[Labels, Samples]:
    """Return what breaks naive evaluators."""
    third = SPAN_MS // 3
    at = start_ms + np.arange(0, third, 10_000)
    late = start_ms + np.arange(2 * third, SPAN_MS, 10_000)
    calm = start_ms + np.arange(0, SPAN_MS, 60_000)
    service = "venue-service"
    found = {
        series("queue_depth", queue="ended", service_name=service): (
            at,
            rng.integers(-5, 6, len(at)),
        ),
        series("queue_depth", queue="begun", service_name=service): (
            late,
            rng.integers(0, 3, len(late)),
        ),
        series("queue_depth", queue="flat", service_name=service): (calm, np.full(len(calm), 4.0)),
        series("queue_limit", queue="flat", service_name=service): (calm, np.full(len(calm), 10.0)),
        series("queue_limit", queue="begun", service_name=service): (calm, np.zeros(len(calm))),
        series("tiny", service_name=service): (calm, 1e-7 * rng.random(len(calm))),
        series("huge", service_name=service): (calm, 1e15 * rng.random(len(calm))),
        series("once", service_name=service): (calm[40:41], np.array([42.0])),
        series("build_info", version="1.2", queue="flat", service_name=service): (
            calm,
            np.ones(len(calm)),
        ),
    }
    return {
        labels: (times.tolist(), np.asarray(values, float).tolist())
        for labels, (times, values) in found.items()
    }
