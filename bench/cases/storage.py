"""P4: bytes a sample after sealing, beside Prometheus' blocks."""

from collections.abc import Iterator
from typing import get_args

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from bench.context import INTERVAL, Context
from bench.encoders import HEADERS, remote_write_bodies
from bench.peers import Prometheus
from bench.report import Row
from bench.sealing import seal_everything
from bench.sending import Target, send
from bench.service import table_bytes
from bench.workload import FIELDS, Step, Values, Workload
from monitoring.ingest.door import ingest
from monitoring.query.series import matching_series
from monitoring.storage import segments
from monitoring.types import MetricType, Origin, Sample

_STEPS_A_SEGMENT = 50


def run(context: Context) -> None:
    """Load each kind of values into both, in stores of their own."""
    steps = (1 if context.options.quick else 12) * 3_600 // INTERVAL
    for values in get_args(Values):
        workload = Workload(
            context.options.hosts, INTERVAL, context.clock.next_at, values, measurement=values
        )
        ours = _ours(context, workload, steps)
        theirs = _prometheus(context, workload, steps)
        context.report.add(
            Row(
                "P4", f"{values}: sealed, index included", ours, "bytes/sample", "Prometheus blocks", theirs,
                "" if values == "full" else "<= 1 x",
                None if values == "full" or theirs is None else ours <= theirs,
            )
        )  # fmt: skip


def _ours(context: Context, workload: Workload, steps: int) -> float:
    """Return bytes a sample of the chunks that this load added."""
    before = table_bytes("chunk")
    samples = load(context, workload, steps)
    return (table_bytes("chunk") - before) / samples


def load(context: Context, workload: Workload, steps: int) -> int:
    """Store a workload without HTTP: series by the door, samples as segments, and seal them."""
    ids = _series_ids(workload)
    with context.report.progress(f"loading {workload.measurement}", steps) as bar:
        for batch in _batches(workload.steps(steps), _STEPS_A_SEGMENT):
            at_ms = np.array([step.at for step in batch], np.int64) * 1_000
            values = np.stack([step.values for step in batch], axis=1)[np.argsort(ids)]
            segments.write(
                np.repeat(np.sort(ids), len(batch)),
                np.tile(at_ms, len(ids)),
                values.ravel(),
                received_at=timezone.now(),
            )
            bar.advance(len(batch))
    seal_everything()
    return steps * workload.series


def _series_ids(workload: Workload) -> NDArray[np.int32]:
    """Create the series of a workload; return their numbers in its order."""
    now = timezone.now()
    samples = [
        Sample(workload.metric(name), tags["service"], 0.0, now, MetricType.GAUGE, _labels(tags))
        for tags in workload.tags
        for name in FIELDS
    ]
    for first in range(0, len(samples), 5_000):
        ingest(samples[first : first + 5_000], origin=Origin.PUSH, at=now)
    numbers = {
        (series.metric, series.labels["hostname"]): series.id
        for name in FIELDS
        for series in matching_series(metric=workload.metric(name), service=None, matchers=None)
    }
    keys = [(sample.metric, sample.labels["hostname"]) for sample in samples]
    return np.array([numbers[key] for key in keys], np.int32)


def _labels(tags: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key != "service"}


def _batches(steps: Iterator[Step], size: int) -> Iterator[list[Step]]:
    batch: list[Step] = []
    for step in steps:
        batch.append(step)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _prometheus(context: Context, workload: Workload, steps: int) -> float | None:
    """Return bytes a sample of a Prometheus that holds nothing else, None if there is none."""
    if context.prometheus is None:
        return None
    with (
        Prometheus(context.directory / f"prometheus-{workload.values}") as peer,
        context.report.progress(f"Prometheus {workload.values}"),
    ):
        fresh = Workload(workload.hosts, INTERVAL, workload.start, workload.values)
        bodies = list(remote_write_bodies(fresh, fresh.steps(steps), batch=2_000))
        target = Target(peer.write_url(), HEADERS["remote-write"], peer.pids)
        sent = send(target, bodies, clients=1)
        return peer.snapshot_bytes() / sent.samples
