"""Every error has the one shape and says nothing about our insides."""

import logging
from datetime import UTC, datetime

import pytest
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, UnreadablePostError
from django.test import Client
from rest_framework import exceptions

from monitoring.api.problems import problem_of
from monitoring.errors import ServiceUnavailableError, TooManyRequestsError

pytestmark = pytest.mark.urls("tests.monitoring.api.views")

SHAPE = {"error", "code", "timestamp", "path", "details"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("bug", 500, "INTERNAL_ERROR"),
        ("conflict", 409, "CONFLICT"),
        ("away", 503, "DATABASE_ERROR"),
        ("driver", 503, "DATABASE_ERROR"),
        ("absent", 404, "NOT_FOUND"),
    ],
)
def test_what_a_view_raises_becomes_an_envelope(
    client: Client, name: str, status: int, code: str
) -> None:
    answer = client.get(f"/api/v1/failing/{name}")

    body = answer.json()
    assert (answer.status_code, body["code"], body["path"]) == (
        status,
        code,
        f"/api/v1/failing/{name}",
    )
    assert set(body) == SHAPE
    assert datetime.fromisoformat(body["timestamp"]).tzinfo == UTC
    assert body["timestamp"].endswith("Z")
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("name", ["bug", "driver"])
def test_an_envelope_tells_neither_addresses_nor_passwords(client: Client, name: str) -> None:
    text = client.get(f"/api/v1/failing/{name}").content.decode()

    for inside in ("hunter22", "10.1.2.3", "postgres://", "RuntimeError", "Traceback"):
        assert inside not in text


def test_a_bug_is_logged_with_its_traceback(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/api/v1/failing/bug")

    [record] = [record for record in caplog.records if record.name == "monitoring.api.errors"]
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert record.exc_info[0] is RuntimeError


@pytest.mark.parametrize(("name", "seconds"), [("away", "7"), ("driver", "2")])
def test_what_may_be_tried_again_says_when(client: Client, name: str, seconds: str) -> None:
    assert client.get(f"/api/v1/failing/{name}")["Retry-After"] == seconds


def test_details_of_the_domain_arrive(client: Client) -> None:
    body = client.get("/api/v1/failing/conflict").json()

    assert (body["error"], body["details"]) == ("a rule of that name exists", {"rule_name": "cpu"})


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "NOT_FOUND"),
        (PermissionDenied(), 403, "FORBIDDEN"),
        (SuspiciousOperation(), 400, "VALIDATION_ERROR"),
        (BadRequest(), 400, "VALIDATION_ERROR"),
        (RequestDataTooBig(), 413, "VALIDATION_ERROR"),
        (UnreadablePostError(), 400, "VALIDATION_ERROR"),
        (InterfaceError(), 503, "DATABASE_ERROR"),
        (OperationalError(), 503, "DATABASE_ERROR"),
        (ProgrammingError(), 500, "INTERNAL_ERROR"),
        (KeyError(), 500, "INTERNAL_ERROR"),
        (exceptions.ParseError(), 400, "VALIDATION_ERROR"),
        (exceptions.NotAuthenticated(), 401, "AUTH_REQUIRED"),
        (exceptions.AuthenticationFailed(code="TOKEN_EXPIRED"), 401, "TOKEN_EXPIRED"),
        (exceptions.PermissionDenied(), 403, "FORBIDDEN"),
        (exceptions.NotFound(), 404, "NOT_FOUND"),
        (exceptions.MethodNotAllowed("PUT"), 405, "METHOD_NOT_ALLOWED"),
        (exceptions.NotAcceptable(), 406, "VALIDATION_ERROR"),
        (exceptions.UnsupportedMediaType("x"), 415, "VALIDATION_ERROR"),
        (exceptions.Throttled(wait=1.2), 429, "RATE_LIMIT_EXCEEDED"),
        (exceptions.APIException(), 500, "INTERNAL_ERROR"),
        (TooManyRequestsError("slow down", retry_after_seconds=9), 429, "RATE_LIMIT_EXCEEDED"),
        (ServiceUnavailableError("payment is away"), 503, "SERVICE_UNAVAILABLE"),
    ],
)
def test_each_exception_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error)

    assert (problem.status, problem.code) == (status, code)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (exceptions.Throttled(wait=1.2), "2"),
        (exceptions.Throttled(wait=None), "1"),
        (TooManyRequestsError("slow down", retry_after_seconds=9), "9"),
        (ServiceUnavailableError("away"), "2"),
        (TooManyRequestsError("slow down"), None),
    ],
)
def test_retry_after_is_whole_seconds(error: Exception, seconds: str | None) -> None:
    assert problem_of(error).headers.get("Retry-After") == seconds


def test_errors_without_a_field_have_a_name_too() -> None:
    assert problem_of(exceptions.ValidationError("no")).details == {"non_field_errors": ["no"]}
    assert problem_of(exceptions.ValidationError({"a": ["no"]})).details == {"a": ["no"]}


@pytest.mark.parametrize("accept", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}, BROWSER])
def test_a_path_of_the_api_that_leads_nowhere_answers_json(
    client: Client, accept: dict[str, str]
) -> None:
    answer = client.get("/api/v1/nothing", headers=accept)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_a_foreign_host_is_refused_in_json(client: Client) -> None:
    answer = client.get("/api/v1/open", headers={"Host": "evil.example"})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_type_that_nobody_offers_is_not_acceptable(client: Client) -> None:
    answer = client.get("/api/v1/open", headers={"Accept": "image/png"})

    assert (answer.status_code, answer.json()["code"]) == (406, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "path", ["/api/v1/open?name=a%00b", "/api/v1/open?%00=1", "/api/v1/open/a%00b"]
)
def test_a_nul_in_the_url_is_refused(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "path", ["/api/v1/open?a=%ff%fe", "/api/v1/open?a=%ed%a0%80", "/api/v1/open/%ff", "/%00"]
)
def test_broken_percent_signs_do_no_harm(client: Client, path: str) -> None:
    assert client.get(path).status_code in {200, 404}
