"""What the tests of the services of health share."""

import pytest

from tests.health.services.probes import FakeNetwork, install


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """The network as a test wants it."""
    return install(monkeypatch)
