"""Pytest plugin: real engines for the whole run, unless the environment names others.

They start before Django reads its settings and stop when pytest is done.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
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
# Nothing here outlives a power cut, and a killed server loses nothing that it handed to the kernel.
_OPTIONS = StackOptions(max_connections=100, usual_ports=False, fsync=False)


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

    A test that kills or restarts an engine starts an EmbeddedStack of its own.
    """
    stack = pytestconfig.stash.get(_STACK, None)
    if stack is None or not list(stack):
        pytest.skip("the engines of this run are external")
    return stack


def _start(config: pytest.Config) -> None:
    data_dir = Path(tempfile.mkdtemp(prefix="tickettoken-tests-"))
    data_dir.chmod(0o711)  # run by root, PostgreSQL may have to become another user
    stack = EmbeddedStack(data_dir, os.environ, _OPTIONS)
    stack.start()
    config.stash[_STACK] = stack
    os.environ.update(stack.env)
