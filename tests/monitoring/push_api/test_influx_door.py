"""The door of Telegraf: both generations of the interface, and lines that are refused."""

import base64
import gzip

import pytest
from django.test import Client
from pytest_django import Settings

from monitoring.types import MetricType
from tests.monitoring.clients import client_of
from tests.monitoring.push_api.doors import (
    INFLUX,
    INFLUX_2,
    PING,
    Stored,
    influx,
    now_ms,
    only,
    stored,
)
from tests.tokens import token

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        f"{INFLUX}?db=telegraf&precision=ms",
        f"{INFLUX_2}?bucket=telegraf&org=tickets&precision=ms",
    ],
)
def test_lines_are_stored_and_answered_without_a_body(path: str) -> None:
    at = now_ms()

    answer = influx(client_of("monitoring"), f"cpu,host=a user=1.5,system=2i {at}\n", path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert only("cpu_user") == Stored("influx", MetricType.GAUGE, {"host": "a"}, [(at, 1.5)])
    assert only("cpu_system").points == [(at, 2.0)]


def test_a_line_without_a_timestamp_is_of_now() -> None:
    before = now_ms()

    influx(client_of("monitoring"), "queue value=3")

    ((at, _),) = only("queue").points
    assert before <= at <= now_ms()


@pytest.mark.parametrize(
    ("precision", "factor"), [("", 1_000_000), ("us", 1_000), ("ms", 1), ("ns", 1_000_000)]
)
def test_the_precision_is_the_unit_of_timestamps(precision: str, factor: int) -> None:
    at = now_ms()

    influx(
        client_of("monitoring"), f"queue value=3 {at * factor}", f"{INFLUX}?precision={precision}"
    )

    assert only("queue").points == [(at, 3.0)]


def test_an_unknown_precision_is_refused() -> None:
    answer = influx(client_of("monitoring"), "queue value=3", f"{INFLUX}?precision=d")

    assert answer.status_code == 400
    assert "precision must be one of" in answer.json()["error"]
    assert stored("queue") == []


def test_refused_lines_are_named_once_and_the_others_are_stored() -> None:
    at = now_ms()
    lines = [
        f"cpu,host=a user=1,system=2 {at}",
        f"cpu,host=b user=x {at}",
        f"cpu,host={'c' * 257} user=1,system=2,idle=3 {at}",
        f"cpu,host=d user=4 {at - 86_400_000 * 3}",
        f"cpu,host=e user=5 {at}",
    ]

    answer = influx(client_of("monitoring"), "\n".join(lines))

    body = answer.json()
    assert answer.status_code == 400
    assert body["error"].startswith("3 samples are stored, 3 refused; line 2: ")
    refused = [(item["line"], item["field"]) for item in body["details"]["rejected"]]
    assert refused == [(2, "value"), (3, "labels"), (4, "timestamp")]
    assert [each.labels["host"] for each in stored("cpu_user")] == ["a", "e"]


def test_a_repeated_request_changes_nothing() -> None:
    line = f"queue value=3 {now_ms()}"

    answers = [influx(client_of("monitoring"), line) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert len(only("queue").points) == 1


def test_lines_may_be_compressed(settings: Settings) -> None:
    settings.MAX_BULK_BODY_BYTES = 200
    client = client_of("monitoring")
    compressed = gzip.compress(f"queue value=3 {now_ms()}".encode())
    bomb = gzip.compress(b"#" * 201)

    assert influx(client, compressed, **{"Content-Encoding": "gzip"}).status_code == 204
    assert influx(client, bomb, **{"Content-Encoding": "gzip"}).status_code == 413
    assert influx(client, b"queue", **{"Content-Encoding": "gzip"}).status_code == 400
    assert influx(client, compressed, **{"Content-Encoding": "zstd"}).status_code == 415
    assert len(stored("queue")) == 1


def test_a_large_body_is_refused(settings: Settings) -> None:
    settings.MAX_BULK_BODY_BYTES = 20

    assert influx(client_of("monitoring"), b"#" * 20).status_code == 204
    assert influx(client_of("monitoring"), b"#" * 21).status_code == 413


@pytest.mark.parametrize("content_type", ["", "application/x-www-form-urlencoded", "text/plain"])
def test_the_media_type_does_not_matter(content_type: str) -> None:
    answer = client_of("monitoring").generic(
        "POST", INFLUX, b"queue value=3", content_type=content_type
    )

    assert answer.status_code == 204
    assert len(stored("queue")) == 1


@pytest.mark.parametrize("path", [INFLUX, INFLUX_2])
def test_each_way_of_a_client_to_send_its_token_is_taken(path: str) -> None:
    signed = token("monitoring")
    basic = base64.b64encode(f"telegraf:{signed}".encode()).decode()
    ways = [f"Token {signed}", f"token {signed}", f"Bearer {signed}", f"Basic {basic}"]

    answers = [influx(Client(), "", path, Authorization=way) for way in ways]

    assert [answer.status_code for answer in answers] == [204] * 4
    assert influx(Client(), "", path, Authorization="Token nonsense").status_code == 401


def test_the_token_scheme_opens_no_other_door() -> None:
    answer = Client().get(
        INFLUX.replace("influx/write", "metrics"),
        headers={"Authorization": f"Token {token('monitoring')}"},
    )

    assert answer.status_code == 401


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_ping_is_answered(method: str) -> None:
    answer = Client().generic(method, PING)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["X-Influxdb-Version"]
