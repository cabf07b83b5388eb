"""Requests to the push doors, and what is in the store after them."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import cramjam
from django.test import Client
from django.utils import timezone

from monitoring.query.range import read_range
from tests.monitoring.clients import API

WRITE = f"{API}/prometheus/api/v1/write"
INFLUX = f"{API}/influx/write"
INFLUX_2 = f"{API}/influx/api/v2/write"
PING = f"{API}/influx/ping"
OTLP = f"{API}/otlp/v1/metrics"

DAY = timedelta(days=1)


class Stored(NamedTuple):
    """One series of the store with its points, oldest first."""

    service: str
    type: str
    labels: dict[str, str]
    points: list[tuple[int, float]]


def remote_write(client: Client, data: bytes, **headers: str) -> Any:
    """POST a WriteRequest as Prometheus does."""
    return client.post(
        WRITE,
        bytes(cramjam.snappy.compress_raw(data)),
        content_type="application/x-protobuf",
        headers={"Content-Encoding": "snappy", **headers},
    )


def influx(
    client: Client, body: str | bytes, path: str = f"{INFLUX}?precision=ms", **headers: str
) -> Any:
    """POST lines as Telegraf does."""
    return client.post(path, body, content_type="text/plain; charset=utf-8", headers=headers)


def stored(metric: str) -> list[Stored]:
    """Return all series of a metric, sorted by service and labels."""
    now = timezone.now()
    found = [
        Stored(
            each.series.service,
            str(each.series.type),
            dict(each.series.labels),
            list(zip(each.at_ms.tolist(), each.values.tolist(), strict=True)),
        )
        for each in read_range(metric=metric, start=now - 2 * DAY, end=now + DAY)
    ]
    return sorted(found, key=lambda each: (each.service, sorted(each.labels.items())))


def only(metric: str) -> Stored:
    """Return the only series of a metric."""
    (series,) = stored(metric)
    return series


def now_ms() -> int:
    """Return the present in ms since the epoch."""
    return (timezone.now() - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
