"""Rate limits on a real Valkey, and what is left of them without one."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from copy import deepcopy
from itertools import count
from typing import Any
from zlib import crc32

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings
from rest_framework.request import Request

from monitoring.api import throttling
from monitoring.api.claims import TokenUser
from monitoring.api.roles import Role
from monitoring.api.windows import LocalWindows
from monitoring.breaker import Breaker
from tests.monitoring.api.tokens import bearer, claims

pytestmark = pytest.mark.urls("tests.monitoring.api.views")

OUTSIDE = "203.0.113.9"
_numbers = count()


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test the counts and the breaker of a process that has just started."""
    monkeypatch.setattr(throttling, "_local", LocalWindows())
    monkeypatch.setattr(throttling, "_breaker", Breaker(pause_seconds=3))


@pytest.fixture
def limit(settings: Settings) -> int:
    settings.RATE_LIMITS = {"default": 3}
    return 3


def fresh_subject() -> str:
    """Return a subject nobody has counted yet, whose minute does not end while the test runs."""
    for number in _numbers:
        subject = f"subject-{time.time_ns()}-{number}"
        left = (crc32(f"token {subject}".encode()) - int(time.time())) % 60
        if left > 30:
            return subject
    raise AssertionError


def somebody() -> dict[str, str]:
    return bearer(claims(userId=fresh_subject()))


def valkey_at(settings: Settings, port: int) -> None:
    changed: dict[str, Any] = deepcopy(settings.CACHES)
    changed["windows"]["LOCATION"] = f"redis://127.0.0.1:{port}/2"
    settings.CACHES = changed


def closed_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_every_answer_tells_what_is_left(client: Client, limit: int) -> None:
    headers = somebody()

    answers = [
        client.get("/api/v1/me", headers=headers, REMOTE_ADDR=OUTSIDE) for _ in range(limit + 2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    assert {answer["X-RateLimit-Limit"] for answer in answers} == {"3"}
    assert all(1 <= int(answer["X-RateLimit-Reset"]) <= 60 for answer in answers)


def test_a_refusal_says_when_to_come_back(client: Client, settings: Settings) -> None:
    settings.RATE_LIMITS = {"default": 1}
    headers = somebody()
    client.get("/api/v1/me", headers=headers, REMOTE_ADDR=OUTSIDE)

    refused = client.get("/api/v1/me", headers=headers, REMOTE_ADDR=OUTSIDE)

    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert refused["Retry-After"] == refused["X-RateLimit-Reset"]
    assert refused.json()["details"] == {"retryAfterSeconds": int(refused["Retry-After"])}


def test_sixteen_threads_get_exactly_the_limit() -> None:
    request = Request(RequestFactory().get("/"))
    setattr(request, "user", TokenUser(id=fresh_subject(), role=Role.USER))  # noqa: B010 - typed as Django's

    def count_one(_number: int) -> bool:
        return throttling.count_request(request, "default", limit=100).is_over

    with ThreadPoolExecutor(16) as threads:
        refused = list(threads.map(count_one, range(400)))

    assert (refused.count(False), refused.count(True)) == (100, 300)


def test_a_count_that_the_cache_loses_is_kept_in_the_process(
    client: Client, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = {"count": 0, "limit": 0, "should_limit": True, "time_left": -1}
    monkeypatch.setattr(throttling, "get_usage", lambda *_args, **_options: lost)

    answer = client.get("/api/v1/me", headers=somebody(), REMOTE_ADDR=OUTSIDE)

    assert (answer.status_code, answer["X-RateLimit-Remaining"]) == (200, str(limit - 1))


def test_each_subject_has_its_own_allowance(client: Client, limit: int) -> None:
    first, second = somebody(), somebody()
    for _ in range(limit + 1):
        spent = client.get("/api/v1/me", headers=first, REMOTE_ADDR=OUTSIDE)

    other = client.get("/api/v1/me", headers=second, REMOTE_ADDR=OUTSIDE)

    assert (spent.status_code, other.status_code) == (429, 200)


def test_a_subject_is_counted_whatever_address_it_comes_from(client: Client, limit: int) -> None:
    headers = somebody()
    for number in range(limit):
        client.get("/api/v1/me", headers=headers, REMOTE_ADDR=f"203.0.113.{number}")

    assert client.get("/api/v1/me", headers=headers, REMOTE_ADDR="203.0.113.99").status_code == 429


def test_guessing_tokens_is_limited_by_the_address(client: Client, settings: Settings) -> None:
    valkey_at(settings, closed_port())  # the in-process window: no other test has used this address
    settings.RATE_LIMITS = {"default": 3}

    guesses = [
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {n}"}, REMOTE_ADDR=OUTSIDE)
        for n in range(5)
    ]

    assert [answer.status_code for answer in guesses] == [401, 401, 401, 429, 429]


def test_the_allow_list_is_not_counted(client: Client, limit: int) -> None:
    headers = somebody()

    answers = [client.get("/api/v1/me", headers=headers) for _ in range(limit + 3)]

    assert {answer.status_code for answer in answers} == {200}
    assert "X-RateLimit-Limit" not in answers[-1]


def test_a_forwarded_address_is_on_no_allow_list(client: Client, limit: int) -> None:
    headers = somebody() | {"X-Forwarded-For": "127.0.0.1"}

    answers = [
        client.get("/api/v1/me", headers=headers, REMOTE_ADDR=OUTSIDE) for _ in range(limit + 1)
    ]

    assert answers[-1].status_code == 429


def test_without_the_cache_each_process_keeps_the_limit(
    client: Client, settings: Settings, limit: int
) -> None:
    valkey_at(settings, closed_port())
    headers = somebody()

    answers = [
        client.get("/api/v1/me", headers=headers, REMOTE_ADDR=OUTSIDE) for _ in range(limit + 1)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]


def test_a_hanging_cache_costs_one_timeout_and_not_one_for_each_request(
    client: Client, settings: Settings
) -> None:
    settings.RATE_LIMITS = {"default": 1_000}
    headers = somebody()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        valkey_at(settings, silent.getsockname()[1])
        started = time.perf_counter()

        statuses = {
            client.get("/api/v1/me", headers=headers, REMOTE_ADDR=OUTSIDE).status_code
            for _ in range(30)
        }
        took = time.perf_counter() - started

    assert statuses == {200}
    assert 0.25 <= took < 1.5  # 30 time-outs would be 7.5 s


def test_when_the_cache_is_back_it_counts_again(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 1.0, 2.9, 3.1, 3.2])
    monkeypatch.setattr(
        throttling, "_breaker", Breaker(pause_seconds=3, clock=lambda: next(clock, 10.0))
    )
    settings.RATE_LIMITS = {"default": 50}
    healthy = deepcopy(settings.CACHES)
    headers = somebody()
    valkey_at(settings, closed_port())
    client.get("/api/v1/me", headers=headers, REMOTE_ADDR=OUTSIDE)
    settings.CACHES = healthy

    left = [
        client.get("/api/v1/me", headers=headers, REMOTE_ADDR=OUTSIDE)["X-RateLimit-Remaining"]
        for _ in range(4)
    ]

    # Two more are counted in the process while the breaker is open, then Valkey begins at one.
    assert left == ["48", "47", "49", "48"]
