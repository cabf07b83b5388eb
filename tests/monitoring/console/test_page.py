"""The operations page: for staff only, one box for each app, and whole even if an app is not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from monitoring.console.panel import Panel
from monitoring.console.selectors import _curves_until, own_curves
from monitoring.errors import InvalidInputError, ServiceUnavailableError
from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_curves_of_another_test() -> None:
    _curves_until.cache_clear()


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ana", password="x", is_staff=True))
    return client


def offer(monkeypatch: pytest.MonkeyPatch, *makers: Callable[[datetime], Panel]) -> None:
    modules = [
        cast(ModuleType, SimpleNamespace(PANELS=[make], __name__=f"app{number}.panels"))
        for number, make in enumerate(makers)
    ]
    monkeypatch.setattr("monitoring.console.drawing.offered", lambda _: iter(modules))


def panel(title: str, order: int = 10, **fields: Any) -> Callable[[datetime], Panel]:
    context = {"reason": f"This is {title}."}
    return lambda _: Panel(title, order, "console/unavailable.html", context, **fields)


def test_a_stranger_is_sent_to_the_login() -> None:
    response = Client().get("/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/login/?next=/"


def test_a_user_who_is_no_staff_is_sent_to_the_login_too() -> None:
    client = Client()
    client.force_login(User.objects.create_user("bo", password="x"))

    assert client.get("/").status_code == 302


def test_an_empty_service_says_what_is_missing(staff: Client) -> None:
    text = staff.get("/").text

    assert text.count("No values in the last 30 minutes.") == 4
    assert "No store has been checked yet." in text
    assert "none yet" in text


@pytest.mark.parametrize("is_there", [True, False])
def test_the_public_page_is_linked_where_there_is_one(
    staff: Client,
    settings: Settings,
    is_there: bool,  # noqa: FBT001 - a parameter of the table above
) -> None:
    settings.STATUS_PAGE = is_there

    assert ('href="/status-page"' in staff.get("/").text) is is_there


def test_the_page_is_never_cached_and_runs_no_inline_script(staff: Client) -> None:
    response = staff.get("/")

    assert "no-store" in response.headers["Cache-Control"]
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    for inline in ("<script>", " style=", " onclick=", "<style"):
        assert inline not in response.text


def test_without_javascript_the_page_reloads_itself(staff: Client) -> None:
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in staff.get("/").text


def test_the_page_can_only_be_read(staff: Client) -> None:
    assert staff.post("/").status_code == 405


def test_panels_stand_in_their_order(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, panel("Late", 30), panel("Early", 10), panel("Between", 20))

    text = staff.get("/").text

    assert text.index(">Early<") < text.index(">Between<") < text.index(">Late<")
    assert "This is Early." in text


def test_what_is_new_can_be_announced_and_the_tab_shows_how_much_is_to_do(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, panel("A", badge=2, announce="2 alerts fire"), panel("B", badge=1))

    text = staff.get("/").text

    assert "<title>(3) Operations" in text
    assert 'data-announce="2 alerts fire"' in text
    assert 'aria-live="polite"' in text


def test_a_panel_is_escaped(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, panel("<b>", announce='" onclick="x'))

    text = staff.get("/").text

    assert "<b>" not in text
    assert '" onclick' not in text


@pytest.mark.parametrize("error", [OperationalError("away"), ServiceUnavailableError("away")])
def test_a_panel_that_cannot_be_read_leaves_the_others_alone(
    staff: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(at: datetime) -> Panel:
        raise error

    offer(monkeypatch, broken, panel("Sound"))

    text = staff.get("/").text

    assert "This is Sound." in text
    assert "App0" in text
    assert "not available" in text


def test_links_lead_only_where_something_is(staff: Client, settings: Any) -> None:
    settings.FLOWER_URL, settings.GRAFANA_URL = "http://127.0.0.1:5555", ""

    text = staff.get("/").text

    assert '<a href="http://127.0.0.1:5555">Tasks</a>' in text
    assert ">Grafana</a>" not in text
    assert "/api/v1/monitoring/grafana</code>" in text


def test_the_own_panel_shows_what_came_in(staff: Client) -> None:
    now = timezone.now()
    own = "monitoring-service"
    samples = [
        Sample("http_requests_total", own, 30.0, now - timedelta(minutes=5), MetricType.COUNTER),
        Sample("http_requests_total", own, 12.0, now - timedelta(minutes=4), MetricType.COUNTER),
        Sample("system_cpu_usage_percent", own, 41.5, now - timedelta(minutes=4)),
        Sample("database_connection_status", own, 1.0, now, labels={"database": "postgresql"}),
        Sample("database_connection_status", own, 0.0, now, labels={"database": "redis"}),
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)

    text = staff.get("/").text

    assert "at most 12</" in text
    assert "<strong>41.5 %</strong>" in text
    assert '<span class="badge ok">answers</span> postgresql' in text
    assert '<span class="badge critical">down</span> redis' in text
    assert 'data-announce="redis down"' in text
    assert "<polyline" in text


def test_all_who_look_within_a_minute_share_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []

    def read_range(*, metric: str, **_: Any) -> list[Any]:
        reads.append(metric)
        return []

    monkeypatch.setattr("monitoring.console.selectors.read_range", read_range)

    for seconds in (15, 30, 74):
        own_curves(NOON + timedelta(seconds=seconds))
    once = len(reads)
    own_curves(NOON + timedelta(seconds=75))

    assert (once, len(reads)) == (4, 8)


def test_samples_from_before_the_window_make_no_curve() -> None:
    now = timezone.now()
    end = (now - timedelta(seconds=15)).replace(second=0, microsecond=0)
    early = Sample(
        "system_cpu_usage_percent", "monitoring-service", 41.5, end - timedelta(minutes=30.5)
    )
    ingest([early], origin=Origin.COLLECTOR, at=now)

    assert [curve.line for curve in own_curves(now)] == [None] * 4


def test_a_curve_with_too_many_samples_does_not_cost_the_panel(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_range(**_: Any) -> list[Any]:
        raise InvalidInputError("the range holds more than 200000 segments")

    monkeypatch.setattr("monitoring.console.selectors.read_range", read_range)

    text = staff.get("/").text

    assert text.count("Too many samples to draw here") == 4
    assert "Series known" in text


def test_a_store_that_nobody_has_checked_lately_is_unknown(staff: Client) -> None:
    then = timezone.now() - timedelta(minutes=6)
    sample = Sample("database_connection_status", "s", 1.0, then, labels={"database": "redis"})
    ingest([sample], origin=Origin.COLLECTOR, at=then)

    assert '<span class="badge warning">unknown</span> redis' in staff.get("/").text
