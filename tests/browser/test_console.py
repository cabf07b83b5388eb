"""The operations page in a real browser, under the real content security policy."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from health.defaults import load_defaults
from health.models import Slo, SloState
from monitoring.console.selectors import _curves_until
from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample
from tests.browser.chromium import IN_A_BROWSER, complaints, show_in
from tests.browser.contrast import texts
from tests.browser.fitting import out_of_sight
from tests.health.factories import ServiceStateFactory

pytestmark = IN_A_BROWSER

_WAIT_SECONDS = 30


@pytest.fixture(autouse=True)
def _no_curves_of_another_test() -> None:
    _curves_until.cache_clear()


def store(now: datetime) -> None:
    own = "monitoring-service"
    samples = [
        Sample("http_requests_total", own, 30.0, now - timedelta(minutes=5), MetricType.COUNTER),
        Sample("http_requests_total", own, 12.0, now - timedelta(minutes=4), MetricType.COUNTER),
        Sample("database_connection_status", own, 1.0, now, labels={"database": "postgresql"}),
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)


def headings(browser: Chrome) -> list[str]:
    return [heading.text for heading in browser.find_elements(By.CSS_SELECTOR, "main h2")]


def refresh(browser: Chrome) -> None:
    """Do now what the page's script does every ten seconds, and wait for it."""
    browser.execute_async_script("refresh().finally(arguments[arguments.length - 1])")


def test_after_the_login_the_page_shows_the_panels_without_a_complaint(signed_in: Chrome) -> None:
    assert {"Alerts", "Services", "Monitoring itself"} <= set(headings(signed_in))
    assert complaints(signed_in) == []


def test_the_page_renews_its_panels_without_a_reload(signed_in: Chrome) -> None:
    assert "No store has been checked yet." in signed_in.find_element(By.TAG_NAME, "main").text
    signed_in.execute_script("window.sameDocument = true")
    store(timezone.now())

    refresh(signed_in)

    assert "postgresql" in signed_in.find_element(By.TAG_NAME, "main").text
    assert signed_in.execute_script("return window.sameDocument") is True
    assert complaints(signed_in) == []


def test_news_are_told_to_screen_readers(signed_in: Chrome) -> None:
    now = timezone.now()
    down = Sample("database_connection_status", "s", 0.0, now, labels={"database": "redis"})
    ingest([down], origin=Origin.COLLECTOR, at=now)

    refresh(signed_in)

    assert (
        signed_in.find_element(By.ID, "announcements").get_attribute("textContent") == "redis down"
    )


def test_a_page_that_cannot_be_renewed_says_so_and_recovers(signed_in: Chrome) -> None:
    signed_in.execute_script(
        "window.realFetch = fetch; fetch = () => Promise.reject(Error('away'))"
    )
    refresh(signed_in)
    stale = signed_in.find_element(By.ID, "freshness").text

    signed_in.execute_script("fetch = window.realFetch")
    refresh(signed_in)
    fresh = signed_in.find_element(By.ID, "freshness").text

    assert stale.startswith("The page is not fresh: away.")
    assert fresh.startswith("Updated ")
    assert "stale" not in (signed_in.find_element(By.TAG_NAME, "body").get_attribute("class") or "")


def test_who_has_been_signed_out_sees_the_login(signed_in: Chrome) -> None:
    signed_in.delete_cookie("sessionid")

    signed_in.execute_script("refresh()")

    WebDriverWait(signed_in, _WAIT_SECONDS).until(
        lambda page: page.find_elements(By.NAME, "password")
    )


@pytest.mark.parametrize("path", ["/admin/", "/admin/monitoring/series/", "/api/docs/"])
def test_neighbours_of_the_page_raise_no_complaint(
    signed_in: Chrome, live_server: LiveServer, path: str
) -> None:
    signed_in.get(f"{live_server.url}{path}")

    assert complaints(signed_in) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_against_its_background(signed_in: Chrome, scheme: str) -> None:
    show_in(signed_in, scheme)
    store(timezone.now())
    _curves_until.cache_clear()
    refresh(signed_in)

    seen, too_faint = texts(signed_in)
    assert seen > 10
    assert signed_in.find_elements(By.CSS_SELECTOR, ".curves polyline")
    assert too_faint == set()


@pytest.mark.parametrize("width", [None, 390])
def test_nothing_of_the_boxes_is_out_of_sight(signed_in: Chrome, width: int | None) -> None:
    now = timezone.now()
    load_defaults()
    for slo in Slo.objects.select_related("service"):
        ServiceStateFactory.create(
            service=slo.service,
            status="unhealthy",
            checked_at=now,
            error_message="connection failed: Connection refused",
        )
        SloState.objects.create(
            slo=slo,
            at=now,
            budget_remaining=-352.9,
            burn_rates={"1h": 1_000.0, "5m": 1_000.0},
            exhausted_at=now,
        )
    show_in(signed_in, "light", width=width)
    refresh(signed_in)

    assert "-35,290.0 %" in signed_in.find_element(By.TAG_NAME, "main").text
    assert out_of_sight(signed_in) == 0
    show_in(signed_in, "light")


def test_the_public_page_is_one_click_away(signed_in: Chrome) -> None:
    link = signed_in.find_element(By.LINK_TEXT, "Status page")

    assert str(link.get_attribute("href")).endswith("/status-page")
