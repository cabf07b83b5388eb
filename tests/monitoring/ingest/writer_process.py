"""python -m tests.monitoring.ingest.writer_process write NAME ACKS | report NAME...

`write` pushes an increment and a gauge, again and again, and appends the number of each push that was
acknowledged to the file ACKS; it goes on where the file ends, so it may be killed at any instant and be
started again. `report` prints what a reader finds of the writers, as JSON.
"""

import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from monitoring.errors import DatabaseUnavailableError  # noqa: E402 - Django comes first
from monitoring.ingest.door import RequestKey, ingest  # noqa: E402
from monitoring.models import Segment  # noqa: E402
from monitoring.query.latest import latest_values  # noqa: E402
from monitoring.query.range import read_range  # noqa: E402
from monitoring.types import Origin  # noqa: E402
from tests.monitoring.factories import NOON, counter, gauge  # noqa: E402

COUNTER, GAUGE = "payment_success_total", "system_cpu_usage_percent"
_PAUSE_SECONDS = 0.05  # a restarting database is asked this often


def write(name: str, acks: Path) -> None:
    """Push for ever; a push that was not acknowledged is sent again under the same key."""
    number = acks.read_text(encoding="ascii").count("\n") if acks.exists() else 0
    file = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while True:
        at = NOON + timedelta(milliseconds=number)
        samples = [
            counter(1, metric=COUNTER, at=at, writer=name),
            counter(1, metric=COUNTER, at=at, writer="all"),
            gauge(number, metric=GAUGE, at=at, writer=name),
        ]
        key = RequestKey(name, str(number), "0" * 64)
        try:
            report = ingest(samples, origin=Origin.PUSH, at=at, request=key)
        except DatabaseUnavailableError:
            time.sleep(_PAUSE_SECONDS)
            continue
        assert report.stored == len(samples)
        os.write(
            file, f"{number}\n".encode("ascii")
        )  # one write: a kill leaves all of it or nothing
        number += 1


def report(names: list[str]) -> dict[str, Any]:
    """Return totals and points by writer, and how many samples lie in the segments."""
    totals = {
        value.series.labels["writer"]: value.value for value in latest_values(metrics=[COUNTER])
    }
    curves = {
        each.series.labels["writer"]: each.values.tolist()
        for each in read_range(metric=GAUGE, start=NOON, end=NOON + timedelta(hours=1))
    }
    return {
        "totals": totals,
        "curves": {name: curves[name] for name in names},
        "samples": sum(Segment.objects.values_list("n", flat=True)),
    }


if __name__ == "__main__":
    mode, *arguments = sys.argv[1:]
    if mode == "write":
        write(arguments[0], Path(arguments[1]))
    else:
        sys.stdout.write(json.dumps(report(arguments)))
