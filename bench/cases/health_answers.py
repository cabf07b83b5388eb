"""P12: the health routes answer from memory, also while PostgreSQL and Valkey hang."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path

import numpy as np

from bench.context import Context
from bench.hanging import hanging
from bench.report import Row
from bench.service import Service
from config.embedded import EmbeddedStack, StackOptions
from config.embedded.ports import LOOPBACK

_ROUTES = (
    "/health",
    "/livez",
    "/readyz",
    "/status",
    "/health/dependencies",
    "/health/services/all",
)
_MOST_MS = 5.0
_NOTICED_SECONDS = 30


class Beside(Service):
    """The service on engines of its own, which may be stopped."""

    name = "beside"

    def __init__(self, directory: Path, engines: EmbeddedStack, *, processes: int) -> None:
        super().__init__(directory, processes=processes)
        self._engines = engines

    def environ(self) -> Mapping[str, str]:
        """Return the environment with those engines in it."""
        return {**super().environ(), **self._engines.env}


def run(context: Context) -> None:
    """Ask each route over one kept connection, first while all is well, then while the stores hang."""
    number = 300 if context.options.quick else 3_000
    options = StackOptions(max_connections=60, usual_ports=False, fsync=False)
    folder = context.directory / "hanging"
    folder.mkdir(mode=0o711)
    with EmbeddedStack(folder, {"KAFKA_BROKERS": ""}, options) as engines:
        service = Beside(context.directory / "beside", engines, processes=context.service.processes)
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, env=dict(service.environ()), check=True)  # noqa: S603 - our own command
        with service, context.report.progress("health", 2 * len(_ROUTES)) as bar:
            for name, pids in (("all is well", []), ("the stores hang", _pids(engines))):
                with hanging(*pids):
                    _wait_for(service, 503 if pids else 200)
                    for path in _ROUTES:
                        _add(context, path, name, _milliseconds(service, path, number))
                        bar.advance()


def _pids(engines: EmbeddedStack) -> list[int]:
    return [engine.pid for engine in engines if engine.pid is not None]


def _wait_for(service: Service, code: int) -> None:
    deadline = time.monotonic() + _NOTICED_SECONDS
    while _codes(service, "/readyz", 20 * service.processes) != {code}:
        if time.monotonic() > deadline:
            raise RuntimeError(f"/readyz does not answer {code}")
        time.sleep(0.2)


def _codes(service: Service, path: str, number: int) -> set[int]:
    """Return what several new connections are answered, so that each process is met."""
    found = set()
    for _ in range(number):
        client = HTTPConnection(LOOPBACK, service.port, timeout=10)
        client.request("GET", path)
        found.add(client.getresponse().status)
        client.close()
    return found


def _milliseconds(service: Service, path: str, number: int) -> Sequence[float]:
    client = HTTPConnection(LOOPBACK, service.port, timeout=10)
    took = []
    for _ in range(number):
        started = time.perf_counter()
        client.request("GET", path, headers=dict(service.headers()))
        client.getresponse().read()
        took.append((time.perf_counter() - started) * 1_000)
    client.close()
    return took


def _add(context: Context, path: str, name: str, took: Sequence[float]) -> None:
    p50, p99, most = (float(np.percentile(took, share)) for share in (50, 99, 100))
    note = f"p50 {p50:.2f} ms, most {most:.1f} ms, {len(took)} requests"
    what = f"p99 of {path} while {name}"
    context.report.add(
        Row("P12", what, p99, "ms", "limit", _MOST_MS, f"< {_MOST_MS:g} ms", p99 < _MOST_MS, note)
    )
