"""Reports over HTTP: asked for, watched, listed, downloaded."""

from typing import Any
from unittest import mock
from uuid import uuid4

import pytest

from health.models import Report
from health.services.report_work import run_report
from tests.health.reports.rows import (
    AFTER,
    FIRST,
    LONG_AFTER,
    buckets,
    done_report,
    report,
    watched,
)
from tests.health.reports.samples import sla_data
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db
OCTOBER_FIRST = {"kind": "sla", "start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z"}


@pytest.fixture(autouse=True)
def called() -> Any:
    """Reports that a worker was called to."""
    with mock.patch("health.tasks.reports.make_report.delay") as delay:
        yield delay


def post(path: str, body: object = None, role: str = "operator") -> Any:
    return client_of(role).post(f"{API}{path}", body, content_type="application/json")


def get(path: str, role: str = "user", **headers: str) -> Any:
    return client_of(role).get(f"{API}{path}", headers=headers)


def test_a_report_is_asked_for_and_a_worker_is_called(called: mock.Mock) -> None:
    watched()

    answer = post("/reports", {**OCTOBER_FIRST, "services": ["payment-service"]})

    made = Report.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"{API}/reports/{made.pk}"
    body = answer.json()
    assert body["id"] == str(made.pk)
    assert (body["status"], body["progress"], body["files"]) == ("queued", 0.0, {})
    assert (body["services"], body["asked_by"], body["period"]) == (["payment"], "ana", "custom")
    assert (made.start, made.end) == (FIRST, AFTER)
    called.assert_called_once_with(str(made.pk))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service": ["payment"]}, "service"),
        ({"kind": "weather"}, "kind"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2026-10-01T00:01:00Z"}, "start"),
        ({"end": "2026-09-01T00:00:00Z"}, "end"),
        ({"end": "2099-01-01T00:00:00Z", "start": "2098-12-31T00:00:00Z"}, "end"),
        ({"start": "2020-01-01T00:00:00Z"}, "start"),
    ],
)
def test_what_cannot_be_reported_is_refused_by_its_field(
    change: dict[str, str], field: str, called: mock.Mock
) -> None:
    answer = post("/reports", {**OCTOBER_FIRST, **change})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert field in answer.json()["details"]
    called.assert_not_called()


def test_a_report_that_is_done_says_where_its_files_are() -> None:
    made = done_report(sla_data())

    body = get(f"/reports/{made.pk}").json()

    assert (body["status"], body["progress"]) == ("done", 1.0)
    assert body["files"] == {
        name: f"{API}/reports/{made.pk}/files/{name}" for name in ("html", "pdf", "csv", "json")
    }
    assert "data" not in body


def test_reports_are_listed_the_newest_first_with_page_headers() -> None:
    made = [report(asked_by=str(number)) for number in range(3)]

    answer = get("/reports?limit=2&offset=1")

    assert [row["asked_by"] for row in answer.json()] == ["1", "0"]
    assert answer["X-Total-Count"] == "3"
    assert 'rel="prev"' in answer["Link"]
    assert len(made) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"a", "b", "c"}),
        ("?kind=performance", {"b"}),
        ("?period=weekly", {"c"}),
        ("?status=failed", {"b"}),
        ("?kind=sla&period=daily", {"a"}),
    ],
)
def test_a_list_can_be_narrowed(query: str, found: set[str]) -> None:
    report(asked_by="a")
    report(asked_by="b", kind="performance", status="failed")
    report(asked_by="c", period="weekly")

    assert {row["asked_by"] for row in get(f"/reports{query}").json()} == found


def test_an_unknown_filter_value_is_refused() -> None:
    assert get("/reports?status=lost").status_code == 400


@pytest.mark.parametrize(
    ("name", "content_type", "begin"),
    [
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("pdf", "application/pdf", b"%PDF-"),
        ("csv", "text/csv; charset=utf-8", b"row,service,"),
        ("json", "application/json", b"{\n"),
    ],
)
def test_a_file_is_downloaded_as_it_was_made(name: str, content_type: str, begin: bytes) -> None:
    watched()
    buckets("payment", FIRST, AFTER, {})
    made = report()
    run_report(made.pk, at=LONG_AFTER)
    file = made.files.get(format=name)

    answer = get(f"/reports/{made.pk}/files/{name}")

    assert answer.status_code == 200
    assert answer.content == bytes(file.content)
    assert answer.content.startswith(begin)
    assert answer["Content-Type"] == content_type
    assert answer["Content-Length"] == str(len(answer.content))
    assert answer["Content-Disposition"] == f'attachment; filename="sla-daily-2026-10-01.{name}"'
    assert answer["ETag"] == f'"{file.sha256}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Cache-Control"] == "private, no-cache"


def test_who_has_the_file_is_not_sent_it_again() -> None:
    made = done_report(sla_data())
    place = f"/reports/{made.pk}/files/pdf"

    answer = get(place, **{"If-None-Match": get(place)["ETag"]})

    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    ("status", "file_format", "code"),
    [("queued", "pdf", 409), ("failed", "pdf", 409), ("done", "exe", 409)],
)
def test_a_file_that_is_not_there_says_why(status: str, file_format: str, code: int) -> None:
    answer = get(f"/reports/{report(status=status).pk}/files/{file_format}")

    assert (answer.status_code, answer.json()["code"]) == (code, "CONFLICT")


@pytest.mark.parametrize("path", ["", "/again", "/files/pdf"])
def test_an_unknown_report_is_not_found(path: str) -> None:
    place = f"/reports/{uuid4()}{path}"

    answer = post(place) if path == "/again" else get(place)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_a_report_is_made_again(called: mock.Mock) -> None:
    failed = report(status="failed", error="away")

    answer = post(f"/reports/{failed.pk}/again")

    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.json()["id"] == str(failed.pk)
    called.assert_called_once_with(str(failed.pk))


def test_an_administrator_deletes_a_report() -> None:
    made = done_report(sla_data())

    answer = client_of("admin").delete(f"{API}/reports/{made.pk}")

    assert answer.status_code == 204
    assert get(f"/reports/{made.pk}").status_code == 404
