"""The watchdog's memory on the disk: private, whole, and forgiving about what a crash cut off."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.watch.outage import Outage
from alerts.watch.spool import Spool

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "watchdog")


def test_an_outage_survives_a_restart_of_the_watchdog(spool: Spool, tmp_path: Path) -> None:
    outage = Outage.beginning(at=NOON, reason="refused")
    spool.save(outage)

    assert Spool(tmp_path / "watchdog").load() == outage


def test_an_outage_that_is_over_is_forgotten(spool: Spool) -> None:
    spool.save(Outage.beginning(at=NOON, reason="refused"))
    spool.save(None)
    spool.save(None)

    assert spool.load() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "x"}', '{"id": 1, "since": 2}'])
def test_what_cannot_be_read_counts_as_no_outage(spool: Spool, tmp_path: Path, text: str) -> None:
    spool.save(Outage.beginning(at=NOON, reason="refused"))
    (tmp_path / "watchdog/outage.json").write_text(text)

    assert spool.load() is None


def test_tries_are_kept_in_their_order_without_a_torn_one(spool: Spool, tmp_path: Path) -> None:
    spool.add_try({"n": 1})
    spool.add_try({"n": 2})
    with (tmp_path / "watchdog/tries.jsonl").open("a") as file:
        file.write('{"n": 3')

    assert spool.tries() == [{"n": 1}, {"n": 2}]


def test_tries_that_the_ledger_has_are_forgotten(spool: Spool) -> None:
    spool.add_try({"n": 1})
    spool.forget_tries()
    spool.forget_tries()

    assert spool.tries() == []


def test_nobody_else_may_read_addresses(spool: Spool, tmp_path: Path) -> None:
    spool.add_try({"recipient": "https://hooks.example/secret"})
    spool.save(Outage.beginning(at=NOON, reason="refused"))

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "watchdog", *(tmp_path / "watchdog").iterdir()]
    }
    assert modes == {"watchdog": 0o700, "outage.json": 0o600, "tries.jsonl": 0o600}
