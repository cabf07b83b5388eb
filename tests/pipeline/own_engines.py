"""Engines of one test alone, which may be stopped and killed."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.embedded import EmbeddedStack, StackOptions
from config.embedded.postgres import Postgres
from tests.pipeline.service import ROOT

_NOT_OURS = {"REDIS_HOST": "127.0.0.1", "KAFKA_BROKERS": ""}


@contextmanager
def own_engines(folder: Path, others: Mapping[str, str], *apps: str) -> Iterator[EmbeddedStack]:
    """Start the engines that `others` does not name, with the tables of the apps, by default of all."""
    options = StackOptions(max_connections=40, usual_ports=False, fsync=False)
    with EmbeddedStack(folder, others, options) as stack:
        environment = os.environ | stack.env | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", *apps, "--skip-checks", "-v0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        yield stack


@contextmanager
def own_postgres(tmp_path: Path, *apps: str) -> Iterator[Postgres]:
    """Start a PostgreSQL and nothing else."""
    folder = tmp_path / "engines"
    folder.mkdir()
    with own_engines(folder, _NOT_OURS, *apps) as stack:
        assert stack.postgres is not None
        yield stack.postgres
