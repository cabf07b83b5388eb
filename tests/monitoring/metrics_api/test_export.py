"""GET metrics/samples: everything that was stored, as a file, and no more memory than a piece of it."""

import csv
import gzip
import io
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from pytest_django import Settings

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest.door import ingest
from monitoring.metrics_api import export_views, export_walk
from monitoring.metrics_api.export_stream import Places
from monitoring.metrics_api.readings import timestamp_text
from monitoring.query import columns
from monitoring.types import MetricType, Origin, Sample
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _own_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_views, "PLACES", Places(2))


def store(now: datetime, *values: float, metric: str = "cpu", **labels: str) -> None:
    """Store values a second apart, the last one a second ago."""
    samples = [
        Sample(metric, "s", value, now - (len(values) - number) * SECOND, MetricType.GAUGE, labels)
        for number, value in enumerate(values)
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)


def export(form: str | None = "ndjson", accept: str = "", **query: str) -> Any:
    asked = query if form is None else query | {"format": form}
    headers = {"Accept-Encoding": accept} if accept else {}
    return client_of("user").get(f"{API}/metrics/samples", asked, headers=headers)


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def values(response: Any) -> list[float]:
    return [orjson.loads(line)["value"] for line in content(response).splitlines()]


def test_a_file_is_a_table_unless_another_format_is_asked_for(now: datetime) -> None:
    store(now, 1.5, host="a")

    response = export(None)

    (row,) = csv.DictReader(io.StringIO(content(response).decode(), newline=""))
    assert row == {
        "metric_name": "cpu",
        "service_name": "s",
        "type": "gauge",
        "labels": '{"host":"a"}',
        "timestamp": timestamp_text(now - SECOND),
        "value": "1.5",
    }
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert "X-Total-Count" not in response.headers


def test_an_array_is_what_the_list_of_metrics_answers(now: datetime) -> None:
    store(now, 1.0, 2.0, host="a")

    rows = orjson.loads(content(export("json")))

    assert rows == list(reversed(client_of("user").get(f"{API}/metrics").json()))


def test_the_file_is_named_after_its_range_and_format() -> None:
    response = export("json", start_time="2026-03-01T00:00:00Z", end_time="2026-03-02T12:30:00Z")

    assert content(response) == b"[]\n"
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="samples_20260301T000000Z_20260302T123000Z.json"'
    )


def test_only_what_is_asked_for_is_exported(now: datetime) -> None:
    store(now, 1.0, 2.0, host="a")
    store(now, 3.0, host="b")
    store(now, 4.0, metric="mem")

    assert values(export(metric_name="mem")) == [4.0]
    assert values(export(**{"label.host": "b"})) == [3.0]
    assert values(export(match='cpu{host=~"a|b"}')) == [1.0, 2.0, 3.0]
    assert values(export(start_time=timestamp_text(now - SECOND), metric_name="cpu")) == [2.0, 3.0]
    assert values(export(service="nobody")) == []


def test_everything_comes_once_however_small_the_steps(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in "abc":
        store(now, *(float(number) for number in range(50)), host=host)
    monkeypatch.setattr(export_walk, "_POINTS_AT_ONCE", 4)
    monkeypatch.setattr(export_walk, "_SERIES_AT_ONCE", 2)

    rows = [orjson.loads(line) for line in content(export()).splitlines()]

    assert sorted((row["labels"]["host"], row["value"]) for row in rows) == [
        (host, float(number)) for host, number in itertools.product("abc", range(50))
    ]


def test_a_stretch_grows_where_there_is_little_and_never_beyond_a_day(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(now, 1.0)
    asked: list[int] = []
    original = columns.read_columns

    def reading(ids: Any, start_ms: int, end_ms: int, **limits: Any) -> Any:
        asked.append((end_ms - start_ms + 1) // 3_600_000)
        return original(ids, start_ms, end_ms, **limits)

    monkeypatch.setattr(export_walk, "read_columns", reading)

    assert values(export(start_time=timestamp_text(now - timedelta(days=5)))) == [1.0]
    assert asked == [1, 2, 4, 8, 16, 24, 24, 24, 17]


@pytest.mark.parametrize("accept", ["gzip", "br, gzip;q=0.5", "GZIP", "deflate,gzip"])
def test_who_takes_gzip_gets_it(now: datetime, accept: str) -> None:
    store(now, 1.0, 2.0)

    response = export(accept=accept)

    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]
    lines = gzip.decompress(content(response)).splitlines()
    assert [orjson.loads(line)["value"] for line in lines] == [1.0, 2.0]


@pytest.mark.parametrize("accept", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0", "xgzip"])
def test_who_does_not_take_gzip_gets_it_plain(now: datetime, accept: str) -> None:
    store(now, 1.0)

    response = export(accept=accept)

    assert "Content-Encoding" not in response.headers
    assert values(response) == [1.0]


@pytest.mark.parametrize(
    "query",
    [
        {"format": "xml"},
        {"format": ""},
        {"match": "cpu{"},
        {"start_time": "2026-03-02T13:00:00Z", "end_time": "2026-03-02T12:00:00Z"},
        {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-31T00:00:01Z"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    response = export(None, **query)

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_metric_that_nobody_knows_is_not_found() -> None:
    assert export(metric_name="no_such_metric").status_code == 404


def test_a_range_is_as_long_as_samples_are_kept(settings: Settings) -> None:
    settings.METRICS_RETENTION = timedelta(days=60)

    response = export(start_time="2026-01-01T00:00:00Z", end_time="2026-03-02T00:00:00Z")

    assert response.status_code == 200


def test_of_many_exports_at_once_some_are_sent_away_until_others_are_done() -> None:
    running = [export(), export()]

    refused = export()
    content(running[0])

    assert (refused.status_code, refused.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert refused.headers["Retry-After"] == "15"
    assert export().status_code == 200


def test_a_head_request_holds_no_place() -> None:
    for _ in range(5):
        response = client_of("user").head(f"{API}/metrics/samples", {"format": "csv"})
        assert response.status_code == 200
        assert content(response) == b""


def test_an_error_on_the_way_breaks_the_transfer_off(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> Iterator[object]:
        yield from ()
        raise DatabaseUnavailableError("gone")

    monkeypatch.setattr(export_views, "parts", failing)
    pieces = iter(export().streaming_content)

    assert orjson.loads(next(pieces)) == {"error": "gone", "code": "DATABASE_ERROR"}
    with pytest.raises(DatabaseUnavailableError):
        next(pieces)
