"""Caches of the status page, and what is said while PostgreSQL is away."""

import gzip
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from health.views import public_answer, status_page
from tests.health.statuspage.outputs import BROWSER, EACH_PATH, PATHS, expire
from tests.health.statuspage.rows import incident, public_service, standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def payment(settings: Settings) -> None:
    settings.STATUS_PAGE_CACHE = timedelta(hours=1)
    standing(public_service("payment"), timezone.now())


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    monkeypatch.setattr(public_answer, "document_at", away)
    monkeypatch.setattr(status_page, "incident_at", away)
    monkeypatch.setattr(status_page, "history_until", away)


@EACH_PATH
def test_the_same_is_not_sent_twice(client: Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Cache-Control"] == "public, max-age=3600, stale-if-error=86400"
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@EACH_PATH
def test_a_client_that_takes_gzip_gets_it_under_a_tag_of_its_own(client: Client, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "br, gzip"})

    assert gzip.decompress(packed.content) == plain.content
    assert plain["ETag"] != packed["ETag"]
    assert "Accept-Encoding" in packed["Vary"]


def test_new_is_another_tag(client: Client, settings: Settings) -> None:
    first = client.get("/status-page/feed.atom")
    incident("Late", [(timezone.now(), "investigating", "x")])
    expire(settings)

    answer = client.get("/status-page/feed.atom", headers={"If-None-Match": first["ETag"]})

    assert (answer.status_code, b"Late" in answer.content) == (200, True)


def test_within_the_cache_nobody_asks_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for path in PATHS:
        client.get(path)

    with django_assert_num_queries(0):
        for path in PATHS:
            assert client.get(path).status_code == 200


@EACH_PATH
def test_no_cookie_is_set_and_none_is_looked_at(client: Client, path: str) -> None:
    answer = client.get(path)

    assert not answer.cookies
    assert "Cookie" not in answer["Vary"]


@EACH_PATH
def test_while_postgresql_is_away_the_last_known_is_said(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    client.get(path)
    break_database(monkeypatch)
    expire(settings)

    assert client.get(path).status_code == 200


def test_what_is_not_fresh_says_so(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = incident("Late", [(timezone.now(), "investigating", "x")])
    pages = ["/status-page", f"/status-page/incidents/{told.pk}", "/status-page/history"]
    fresh = [client.get(path).content.decode() for path in pages]
    assert client.get("/status-page.json").json()["page"]["is_stale"] is False
    break_database(monkeypatch)
    expire(settings)

    stale = [client.get(path).content.decode() for path in pages]

    assert [page.count("cannot be renewed") for page in fresh] == [0, 0, 0]
    assert [page.count("cannot be renewed") for page in stale] == [1, 1, 1]
    assert client.get("/status-page.json").json()["page"]["is_stale"] is True


@EACH_PATH
def test_before_anything_was_known_it_says_that_and_nothing_of_why(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    break_database(monkeypatch)

    for accept in ("*/*", "text/html"):
        answer = client.get(path, headers={"Accept": accept})

        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert b"10.1.2.3" not in answer.content


def test_a_browser_reads_of_it_in_a_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    break_database(monkeypatch)

    answer = client.get("/status-page", headers=BROWSER)

    assert "The status is not known right now" in answer.content.decode()
    assert "ETag" not in answer


@EACH_PATH
def test_switched_off_it_is_not_there(client: Client, settings: Settings, path: str) -> None:
    settings.STATUS_PAGE = False

    answer = client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_head_is_answered_without_a_body(client: Client) -> None:
    answer = client.head("/status-page")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"] == client.get("/status-page")["ETag"]


def test_requests_count_in_the_scope_of_health(settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "health": 1}
    outside = Client(REMOTE_ADDR="203.0.113.77")

    codes = [outside.get("/status-page").status_code for _ in range(2)]

    assert codes == [200, 429]
