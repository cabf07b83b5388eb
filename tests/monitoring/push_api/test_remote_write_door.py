"""The door of Prometheus: what it stores, what it answers, and what the sender makes of that."""

from typing import Any

import cramjam
import pytest
from pytest_django import Settings

from monitoring.errors import DatabaseUnavailableError
from monitoring.exposition.accumulator import Accumulator
from monitoring.ingest import tally
from monitoring.push_api import storing
from monitoring.types import MetricType
from tests.monitoring.clients import client_of
from tests.monitoring.ingest.formats import encoding
from tests.monitoring.ingest.formats.encoding import named, request_2, series
from tests.monitoring.push_api.doors import WRITE, Stored, now_ms, only, remote_write, stored

pytestmark = pytest.mark.django_db

KINDS = ("Samples", "Histograms", "Exemplars")
NODE = named("node_load1", instance="a:9100", job="node")


def test_samples_are_stored_and_answered_without_a_body() -> None:
    at = now_ms()

    answer = remote_write(
        client_of("monitoring"), series(NODE, (0.25, at)) + series(NODE, (0, at + 1), (2, at + 2))
    )

    assert (answer.status_code, answer.content) == (204, b"")
    points = [(at, 0.25), (at + 1, 0.0), (at + 2, 2.0)]
    assert only("node_load1") == Stored(
        "node", MetricType.GAUGE, {"instance": "a:9100", "job": "node"}, points
    )


def test_a_repeated_request_changes_nothing() -> None:
    data = series(named("jobs_total", job="node"), (7, now_ms()))

    first = remote_write(client_of("monitoring"), data)
    again = remote_write(client_of("monitoring"), data)

    assert (first.status_code, again.status_code) == (204, 204)
    assert [value for _, value in only("jobs_total").points] == [7.0]
    assert only("jobs_total").type == MetricType.COUNTER


def test_totals_are_stored_as_they_come_and_may_start_again() -> None:
    at = now_ms()
    jobs = named("jobs_total", job="node")

    for number, total in enumerate((5.0, 9.0, 2.0)):
        remote_write(client_of("monitoring"), series(jobs, (total, at + number)))

    assert [value for _, value in only("jobs_total").points] == [5.0, 9.0, 2.0]


def test_a_histogram_keeps_its_parts_together() -> None:
    at = now_ms()
    parts = [
        series(named("rpc_seconds_bucket", le="0.10"), (1, at)),
        series(named("rpc_seconds_bucket", le="+Inf"), (2, at)),
        series(named("rpc_seconds_sum"), (0.3, at)),
        series(named("rpc_seconds_count"), (2, at)),
    ]

    answer = remote_write(client_of("monitoring"), b"".join(parts))

    assert answer.status_code == 204
    assert [each.labels["le"] for each in stored("rpc_seconds_bucket")] == ["+Inf", "0.1"]
    kinds = {only(f"rpc_seconds_{part}").type for part in ("sum", "count")}
    assert kinds == {MetricType.HISTOGRAM}


def test_a_metric_of_the_catalogue_keeps_its_type() -> None:
    remote_write(client_of("monitoring"), series(named("revenue_total_cents"), (5, now_ms())))

    assert only("revenue_total_cents").type == MetricType.COUNTER


def test_a_metric_that_was_pushed_before_keeps_its_type() -> None:
    client = client_of("monitoring")
    client.post(
        WRITE.replace("prometheus/api/v1/write", "metrics"),
        {"metric_name": "odd_total", "service_name": "x", "value": 1, "type": "gauge"},
        content_type="application/json",
    )

    answer = remote_write(client, series(named("odd_total", job="y"), (5, now_ms())))

    assert answer.status_code == 204
    assert {each.type for each in stored("odd_total")} == {MetricType.GAUGE}


def test_refused_samples_are_named_and_the_others_are_stored() -> None:
    at = now_ms()
    data = (
        series(NODE, (1, at))
        + series(named("node_load1", path="x" * 257), (2, at))
        + series(NODE, (3, at - 86_400_000 * 2))
        + series(NODE, (4, at + 1))
    )

    answer = remote_write(client_of("monitoring"), data)

    body = answer.json()
    assert answer.status_code == 400
    assert body["error"].startswith("2 samples are stored, 2 refused; sample 1: ")
    assert body["details"]["stored"] == 2
    refused = [(item["sample"], item["field"]) for item in body["details"]["rejected"]]
    assert refused == [(1, "labels"), (2, "timestamp")]
    assert [value for _, value in only("node_load1").points] == [1.0, 4.0]
    written = [answer[f"X-Prometheus-Remote-Write-{kind}-Written"] for kind in KINDS]
    assert written == ["2", "0", "0"]


def test_version_2_is_stored_as_version_1_is() -> None:
    at = now_ms()
    client = client_of("monitoring")

    first = remote_write(client, series(NODE, (1, at)))
    second = client.post(
        WRITE,
        bytes(cramjam.snappy.compress_raw(request_2((NODE, [(2, at + 1)], 0)))),
        content_type="application/x-protobuf;proto=io.prometheus.write.v2.Request",
        headers={"Content-Encoding": "snappy"},
    )

    assert (first.status_code, second.status_code) == (204, 204)
    assert second["X-Prometheus-Remote-Write-Samples-Written"] == "1"
    assert only("node_load1").points == [(at, 1.0), (at + 1, 2.0)]


def test_positions_count_samples_that_were_skipped() -> None:
    data = series(NODE, (encoding.STALE, now_ms())) + series(named("x", path="y" * 300), (2, 5))

    answer = remote_write(client_of("monitoring"), data)

    assert [item["sample"] for item in answer.json()["details"]["rejected"]] == [1]


def test_an_answer_lists_a_hundred_refused_samples_at_most() -> None:
    data = b"".join(series(named("old", n=str(number)), (1, 5)) for number in range(150))

    body = remote_write(client_of("monitoring"), data).json()

    assert body["error"].startswith("0 samples are stored, 150 refused;")
    assert len(body["details"]["rejected"]) == 100


def test_what_is_skipped_is_counted_by_reason(gathered: Accumulator, monkeypatch: Any) -> None:
    counted: list[tuple[str, dict[str, str], float]] = []
    monkeypatch.setattr(tally, "sinks", [lambda *about: counted.append(about)])
    data = series(NODE, (encoding.STALE, now_ms()), more=encoding.message(3, b"exemplar"))

    answer = remote_write(client_of("monitoring"), data)

    assert answer.status_code == 204
    assert stored("node_load1") == []
    assert ("ingest_skipped_samples_total", {"reason": "stale_marker"}, 1) in counted
    assert ("ingest_skipped_samples_total", {"reason": "exemplar"}, 1) in counted


def test_no_accept_header_is_refused() -> None:
    answer = remote_write(client_of("monitoring"), b"", Accept="application/x-protobuf")

    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("content_type", "coding", "status"),
    [
        ("application/x-protobuf", "snappy", 204),
        ("application/x-protobuf", "", 204),
        ("Application/X-Protobuf; proto=prometheus.WriteRequest", "Snappy", 204),
        ("application/x-protobuf;proto=io.prometheus.write.v2.Request", "snappy", 204),
        ("application/x-protobuf;proto=io.prometheus.write.v3.Request", "snappy", 415),
        ("application/json", "snappy", 415),
        ("", "snappy", 415),
        ("application/x-protobuf", "gzip", 415),
        ("application/x-protobuf", "zstd", 415),
    ],
)
def test_only_remote_write_in_snappy_is_taken(content_type: str, coding: str, status: int) -> None:
    answer = client_of("monitoring").generic(
        "POST", WRITE, b"\0", content_type=content_type, headers={"Content-Encoding": coding}
    )

    assert answer.status_code == status
    assert status == 204 or answer.json()["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize("body", [b"\x80", b"nonsense", b"\x05\x10abcde"])
def test_a_malformed_body_is_refused_with_its_place(body: bytes) -> None:
    answer = client_of("monitoring").post(WRITE, body, content_type="application/x-protobuf")

    assert answer.status_code == 400
    assert "malformed body at byte" in answer.json()["error"]


def test_a_body_that_unpacks_beyond_the_limit_is_refused(settings: Settings) -> None:
    settings.MAX_BULK_BODY_BYTES = 1_000

    assert remote_write(client_of("monitoring"), bytes(1_001)).status_code == 413
    assert remote_write(client_of("monitoring"), b"").status_code == 204


def test_too_many_samples_are_refused_as_a_whole(settings: Settings) -> None:
    settings.MAX_PUSH_SAMPLES = 2
    at = now_ms()

    answer = remote_write(client_of("monitoring"), series(NODE, (1, at), (2, at + 1), (3, at + 2)))

    assert answer.status_code == 413
    assert stored("node_load1") == []


def test_a_database_that_is_away_is_a_reason_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError("away", retry_after_seconds=3)

    monkeypatch.setattr(storing, "ingest_wire", away)

    answer = remote_write(client_of("monitoring"), series(NODE, (1, now_ms())))

    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
