"""What is damaged is logged by its row and counted by its table."""

from collections.abc import Mapping

import pytest

from monitoring.names import spec_of
from monitoring.storage import damage


def test_a_damaged_row_is_logged_and_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    counted: list[tuple[str, Mapping[str, str], float]] = []
    monkeypatch.setattr(
        damage, "sinks", [lambda metric, labels, by: counted.append((metric, labels, by))] * 2
    )

    damage.report("chunk", "series 7", ValueError("the checksum does not match"))

    assert counted == [(damage.CORRUPT, {"table": "chunk"}, 1)] * 2
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.__dict__["row"] == "series 7"
    assert "checksum" in record.__dict__["error"]


def test_the_catalogue_knows_the_count() -> None:
    spec = spec_of(damage.CORRUPT)

    assert spec is not None
    assert spec.labels == ("table",)
