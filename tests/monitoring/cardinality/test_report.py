"""What explodes: in the API and in the admin."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from monitoring.cardinality.report import Explosion, LabelShare, Share, cardinality_report
from monitoring.models import Series
from tests.monitoring.clients import API, client_of
from tests.monitoring.factories import MetricFactory, SeriesFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def _series() -> None:
    bomb = MetricFactory.create(name="bomb_total")
    for number in range(4):
        SeriesFactory.create(
            metric=bomb, labels={"session": f"s{number}", "host": "a"}, client="eve"
        )
    SeriesFactory.create(labels={"host": "a"}, client="")
    SeriesFactory.create(labels={"host": "b"}, client="ana", service="auth-service")
    Series.objects.filter(client="ana").update(created_at=timezone.now() - timedelta(hours=2))


@pytest.mark.usefixtures("_series")
def test_the_largest_come_first() -> None:
    report = cardinality_report(at=timezone.now(), top=2)

    assert report.total == 6
    assert report.metrics == [Share("bomb_total", 4, 4), Share("system_cpu_usage_percent", 2, 1)]
    assert report.services == [Share("payment-service", 5, 5), Share("auth-service", 1, 0)]
    assert report.clients == [Share("eve", 4, 4), Share("", 1, 1)]
    assert report.labels == [LabelShare("session", 4, 4), LabelShare("host", 2, 6)]
    assert report.explosions == [
        Explosion("bomb_total", "session", 4, "s0"),
        Explosion("system_cpu_usage_percent", "host", 2, "a"),
    ]


def test_nothing_is_there_before_the_first_sample() -> None:
    report = cardinality_report(at=timezone.now(), top=5)

    assert (report.total, report.metrics, report.explosions) == (0, [], [])


@pytest.mark.usefixtures("_series")
def test_the_api_tells_the_same() -> None:
    answer = client_of("operator").get(f"{API}/metrics/cardinality", {"limit": 1})

    assert answer.status_code == 200
    body = answer.json()
    assert body["total"] == 6
    assert body["metrics"] == [{"name": "bomb_total", "series": 4, "new": 4}]
    assert body["explosions"] == [
        {"metric": "bomb_total", "label_name": "session", "values": 4, "example": "s0"}
    ]
    assert set(body["limits"]) == {"total", "service", "client", "minute"}


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_a_limit_out_of_reason_is_refused(limit: str) -> None:
    answer = client_of("operator").get(f"{API}/metrics/cardinality", {"limit": limit})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.usefixtures("_series")
def test_the_admin_shows_it_and_leads_there() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))

    listed = client.get("/admin/monitoring/series/").text
    page = client.get("/admin/monitoring/series/cardinality/").text

    assert 'href="/admin/monitoring/series/cardinality/"' in listed
    assert "bomb_total" in page
    assert "session" in page
    assert "(this service)" in page


def test_the_empty_page_says_so_and_strangers_do_not_see_it() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    stranger = Client()
    stranger.force_login(User.objects.create_user("guest", is_staff=True))

    assert "No samples have come yet" in client.get("/admin/monitoring/series/cardinality/").text
    assert stranger.get("/admin/monitoring/series/cardinality/").status_code == 403
