"""This service as it runs in production: gunicorn on PostgreSQL, in a database of its own."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil
from django.db import connection

from bench.server import Server
from config.up.prepare import mint

PREFIX = "/api/v1/monitoring"


class Service(Server):
    """The web server; PostgreSQL and the cache are those of the environment."""

    name = "web"

    def __init__(self, directory: Path, *, processes: int) -> None:
        super().__init__(directory)
        self.processes = processes
        self._token = mint(role="admin", user="bench", hours=24)

    def command(self) -> list[str]:
        """Return the command of `make run`."""
        return [
            *(
                sys.executable,
                "-m",
                "gunicorn",
                "config.wsgi:application",
                "-k",
                "gthread",
                "--threads",
                "32",
            ),
            *("-b", f"127.0.0.1:{self.port}", "-w", str(self.processes), "--no-control-socket"),
        ]

    def environ(self) -> Mapping[str, str]:
        """Return our environment, with a pool of connections as `make run` sets it."""
        return {**os.environ, "DB_POOL": "1", "PORT": str(self.port)}

    def ready_path(self) -> str:
        """Return the liveness probe."""
        return "/livez"

    def headers(self) -> Mapping[str, str]:
        """Return the token."""
        return {"Authorization": f"Bearer {self._token}"}

    @property
    def pids(self) -> Sequence[int]:
        """Return the web processes and PostgreSQL."""
        return [*super().pids, postmaster()]


def postmaster() -> int:
    """Return the process that all backends of PostgreSQL are children of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    parent: int = psutil.Process(backend).ppid()
    return parent


def table_bytes(*tables: str) -> int:
    """Return the size of partitioned tables on disk: rows, TOAST and indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(tree.relid)), 0)"
            " FROM unnest(%s::text[]) AS root(name), pg_partition_tree(root.name::regclass) AS tree"
            " WHERE tree.isleaf",
            [list(tables)],
        )
        (size,) = cursor.fetchone()
    return int(size)
