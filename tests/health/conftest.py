"""What tests of the health routes share: stores that answer as a test wants it."""

from collections.abc import Iterator
from functools import partial

import pytest

from health.memory import process
from monitoring.errors import ServiceUnavailableError


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Names of stores that do not answer; asking the real ones is tested on its own."""
    names: set[str] = set()

    def ask(name: str) -> None:
        if name in names:
            raise ServiceUnavailableError(f"{name} does not answer")

    stores = ("postgresql", "redis", "kafka")
    monkeypatch.setattr(
        process, "store_pings", lambda: {name: partial(ask, name) for name in stores}
    )
    process.forget()
    yield names
    process.forget()
