"""The peers: Prometheus and InfluxDB 1.x, from the PATH or unpacked into .tools by `make bench`."""

import os
from collections.abc import Mapping
from urllib.parse import urlencode
from urllib.request import urlopen

from bench.server import Server, bytes_below
from tests.tools import find_program

DATABASE = "bench"


class Prometheus(Server):
    """Prometheus as a receiver of remote-write."""

    name = "prometheus"

    def command(self) -> list[str]:
        """Return how it is started: with its receiver on, scraping nothing."""
        config = self.directory / "prometheus.yml"
        config.write_text("global: {scrape_interval: 1m}\n", encoding="utf-8")
        return [
            _program("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={self.directory / 'data'}",
            "--web.enable-remote-write-receiver",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.enable-admin-api",
            "--log.level=warn",
        ]

    def environ(self) -> Mapping[str, str]:
        """Return our environment: it needs nothing of its own."""
        return os.environ

    def ready_path(self) -> str:
        """Return its readiness probe."""
        return "/-/ready"

    def write_url(self) -> str:
        """Return where remote-write goes."""
        return f"{self.base}/api/v1/write"

    def snapshot_bytes(self) -> int:
        """Write everything, the head included, as blocks; return their size."""
        with urlopen(f"{self.base}/api/v1/admin/tsdb/snapshot", data=b"", timeout=600):  # noqa: S310 - our own server
            pass
        newest = max(
            (self.directory / "data" / "snapshots").iterdir(), key=lambda p: p.stat().st_mtime
        )
        return bytes_below(newest)


class InfluxDB(Server):
    """InfluxDB 1.x."""

    name = "influxdb"

    def command(self) -> list[str]:
        """Return how it is started: all of its data below the directory."""
        config = self.directory / "influxdb.conf"
        config.write_text(
            "reporting-enabled = false\n"
            'bind-address = "127.0.0.1:0"\n'
            f'[meta]\n  dir = "{self.directory}/meta"\n'
            f'[data]\n  dir = "{self.directory}/data"\n  wal-dir = "{self.directory}/wal"\n'
            f'[http]\n  bind-address = "127.0.0.1:{self.port}"\n  log-enabled = false\n',
            encoding="utf-8",
        )
        return [_program("influxd"), "-config", str(config)]

    def environ(self) -> Mapping[str, str]:
        """Return our environment: it needs nothing of its own."""
        return os.environ

    def ready_path(self) -> str:
        """Return its ping."""
        return "/ping"

    def create_database(self) -> None:
        """Create the database that everything is written to."""
        query = urlencode({"q": f"CREATE DATABASE {DATABASE}"})
        with urlopen(f"{self.base}/query?{query}", data=b"", timeout=30):  # noqa: S310 - our own server
            pass

    def write_url(self) -> str:
        """Return where line protocol goes."""
        return f"{self.base}/write?db={DATABASE}"


def missing() -> list[str]:
    """Return the peers that are not installed; their columns stay empty."""
    programs = {"prometheus": "Prometheus", "influxd": "InfluxDB"}
    return [peer for program, peer in programs.items() if find_program(program) is None]


def _program(name: str) -> str:
    found = find_program(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed")
    return str(found)
