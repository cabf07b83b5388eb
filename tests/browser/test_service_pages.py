"""The admin's pages of watched services in a real browser: they open whole, can be read, and their buttons work."""

from datetime import timedelta

import pytest
from django.utils import timezone
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from health.models import ServiceFlip, SlaMetric, WatchedService
from health.models.watched_service import Kind
from tests.browser.acting import Open, press, text_of
from tests.browser.chromium import IN_A_BROWSER, show_in
from tests.browser.fitting import too_faint, unfit
from tests.health.factories import ServiceStateFactory, WatchedServiceFactory

pytestmark = IN_A_BROWSER
_LIST = "/admin/health/watchedservice/"
_PATHS = (
    _LIST,
    f"{_LIST}add/",
    f"{_LIST}payment/change/",
    f"{_LIST}backup/change/",
    "/admin/health/serviceflip/",
    "/admin/health/servicehealth/",
)


@pytest.fixture
def services() -> None:
    """A service with a past, one that is slow, one that is down, and a job that calls."""
    now = timezone.now()
    states = {"payment": "healthy", "ticket": "degraded", "venue": "unhealthy"}
    for name, status in states.items():
        service = WatchedServiceFactory.create(
            name=name, url=f"https://{name}.example", owner="payments", tags=["platform"]
        )
        ServiceStateFactory.create(
            service=service,
            status=status,
            checked_at=now,
            error_message="" if status == "healthy" else "answered in 2,300 ms",
            certificate_expires_at=now + timedelta(days=9),
        )
    WatchedServiceFactory.create(
        name="backup", kind=Kind.HEARTBEAT, url="", heartbeat_cron="0 3 * * *"
    )
    WatchedServiceFactory.create(name="off", enabled=False)
    _past_of("payment")


def _past_of(name: str) -> None:
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(1, 70):
        down = {5: 3_600_000, 20: 60_000_000}.get(days, 0)
        SlaMetric.objects.create(
            service_name=f"{name}-service",
            period_start=midnight - timedelta(days=days),
            period_end=midnight - timedelta(days=days - 1),
            up_ms=86_400_000 - down,
            down_ms=down,
        )
    for hours, was, status in ((2, "unhealthy", "healthy"), (3, "healthy", "unhealthy")):
        at = now - timedelta(hours=hours)
        ServiceFlip.objects.create(service_name=name, at=at, was=was, status=status)


def test_every_page_opens_whole_and_without_a_complaint(show: Open, services: None) -> None:
    assert unfit(show, _PATHS) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_pages_can_be_read(
    signed_in: Chrome, show: Open, services: None, scheme: str
) -> None:
    show_in(signed_in, scheme)
    assert too_faint(show, _PATHS) == {}


def test_a_service_is_disabled_and_enabled_on_its_page(show: Open, services: None) -> None:
    browser = show(f"{_LIST}payment/change/")

    press(browser, "Disable")
    assert "No longer probed: 1 of the selected services." in text_of(browser)
    assert WatchedService.objects.get(name="payment").enabled is False

    press(browser, "Enable")
    assert browser.current_url.endswith(f"{_LIST}payment/change/")
    assert WatchedService.objects.get(name="payment").enabled is True


def test_what_is_needed_is_chosen_from_two_lists(show: Open, services: None) -> None:
    browser = show(f"{_LIST}payment/change/")

    assert browser.find_elements(By.CSS_SELECTOR, "#id_depends_on_from option[value=redis]")
    assert browser.find_elements(By.CSS_SELECTOR, ".selector-chosen")
