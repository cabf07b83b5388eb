"""An authority for the whole run, and probes that trust it."""

from collections.abc import Iterator

import pytest

from health.probes import tls
from tests.health.probes.certificates import Authority, authority


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return an authority that nobody trusts yet."""
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(signer: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """Let probes trust the authority for one test."""
    monkeypatch.setenv("SSL_CERT_FILE", str(signer.pem))
    tls.context.cache_clear()
    yield signer
    tls.context.cache_clear()
