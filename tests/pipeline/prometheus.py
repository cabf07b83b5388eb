"""A real Prometheus that scrapes the service under test."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import requests

from tests.tools import find_program

_DEADLINE_SECONDS = 60
_STOP_SECONDS = 20

Found = TypeVar("Found")

CONFIG = """
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: monitoring
    metrics_path: {path}
    static_configs:
      - targets: ["{target}"]
"""


class Prometheus:
    """The HTTP API of one running Prometheus."""

    def __init__(self, address: str) -> None:
        self._api = f"http://{address}/api/v1"

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the instant vector of an expression, empty while the server is starting."""
        try:
            response = requests.get(f"{self._api}/query", {"query": expression}, timeout=5)
        except requests.ConnectionError:
            return []
        return response.json()["data"]["result"] if response.ok else []

    def samples(self, selector: str, *, at: float) -> list[dict[str, Any]]:
        """Return the stored samples of a range selector that ends at an instant, in seconds."""
        asked = {"query": selector, "time": f"{at:.3f}"}
        result: list[dict[str, Any]] = requests.get(f"{self._api}/query", asked, timeout=10).json()[
            "data"
        ]["result"]
        return result

    def value(self, expression: str) -> float | None:
        """Return the value of an expression that yields one series."""
        result = self.query(expression)
        return float(result[0]["value"][1]) if len(result) == 1 else None

    def scrape_error(self) -> str:
        """Return why the last scrape of the only target failed, empty if it did not."""
        targets = requests.get(f"{self._api}/targets", timeout=5).json()["data"]["activeTargets"]
        return str(targets[0]["lastError"])


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    """Return what `look` finds; fail after a minute."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {_DEADLINE_SECONDS} s: {what}")


@contextmanager
def running_prometheus(
    directory: Path, *, target: str, path: str, config: str = CONFIG
) -> Iterator[Prometheus]:
    """Run Prometheus with its data in `directory`, scraping `target` each second, or as `config` says.

    `config` may name {target}, {path} and {address}, which is that of Prometheus itself.
    """
    program = find_program("prometheus")
    assert program is not None, "the caller has looked for it"
    address = f"127.0.0.1:{_free_port()}"
    file = directory / "prometheus.yml"
    file.write_text(config.format(path=path, target=target, address=address), encoding="utf-8")
    command = [
        str(program),
        f"--config.file={file}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address={address}",
        "--log.level=warn",
    ]
    with (directory / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield Prometheus(address)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
