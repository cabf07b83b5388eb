"""A worker makes a report: from rows to files, once, also where another worker died over it."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from health.models import HealthCursor, Report, ReportDelivery, ReportFile
from health.services import report_facts, report_work
from health.services.report_facts import Progress
from health.services.report_work import run_report
from health.sla_selectors import CURSOR, sla_of
from tests.health.reports.rows import (
    AFTER,
    BUCKET_MS,
    FIRST,
    FIVE,
    LONG_AFTER,
    buckets,
    report,
    requests,
    subscribed,
    watched,
)

pytestmark = pytest.mark.django_db
TEN = FIRST + timedelta(hours=10)


def data_of(made: Report) -> dict[str, Any]:
    made.refresh_from_db()
    assert made.error == ""
    assert made.status == "done"
    assert made.data is not None
    return dict(made.data)


def test_its_row_tells_how_far_it_is(day: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, float]] = []

    def reading(made: Report, *, at: datetime, progress: Progress) -> dict[str, Any]:
        def heard(share: float) -> None:
            progress(share)
            row = Report.objects.get(pk=made.pk)
            told.append((row.status, row.progress))

        return report_facts.data_of(made, at=at, progress=heard)

    monkeypatch.setattr(report_work, "_SAVE_SECONDS", 0.0)
    monkeypatch.setattr(report_work, "data_of", reading)

    assert run_report(day.pk, at=LONG_AFTER)

    assert {status for status, _ in told} == {"running"}
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert any(0 < share < 1 for _, share in told)


def test_a_day_whose_figures_are_known_by_hand(day: Report) -> None:
    assert run_report(day.pk, at=LONG_AFTER)

    data = data_of(day)
    (told,) = data["services"]
    down, planned, unknown = 450_000, 6 * BUCKET_MS, BUCKET_MS
    measured = 86_400_000 - planned - unknown
    assert (told["down_ms"], told["maintenance_ms"], told["unknown_ms"]) == (down, planned, unknown)
    assert told["up_ms"] == measured - down
    assert told["uptime_percent"] == "99.466192"
    assert told["met"] is False
    assert told["violations"] == 2
    assert told["p95_ms"] == pytest.approx(400, rel=0.01)
    assert told["downtimes"] == [
        {
            "start": "2026-10-01T10:00:00+00:00",
            "end": "2026-10-01T10:10:00+00:00",
            "lasted_ms": down,
            "declared_at": ["2026-10-01T10:03:00+00:00"],
            "reason": "refused",
        }
    ]
    assert [each["lasted_ms"] for each in told["maintenance"]] == [planned]
    assert len(told["slices"]) == 24
    assert told["slices"][10]["down_ms"] == down
    assert told["slos"][0]["spent"] == down
    assert told["slos"][0]["allowed"] == measured * 5 // 1_000
    assert data["settled"] is True


def test_a_report_says_what_the_dashboard_says(day: Report) -> None:
    run_report(day.pk, at=LONG_AFTER)

    (told,) = data_of(day)["services"]
    asked = sla_of("payment", FIRST, AFTER)
    assert told["uptime_percent"] == str(asked.uptime_percent)
    assert told["p95_ms"] == float(asked.p95_ms or 0)
    assert told["violations"] == asked.totals.violations


def test_the_same_rows_give_the_same_bytes_whenever_it_is_made(day: Report) -> None:
    later = report(asked_by="ana")
    run_report(day.pk, at=LONG_AFTER)
    run_report(later.pk, at=LONG_AFTER + timedelta(days=90))

    found = {
        made: dict(ReportFile.objects.filter(report=made).values_list("format", "sha256"))
        for made in (day, later)
    }
    assert set(found[day]) == {"html", "pdf", "csv", "json"}
    assert found[day] == found[later]


def test_a_file_is_what_its_checksum_says_and_the_json_is_the_data(day: Report) -> None:
    run_report(day.pk, at=LONG_AFTER)

    for file in ReportFile.objects.all():
        assert hashlib.sha256(bytes(file.content)).hexdigest() == file.sha256
    text = bytes(ReportFile.objects.get(format="json").content)
    assert json.loads(text) == data_of(day)


def test_a_report_on_requests(day: Report) -> None:
    requests("payment-service", FIRST, [100.0] * 9 + [900.0], failed=1)
    requests("payment-service", FIRST + timedelta(hours=5), [100.0] * 10)
    requests("other-service", AFTER, [5.0])
    made = report(kind="performance")

    run_report(made.pk, at=LONG_AFTER)

    data = data_of(made)
    assert (data["totals"]["requests"], data["totals"]["failed"]) == (20, 1)
    assert [each["service_name"] for each in data["services"]] == ["payment-service"]
    assert [each["requests"] for each in data["slices"]][:6] == [10, 0, 0, 0, 0, 10]
    (endpoint,) = data["endpoints"]
    assert (endpoint["method"], endpoint["endpoint"], endpoint["slowest_ms"]) == (
        "POST",
        "/pay",
        900.0,
    )
    assert endpoint["mean_ms"] == 140.0


def test_only_the_services_asked_for_are_in_it(day: Report) -> None:
    watched("auth")
    requests("auth-service", FIRST, [10.0])
    requests("payment-service", FIRST, [10.0])
    asked = [
        report(kind=kind, asked_by="ana", services=["auth"]) for kind in ("sla", "performance")
    ]

    for made in asked:
        run_report(made.pk, at=LONG_AFTER)

    told = [[each["service_name"] for each in data_of(made)["services"]] for made in asked]
    assert told == [["auth-service"], ["auth-service"]]


def test_a_service_that_is_no_longer_watched_is_told_while_it_was(day: Report) -> None:
    watched("gone", enabled=False)
    buckets("gone", FIRST, FIRST + FIVE, {})
    watched("never", enabled=False)

    run_report(day.pk, at=LONG_AFTER)

    assert [each["name"] for each in data_of(day)["services"]] == ["gone", "payment"]


def test_one_that_is_made_before_its_end_has_settled_says_so(day: Report) -> None:
    HealthCursor.objects.filter(name=CURSOR).update(at=AFTER + timedelta(minutes=55))
    at = AFTER + timedelta(minutes=58)

    run_report(day.pk, at=at)

    data = data_of(day)
    assert (data["settled"], data["made_at"]) == (False, at.isoformat())
    page = bytes(ReportFile.objects.get(format="html").content).decode()
    assert "Provisional: made at 2026-10-02 00:58 UTC" in page


def test_a_report_is_made_by_one_worker(day: Report) -> None:
    assert run_report(day.pk, at=LONG_AFTER)
    assert not run_report(day.pk, at=LONG_AFTER)
    assert ReportFile.objects.count() == 4


def test_subscribers_are_owed_a_scheduled_report_once(day: Report) -> None:
    subscribed("ana@example.org", format="csv")
    subscribed("bo@example.org", enabled=False)
    subscribed("cy@example.org", period="weekly")
    subscribed("di@example.org", kind="performance")

    run_report(day.pk, at=LONG_AFTER)

    owed = ReportDelivery.objects.values_list("email", "format", "status")
    assert list(owed) == [("ana@example.org", "csv", "pending")]


def test_a_report_that_a_person_asked_for_is_mailed_to_nobody(day: Report) -> None:
    subscribed()
    run_report(report(asked_by="ana").pk, at=LONG_AFTER)

    assert not ReportDelivery.objects.exists()


def test_a_month_of_october_in_local_summer_time_is_that_of_utc(day: Report) -> None:
    month = report(period="monthly", end=datetime(2026, 11, 1, tzinfo=UTC))

    run_report(month.pk, at=LONG_AFTER)

    (told,) = data_of(month)["services"]
    spans = ("up_ms", "down_ms", "unknown_ms", "maintenance_ms")
    assert sum(told[name] for name in spans) == 31 * 86_400_000
    assert len(told["slices"]) == 31
