"""A watchdog on a directory of its own, a channel that remembers, and a database that can be away."""

from pathlib import Path

import pytest

from alerts.channels import registry
from alerts.watch.dog import Watchdog
from alerts.watch.spool import Spool
from tests.alerts.delivery.fakes import FakeChannel


class Database:
    """Answers, or says why not."""

    def __init__(self) -> None:
        self.reason = ""

    def ask(self) -> str:
        return self.reason


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    """The only channel that there is."""
    fake = FakeChannel("email")
    monkeypatch.setattr(registry, "CHANNELS", {"email": fake})
    return fake


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "watchdog")


@pytest.fixture
def dog(spool: Spool, database: Database) -> Watchdog:
    return Watchdog(spool, ask=database.ask)
