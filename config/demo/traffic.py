"""The requests and the host of one service in one interval, as samples; pure."""

from collections.abc import Iterator
from math import pi, sin

import numpy as np

from config.demo.catalogue import Route, ServiceProfile
from config.demo.demand import minute_of_day, visitor_load
from config.demo.orders import Moment
from config.demo.samples import Sample, counter, gauge, observation
from config.demo.states import behaviour

OBSERVATIONS_A_BATCH = 5
CLIENT_ERROR_SHARE = 0.008
BUSIEST_HOST_PERCENT = 74.0
"""What load alone can drive a host to: below the default rules, so that only faults fire them."""


def request_samples(
    rng: np.random.Generator, profile: ServiceProfile, moment: Moment
) -> Iterator[Sample]:
    """Yield the request counters, error counters and latencies of a service."""
    load = visitor_load(moment.day, minute_of_day(moment.at))
    expected = profile.requests_per_second * load * moment.span.total_seconds()
    for route in profile.routes:
        total = int(rng.poisson(expected * route.share))
        server_errors = int(rng.binomial(total, _server_error_share(profile, route, moment)))
        client_errors = int(rng.binomial(total - server_errors, CLIENT_ERROR_SHARE))
        failure = "502" if route.backend else "500"
        by_status = {
            _success_status(route): total - server_errors - client_errors,
            "404" if route.method == "GET" else "422": client_errors,
            failure: server_errors,
        }
        for status, count in by_status.items():
            if count:
                yield _of_route("http_requests_total", count, route, status_code=status)
        # Pushed even when zero: an error rate needs a series before the first error.
        yield _of_route("http_errors_total", server_errors, route, error_type="5xx")
        if client_errors:
            yield _of_route("http_errors_total", client_errors, route, error_type="4xx")
    yield from _latency_samples(rng, profile, moment)


def host_samples(
    rng: np.random.Generator, profile: ServiceProfile, moment: Moment
) -> Iterator[Sample]:
    """Yield CPU and memory usage of the host of a service, in percent."""
    minute = minute_of_day(moment.at)
    fixed = behaviour(moment.states[profile.name]).cpu_percent
    if fixed is not None:
        cpu = float(rng.uniform(*fixed))
    else:
        load = visitor_load(moment.day, minute)
        cpu = min(18.0 + 14.0 * load + float(rng.normal(0.0, 2.5)), BUSIEST_HOST_PERCENT)
    swing = 6.0 * sin(2 * pi * minute / 240)
    memory = profile.memory_percent + swing + float(rng.normal(0.0, 0.6))
    yield gauge("system_cpu_usage_percent", max(cpu, 1.0), hostname=profile.hostname)
    yield gauge(
        "system_memory_usage_percent",
        min(memory, BUSIEST_HOST_PERCENT),
        hostname=profile.hostname,
    )


def _of_route(metric: str, count: int, route: Route, **labels: str) -> Sample:
    return counter(metric, count, method=route.method, route=route.path, **labels)


def _success_status(route: Route) -> str:
    return "201" if route.method == "POST" else "200"


def _server_error_share(profile: ServiceProfile, route: Route, moment: Moment) -> float:
    """Return the worse of a service's own error share and that of the service behind the route."""
    own = moment.error_share(profile.name)
    return max(own, moment.error_share(route.backend)) if route.backend else own


def _latency_samples(
    rng: np.random.Generator, profile: ServiceProfile, moment: Moment
) -> Iterator[Sample]:
    shares = np.array([route.share for route in profile.routes])
    picks = rng.choice(len(profile.routes), size=OBSERVATIONS_A_BATCH, p=shares / shares.sum())
    for index in picks:
        route = profile.routes[int(index)]
        added = behaviour(moment.states[profile.name]).added_latency_ms
        if route.backend:
            behind = behaviour(moment.states[route.backend]).added_latency_ms
            added = max(added, behind)
        took = profile.latency_ms * float(rng.lognormal(0.0, 0.5)) + float(rng.uniform(*added))
        yield observation(
            "http_request_duration_ms",
            took,
            method=route.method,
            route=route.path,
            status_code=_success_status(route),
        )
