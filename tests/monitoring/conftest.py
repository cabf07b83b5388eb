"""Fixtures of the kernel's tests: what the process shares is each test's own."""

from collections.abc import Iterator

import pytest

from monitoring.backends import factory
from monitoring.exposition import instruments
from monitoring.exposition.accumulator import Accumulator


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Accumulator]:
    """Return what the instruments of this test gather; a flusher that it started is stopped."""
    accumulator = Accumulator(limit=1_000)
    monkeypatch.setattr(instruments, "_accumulator", accumulator)
    yield accumulator
    instruments.stop()


@pytest.fixture
def fresh_stores() -> Iterator[None]:
    """Make the factory look at the settings again, before and after the test."""
    factory.forget()
    yield
    factory.forget()
