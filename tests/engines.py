"""Pytest plugin: real engines for the whole run, unless the environment names others.

They start before Django reads its settings and stop when pytest is done. With `pytest -n N` all workers share
PostgreSQL, where each has a database of its own, and the Kafka broker, where each test has topics of its own; each
worker starts its own Valkey, whose databases tests know by number.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from config.embedded import EmbeddedStack, StackOptions

_LOOKS_ONLY = (
    "collectonly",
    "help",
    "version",
    "showfixtures",
    "show_fixtures_per_test",
    "markers",
)
_STACK = pytest.StashKey[EmbeddedStack]()
# Nothing here outlives a power cut, and a killed server loses nothing that it handed to the kernel. Each worker may run
# a whole service beside its tests.
_OPTIONS = StackOptions(max_connections=300, usual_ports=False, fsync=False)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the engines; as a wrapper this runs before any other plugin loads the settings."""
    if not any(getattr(early_config.known_args_namespace, name, False) for name in _LOOKS_ONLY):
        _start(early_config)
    yield


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engines and remove their data."""
    stack = config.stash.get(_STACK, None)
    if stack is None:
        return
    for name in stack.env:
        os.environ.pop(name, None)
    stack.stop()
    shutil.rmtree(stack.data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def engines(pytestconfig: pytest.Config) -> EmbeddedStack:
    """Return the engines of this run; skip where the environment named external ones for all.

    In a worker of `pytest -n` only Valkey is there. A test that kills or restarts an engine starts
    an EmbeddedStack of its own.
    """
    stack = pytestconfig.stash.get(_STACK, None)
    if stack is None or not list(stack):
        pytest.skip("the engines of this run are external")
    return stack


def _start(config: pytest.Config) -> None:
    data_dir = Path(tempfile.mkdtemp(prefix="tickettoken-tests-"))
    data_dir.chmod(0o711)  # run by root, PostgreSQL may have to become another user
    stack = EmbeddedStack(data_dir, _named(config), _OPTIONS)
    stack.start()
    config.stash[_STACK] = stack
    os.environ.update(stack.env)


def _named(config: pytest.Config) -> Mapping[str, str]:
    """Return the environment; to the process that only hands out tests Valkey is left to the workers.

    Its other engines are in the environment of the workers, which start what that does not name.
    """
    hands_out = getattr(config.known_args_namespace, "numprocesses", None)
    if hands_out and "PYTEST_XDIST_WORKER" not in os.environ:
        return {"REDIS_HOST": "of each worker"} | os.environ
    return os.environ
