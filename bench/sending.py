"""Client processes that post request bodies as fast as they are answered, or at a set rate."""

import http.client
import multiprocessing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from time import perf_counter, sleep
from urllib.parse import urlsplit

import numpy as np

from bench.encoders import Body
from bench.processes import cpu_seconds

_TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Target:
    """Where bodies go, and the processes whose CPU time is counted."""

    url: str
    headers: Mapping[str, str]
    pids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a run. Latencies in ms; CPU in seconds of the server for a million samples."""

    samples: int
    refused: int
    samples_per_s: float
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_s_per_million: float
    first_error: str


@dataclass(frozen=True, slots=True)
class _Part:
    samples: int
    refused: int
    latencies: list[float]
    started: float
    ended: float
    error: str


def send(
    target: Target,
    bodies: Sequence[Body],
    *,
    clients: int,
    bodies_a_step: int = 1,
    requests_per_s: float | None = None,
) -> Sent:
    """Post the bodies with so many clients, each on one connection.

    Bodies of one place within a step always go to the same client: a peer that refuses samples out of order
    would refuse them. With `requests_per_s` all clients together keep that rate.
    """
    results: Queue[_Part] = multiprocessing.Queue()
    barrier = multiprocessing.Barrier(clients)
    pause = clients / requests_per_s if requests_per_s else 0.0
    stride = max(bodies_a_step, clients)
    shares = [
        [body for place, body in enumerate(bodies) if place % stride % clients == client]
        for client in range(clients)
    ]
    before = cpu_seconds(target.pids)
    processes = [
        multiprocessing.Process(target=_client, args=(target, share, results, barrier, pause))
        for share in shares
    ]
    for process in processes:
        process.start()
    parts = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return _sum(parts, cpu_seconds(target.pids) - before)


def _sum(parts: Sequence[_Part], cpu: float) -> Sent:
    seconds = max(part.ended for part in parts) - min(part.started for part in parts)
    latencies = np.array([one for part in parts for one in part.latencies]) * 1_000
    samples = sum(part.samples for part in parts)
    return Sent(
        samples=samples,
        refused=sum(part.refused for part in parts),
        samples_per_s=samples / seconds,
        requests_per_s=len(latencies) / seconds,
        p50_ms=float(np.percentile(latencies, 50)),
        p99_ms=float(np.percentile(latencies, 99)),
        cpu_s_per_million=cpu / max(samples, 1) * 1e6,
        first_error=next((part.error for part in parts if part.error), ""),
    )


def _client(
    target: Target,
    bodies: Sequence[Body],
    results: "Queue[_Part]",
    barrier: Barrier,
    pause: float,
) -> None:
    parts = urlsplit(target.url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS
    )
    connection.connect()
    latencies: list[float] = []
    stored = refused = 0
    error = ""
    barrier.wait()
    started = perf_counter()
    for number, body in enumerate(bodies):
        due = started + number * pause
        sleep(max(0.0, due - perf_counter()))
        asked = due if pause else perf_counter()  # a late start counts as waiting, too
        connection.request("POST", path, body.content, dict(target.headers))
        answer = connection.getresponse()
        text = answer.read()
        latencies.append(perf_counter() - asked)
        if answer.status < 300:
            stored += body.samples
        else:
            refused += body.samples
            error = error or f"{answer.status} {text[:200]!r}"
    results.put(_Part(stored, refused, latencies, started, perf_counter(), error))
