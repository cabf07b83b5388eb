"""Reports in the admin: asked for by days, watched, opened, made again."""

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from health.models import Report, ReportDelivery
from tests.health.reports.rows import AFTER, FIRST, done_report, owed, report, subscribed, watched
from tests.health.reports.samples import sla_data

pytestmark = pytest.mark.django_db
LIST = "/admin/health/report/"


@pytest.fixture(autouse=True)
def called() -> Any:
    """Reports that a worker was called to."""
    with mock.patch("health.tasks.reports.make_report.delay") as delay:
        yield delay


@pytest.fixture
def only_reading(client: Client) -> Client:
    """Somebody who may look at reports and do nothing else."""
    person = User.objects.create_user("bo", password="x", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_report"))
    client.force_login(person)
    return client


def ask(client: Client, **fields: object) -> Any:
    form = {"kind": "sla", "first_day": "2026-10-01", "last_day": "2026-10-01", **fields}
    return client.post(f"{LIST}add/", form)


def test_the_list_says_how_far_each_report_is_and_links_its_files(admin_client: Client) -> None:
    made = done_report(sla_data(), period="monthly")
    report(status="running", progress=0.42)
    report(kind="performance", status="failed", error="no store", asked_by="ana")

    page = admin_client.get(LIST).content.decode()

    assert '<progress max="1" value="0.420">42%</progress> 42%' in page
    assert "no store" in page
    assert "the schedule" in page
    for name in ("html", "pdf", "csv", "json"):
        assert reverse("admin:health_report_file", args=[made.pk, name]) in page
    assert page.count(">PDF</a>") == 1


def test_a_person_asks_by_days_and_a_worker_is_called(
    admin_client: Client, called: mock.Mock
) -> None:
    watched()

    answer = ask(admin_client, only_services=["payment"])

    assert answer.status_code == 302, answer.content.decode()
    made = Report.objects.get()
    assert (made.start, made.end, made.services) == (FIRST, AFTER, ["payment"])
    assert (made.asked_by, made.status, made.period) == ("admin", "queued", "custom")
    called.assert_called_once_with(str(made.pk))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"last_day": "2026-09-30"}, "must be after start"),
        ({"last_day": "2999-01-01"}, "must not lie in the future"),
        ({"first_day": "2020-01-01"}, "at most 400 days before end"),
        ({"first_day": ""}, "This field is required"),
    ],
)
def test_a_period_that_cannot_be_reported_on_is_refused_beside_its_field(
    admin_client: Client, fields: dict[str, str], said: str
) -> None:
    answer = ask(admin_client, **fields)

    assert (answer.status_code, said in answer.content.decode()) == (200, True)
    assert not Report.objects.exists()


def test_the_page_of_a_report_is_read_only_and_says_who_was_sent_it(admin_client: Client) -> None:
    made = done_report(sla_data(), period="monthly")
    owed(made)
    ReportDelivery.objects.update(status="failed", reason="SMTP 554 not wanted")

    page = admin_client.get(f"{LIST}{made.pk}/change/").content.decode()

    assert "SMTP 554 not wanted" in page
    assert "ana@example.org" in page
    assert 'name="_save"' not in page


def test_html_is_shown_in_a_box_of_its_own_and_the_rest_is_saved(admin_client: Client) -> None:
    made = done_report(sla_data())
    shown, saved = (
        admin_client.get(reverse("admin:health_report_file", args=[made.pk, name]))
        for name in ("html", "pdf")
    )

    assert shown["Content-Disposition"].startswith("inline;")
    assert (
        shown["Content-Security-Policy"] == "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    )
    assert saved["Content-Disposition"].startswith("attachment;")
    assert shown.content == b"<p>file</p>"


def test_a_file_that_is_not_there_is_not_found(admin_client: Client) -> None:
    place = reverse("admin:health_report_file", args=[report().pk, "pdf"])

    assert admin_client.get(place).status_code == 404


def test_who_may_not_see_reports_gets_no_file(client: Client) -> None:
    client.force_login(User.objects.create_user("bo", password="x", is_staff=True))
    place = reverse("admin:health_report_file", args=[done_report(sla_data()).pk, "pdf"])

    assert client.get(place).status_code == 403


def test_failed_ones_are_tried_again_and_busy_ones_left_alone(
    admin_client: Client, called: mock.Mock
) -> None:
    failed = report(status="failed")
    busy = report(kind="performance", status="running")

    answer = admin_client.post(
        LIST, {"action": "make_again", "_selected_action": [failed.pk, busy.pk]}, follow=True
    )

    page = answer.content.decode()
    assert "is made again." in page
    assert "is being made already." in page
    called.assert_called_once_with(str(failed.pk))


def test_who_may_only_read_is_not_offered_to_make_again(only_reading: Client) -> None:
    report(status="failed")

    page = only_reading.get(LIST).content.decode()

    assert "make_again" not in page
    assert only_reading.get(f"{LIST}add/").status_code == 403


def test_a_queue_that_is_full_is_said_in_words(admin_client: Client) -> None:
    for _ in range(20):
        report(asked_by="ana")

    page = ask(admin_client).content.decode()

    assert "20 reports wait already; ask again once some are done" in page
    assert Report.objects.count() == 20


def test_subscriptions_say_how_their_last_mail_ended(admin_client: Client) -> None:
    subscribed(period="monthly")
    subscribed("bo@example.org")
    owed(done_report(sla_data(), period="monthly"))

    page = admin_client.get("/admin/health/reportsubscription/").content.decode()

    assert '<span class="alert-badge alert-pending">pending</span>' in page
    assert "none yet" in page


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (AFTER + timedelta(hours=5, minutes=7), AFTER + timedelta(hours=5, minutes=5)),
        (AFTER + timedelta(days=1), AFTER + timedelta(days=1)),
    ],
)
def test_of_today_what_is_over_is_reported(
    admin_client: Client, at: datetime, end: datetime
) -> None:
    with mock.patch("health.admin.report_form.timezone.now", return_value=at):
        answer = ask(admin_client, last_day=f"{AFTER:%Y-%m-%d}")

    assert answer.status_code == 302, answer.content.decode()
    assert Report.objects.get().end == end
