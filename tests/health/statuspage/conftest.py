"""The page is made in the calling thread, which sees the rows of the test, and no test sees that of another."""

from collections.abc import Iterator

import pytest

from health.public.memory import memory


@pytest.fixture(autouse=True)
def _memory_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(memory, "start", lambda work: work())
    memory.clear()
    yield
    memory.clear()
