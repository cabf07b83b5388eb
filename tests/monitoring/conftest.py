"""Fixtures of the kernel's tests: what the process shares is each test's own."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import timezone

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


@pytest.fixture
def now() -> datetime:
    """Return the instant of the test to the millisecond, which is what the storage keeps."""
    moment = timezone.now()
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
