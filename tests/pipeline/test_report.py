"""A report is asked for, made by a worker and downloaded; a scheduled one reaches a mailbox, also past a kill -9."""

import hashlib
import io
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from django.db.models.functions import Now
from django.utils import timezone
from pypdf import PdfReader

from config.demo.mailbox import Mailbox
from health.models import Report, ReportDelivery
from health.services.report_delivery import message_id
from tests.health.reports.rows import buckets, report, subscribed, watched
from tests.pipeline.conftest import StartService
from tests.pipeline.service import ROOT, Service
from tests.tokens import bearer

pytestmark = pytest.mark.pipeline

SERVICES = 40
"""As many as keep a worker busy long enough to be seen at work."""
TODAY = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = TODAY - timedelta(days=1)


def history() -> None:
    """Store yesterday, when the first service was down for five minutes and a half."""
    down = {YESTERDAY + timedelta(hours=3): {"down_ms": 300_000}}
    down |= {YESTERDAY + timedelta(hours=3, minutes=5): {"down_ms": 30_000}}
    for number in range(SERVICES):
        watched(f"service{number:02}", since=YESTERDAY)
        buckets(f"service{number:02}", YESTERDAY, TODAY, down if number == 0 else {})


def test_a_report_is_made_by_a_worker_and_downloaded(start_service: StartService) -> None:
    history()
    service = start_service(worker=False)
    body = {"kind": "sla", "start": iso(YESTERDAY), "end": iso(TODAY)}
    seen = [service.api("POST", "/reports", role="operator", json=body)]
    service.start_worker(queues="default")

    done = service.wait_until(lambda: finished(service, seen), "the report is done", sweep=False)

    assert (done["status"], done["error"]) == ("done", "")
    told = [each["progress"] for each in seen]
    assert (told, told[0], told[-1]) == (sorted(told), 0.0, 1.0)
    files = {name: download(service, path) for name, path in done["files"].items()}
    for name, (content, headers) in files.items():
        assert headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        stem = f"sla-custom-{YESTERDAY:%Y-%m-%d}"
        assert headers["Content-Disposition"] == f'attachment; filename="{stem}.{name}"'
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"][0])).pages)
    assert "5 min 30 s" in text
    assert files["html"][1]["Content-Type"] == "text/html; charset=utf-8"


def test_a_scheduled_report_reaches_who_subscribed(
    start_service: StartService, mailbox: Mailbox
) -> None:
    history()
    service = start_service(worker=False, REPORT_SETTLE="0s")
    body = {"email": "cfo@tickettoken.example", "kind": "sla", "period": "daily", "format": "csv"}
    service.api("POST", "/report-subscriptions", role="operator", json=body)
    service.start_worker(queues="default,alerts,collect")
    service.periodic = ["health.sweep_reports"]

    service.wait_until(lambda: mailbox.messages, "the report arrives")

    (mail,) = mailbox.messages
    assert mail.subject == f"SLA report, daily: {YESTERDAY:%Y-%m-%d} (UTC)"
    assert f"sla-daily-{YESTERDAY:%Y-%m-%d}.csv" in mail.text
    link = mail.header("List-Unsubscribe").strip("<>")
    assert link.startswith(f"{service.url}/reports/unsubscribe/")
    answer = requests.post(link, data="List-Unsubscribe=One-Click", timeout=10)
    assert answer.status_code == 200
    (row,) = service.api("GET", "/report-subscriptions", role="operator")
    assert row["enabled"] is False
    assert Report.objects.filter(asked_by="", kind="sla", period="daily").count() == 1


def test_a_sender_killed_after_the_server_took_the_mail_sends_it_once_more_under_the_same_id(
    start_service: StartService, mailbox: Mailbox
) -> None:
    service = start_service(web=False, worker=False)
    subscribed()
    made = report(status="done", data=_data(), finished_at=timezone.now())
    made.files.create(format="pdf", content=b"%PDF-", sha256="0" * 64)
    delivery = ReportDelivery.objects.create(report=made, email="ana@example.org", format="pdf")

    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_BEFORE_IT_SETTLES.format(pk=delivery.pk)],
        cwd=ROOT,
        env={**os.environ, **service._environ},
        check=False,
        timeout=60,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert len(mailbox.messages) == 1
    delivery.refresh_from_db()
    assert delivery.status == "leased"
    ReportDelivery.objects.update(due_at=Now())  # its lease is over
    service.start_worker(queues="default,alerts,collect")
    service.periodic = ["health.sweep_reports"]

    service.wait_until(lambda: sent(delivery), "it is sent again")

    ids = [mail.header("Message-ID") for mail in mailbox.messages]
    assert [each.partition("@")[0] for each in ids] == [message_id(delivery).partition("@")[0]] * 2


_KILLED_BEFORE_IT_SETTLES = """
import os, signal, django
django.setup()
from django.utils import timezone
from health.services import report_delivery
report_delivery._sent = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
report_delivery.deliver_report({pk}, at=timezone.now())
"""


def _data() -> dict[str, Any]:
    begins = {"version": 1, "kind": "sla", "period": "daily", "settled": True}
    return {**begins, "start": iso(YESTERDAY), "end": iso(TODAY), "services": [], "totals": {}}


def iso(at: datetime) -> str:
    return at.isoformat()


def sent(delivery: ReportDelivery) -> bool:
    delivery.refresh_from_db()
    return delivery.status == "sent"


def finished(service: Service, seen: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Look how far the report is; return it once it is over."""
    found: dict[str, Any] = service.api("GET", f"/reports/{seen[0]['id']}", role="user")
    seen.append(found)
    return found if found["finished_at"] else None


def download(service: Service, path: str) -> tuple[bytes, Any]:
    answer = requests.get(f"{service.url}{path}", headers=bearer("user"), timeout=10)
    assert answer.status_code == 200
    return answer.content, answer.headers
