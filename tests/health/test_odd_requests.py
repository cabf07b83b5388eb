"""Odd paths, headers and methods on every route of health and sales are answered or refused in its shape."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.health.odd_world import NOBODYS_ID, Door, admin_client, alone, doors, problem_with, world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("away")]
DOORS = doors()
READS = [door for door in DOORS if door.method == "GET"]
WRITES = [door for door in DOORS if door.method != "GET"]
PAGES = {"text/html; charset=utf-8", "image/svg+xml"}
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
    "get",
    "BREW",
)
SEGMENTS = (
    NOBODYS_ID, "0", "-1", "1e400", "NaN", "%00", "a%00b", "%ED%A0%80", "%FF", "%F0%9F%A6%84", "%E2%80%AEgnp", "%20",
    "..", "%2e%2e", "%0d%0aX-Planted:%201", "%27;DROP%20TABLE%20slos;--", "%3Cscript%3E", "%25s", "a" * 4_000,
    "1" * 30, "256", "payment-service", "postgresql", "exe", f"{{{NOBODYS_ID}}}",
)  # fmt: skip
HEADERS = (
    {"Accept": ""}, {"Accept": "application/xml"}, {"Accept": "*/*;q=nonsense"}, {"Accept": "text/html"},
    {"Accept": ",".join(["a/b"] * 2_000)}, {"Accept": "application/health+json"}, {"Accept": "\u202e"},
    {"Accept-Encoding": "gzip;q=x"}, {"Accept-Encoding": "identity;q=0, *;q=0"}, {"Accept-Language": "xx-" * 500},
    {"If-None-Match": "W/"}, {"If-None-Match": '"'}, {"If-None-Match": "*"}, {"If-None-Match": "\ud800"},
    {"If-Match": '"nobody"'}, {"If-Modified-Since": "yesterday"}, {"If-Modified-Since": "Fri, 31 Dec 99999 23:59:59 Z"},
    {"If-Unmodified-Since": "Mon, 01 Jan 0001 00:00:00 GMT"}, {"Range": "bytes=9-1"}, {"Range": "lines=0-"},
    {"X-Request-ID": "a\tb" * 500}, {"X-Forwarded-For": "'; DROP TABLE slos;--"}, {"Host": "evil.example"},
    {"x-service-name": "\u202e"}, {"Idempotency-Key": "a" * 10_000}, {"Content-Encoding": "gzip"},
)  # fmt: skip
TYPES = ("", "text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded",
         "application/json; charset=utf-16", "application/json; charset=nonsense", "nonsense", "/")  # fmt: skip


@pytest.fixture(autouse=True)
def _alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with alone(settings, monkeypatch):
        yield


@pytest.fixture
def admin() -> Client:
    return admin_client()


def wrong_in(answers: dict[str, Any]) -> dict[str, str]:
    found = {what[:80]: problem_with(answer) for what, answer in answers.items()}
    return {what: problem for what, problem in found.items() if problem}


@pytest.mark.parametrize("door", [door for door in DOORS if "{" in door.route.path], ids=str)
def test_any_name_in_a_path_is_answered(admin: Client, door: Door) -> None:
    rows = world()
    names = [name for name in rows if f"{{{name}}}" in door.route.path]
    answers = {}
    for name in names:
        for segment in SEGMENTS:
            path = door.route.path.format(**(rows | {name: segment}))
            answers[path] = admin.generic(door.method, path, b"{}", "application/json")

    assert wrong_in(answers) == {}


@pytest.mark.parametrize("door", READS, ids=str)
def test_any_header_is_answered(admin: Client, door: Door) -> None:
    path = door.route.path.format(**world())

    answers = {str(headers): admin.get(path, headers=headers) for headers in HEADERS}

    assert wrong_in(answers) == {}


@pytest.mark.parametrize("door", WRITES, ids=str)
def test_a_body_of_any_type_is_answered(admin: Client, door: Door) -> None:
    path = door.route.path.format(**world())

    answers = {each: admin.generic(door.method, path, b"<a/>", content_type=each) for each in TYPES}

    assert wrong_in(answers) == {}
    taken = {each for each, answer in answers.items() if answer.status_code < 300}
    assert not (taken and door.fields), "a body that was not read was taken"


@pytest.mark.parametrize("path", sorted({door.route.path for door in DOORS}))
def test_any_method_is_answered(admin: Client, path: str) -> None:
    known = {door.method for door in DOORS if door.route.path == path}
    asked = [method for method in METHODS if method not in known]
    filled = path.format(**world())

    answers = {method: admin.generic(method, filled, b"", "application/json") for method in asked}

    assert wrong_in(answers) == {}
    served = {method for method, answer in answers.items() if answer.status_code < 400}
    assert served <= {"HEAD", "OPTIONS", "get"}


@pytest.mark.parametrize("door", READS, ids=str)
def test_head_is_get_without_the_body(admin: Client, door: Door) -> None:
    path = door.route.path.format(**world())

    head, got = admin.head(path), admin.get(path)

    assert (head.status_code, head["Content-Type"]) == (got.status_code, got["Content-Type"])
    assert head.content == b""


@pytest.mark.parametrize("door", READS, ids=str)
def test_a_browser_is_told_not_to_guess_what_an_answer_is(admin: Client, door: Door) -> None:
    answer = admin.get(door.route.path.format(**world()))

    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "token", ["0", "a:b:c", "%00", "..", "a" * 5_000, "%F0%9F%A6%84", "%ED%A0%80"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_any_link_out_of_a_report_is_answered(method: str, token: str) -> None:
    client = Client(raise_request_exception=False)

    answer = client.generic(method, f"/reports/unsubscribe/{token}", b"\x00", "text/plain")

    assert answer.status_code in {400, 404, 405}
