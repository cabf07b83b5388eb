"""The machine's samples, against what psutil itself says."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from monitoring.collectors import system
from monitoring.collectors.system import collect, cpu_percent, mount_points
from monitoring.types import MetricType, Sample

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOST = {"hostname": socket.gethostname()}


def by_name(samples: list[Sample]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.metric, []).append(sample)
    return found


def partition(device: str, mountpoint: object, fstype: str = "ext4") -> SimpleNamespace:
    return SimpleNamespace(device=device, mountpoint=str(mountpoint), fstype=fstype)


def test_cpu_memory_and_disks_are_sampled_for_the_slot() -> None:
    samples = collect(NOON)

    assert {one.metric for one in samples} == {
        "system_cpu_usage_percent",
        "system_memory_usage_bytes",
        "system_memory_usage_percent",
        "system_disk_usage_bytes",
        "system_disk_usage_percent",
    }
    assert {(one.at, one.type) for one in samples} == {(NOON, MetricType.GAUGE)}
    assert all(one.labels.items() >= HOST.items() for one in samples)


def test_shares_are_percent_and_memory_agrees_with_its_share() -> None:
    samples = by_name(collect(NOON))

    percent = [one.value for name in samples if name.endswith("percent") for one in samples[name]]
    assert all(0 <= value <= 100 for value in percent)
    total = psutil.virtual_memory().total
    share = 100 * samples["system_memory_usage_bytes"][0].value / total
    assert share == pytest.approx(samples["system_memory_usage_percent"][0].value, abs=0.1)


def test_each_disk_is_sampled_once_and_the_root_is_among_them() -> None:
    mounts = [
        one.labels["mount_point"] for one in by_name(collect(NOON))["system_disk_usage_bytes"]
    ]

    assert "/" in mounts
    assert len(set(mounts)) == len(mounts)


def test_the_first_measurement_of_a_process_spans_a_second_the_next_the_time_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spans: list[float | None] = []
    monkeypatch.setattr(system, "_cpu_was_measured", False)

    def measured(interval: float | None) -> float:
        spans.append(interval)
        return 12.5

    monkeypatch.setattr(psutil, "cpu_percent", measured)

    assert (cpu_percent(), cpu_percent()) == (12.5, 12.5)
    assert spans == [1.0, None]


def test_of_several_mounts_of_one_disk_the_shortest_path_stays(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()

    mounts = mount_points([partition("/dev/a", inner), partition("/dev/a", tmp_path)])

    assert mounts == ["/", str(tmp_path)]


@pytest.mark.parametrize("fstype", ["squashfs", "erofs", "iso9660", "udf", "cramfs"])
def test_an_image_that_is_full_by_nature_is_no_disk(fstype: str, tmp_path: Path) -> None:
    assert mount_points([partition("/dev/loop0", tmp_path, fstype)]) == ["/"]


def test_a_file_that_a_container_mounts_is_no_disk(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.touch()

    assert mount_points([partition("/dev/a", file)]) == ["/"]


def test_a_disk_that_cannot_be_read_is_left_out_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    real: Callable[[str], object] = psutil.disk_usage

    def usage(path: str) -> object:
        if path == str(tmp_path):
            raise OSError("stale handle")
        return real(path)

    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: [partition("/dev/a", tmp_path)])
    monkeypatch.setattr(psutil, "disk_usage", usage)

    mounts = [
        one.labels["mount_point"] for one in by_name(collect(NOON))["system_disk_usage_bytes"]
    ]

    assert mounts == ["/"]
    assert "disk not read" in caplog.text
