"""The operations page in a real browser, under the real content security policy."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from monitoring.console.selectors import _curves_until
from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample
from tests.browser.chromium import chromium, complaints, is_installed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not is_installed(),
        reason="chromium and chromedriver are not on the PATH; run `python -m tests.tools`",
    ),
]

_WAIT_SECONDS = 30


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_curves_of_another_test() -> None:
    _curves_until.cache_clear()


@pytest.fixture
def signed_in(browser: Chrome, live_server: LiveServer) -> Chrome:
    User.objects.create_superuser("ana", password="correct horse")
    browser.delete_all_cookies()
    browser.get(f"{live_server.url}/")
    browser.find_element(By.NAME, "username").send_keys("ana")
    browser.find_element(By.NAME, "password").send_keys("correct horse")
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()
    WebDriverWait(browser, _WAIT_SECONDS).until(lambda page: page.title.startswith("Operations"))
    return browser


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
    signed_in.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    store(timezone.now())
    _curves_until.cache_clear()
    refresh(signed_in)

    pairs = signed_in.execute_script(_TEXT_COLOURS)

    too_faint = {text for text, front, back in pairs if contrast(front, back) < 4.5}
    assert len(pairs) > 10
    assert signed_in.find_elements(By.CSS_SELECTOR, ".curves polyline")
    assert too_faint == set()


# Every element with text of its own: its colour, and the nearest background that is not transparent.
_TEXT_COLOURS = """
const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
return [...document.querySelectorAll("body *")]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((element) => element.getClientRects().length && element.id !== "announcements")
  .map((element) => {
    let back = element;
    while (back && rgb(getComputedStyle(back).backgroundColor)[3] === 0) back = back.parentElement;
    const colour = getComputedStyle(back || document.body).backgroundColor;
    return [element.textContent.trim(), rgb(getComputedStyle(element).color), rgb(colour)];
  });
"""


def contrast(front: list[float], back: list[float]) -> float:
    """Return the contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""
    lighter, darker = sorted((luminance(front), luminance(back)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: list[float]) -> float:
    """Return the relative luminance of an sRGB colour. Source: WCAG 2.2."""
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in colour[:3])
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
