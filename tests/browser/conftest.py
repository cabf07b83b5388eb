"""One browser for each file, a person who is signed in, and an hour of alerting to look at."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.acting import WAIT_SECONDS, Open
from tests.browser.alerting_scene import Scene, play
from tests.browser.chromium import chromium, show_in


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as running:
        yield running


@pytest.fixture
def signed_in(browser: Chrome, live_server: LiveServer) -> Chrome:
    User.objects.create_superuser("ana", password="correct horse")
    browser.delete_all_cookies()
    browser.get(f"{live_server.url}/")
    browser.find_element(By.NAME, "username").send_keys("ana")
    browser.find_element(By.NAME, "password").send_keys("correct horse")
    browser.find_element(By.CSS_SELECTOR, "input[type=submit]").click()
    WebDriverWait(browser, WAIT_SECONDS).until(lambda page: page.title.startswith("Operations"))
    return browser


@pytest.fixture
def scene(settings: Settings) -> Scene:
    settings.SMTP_HOST, settings.ALERT_TO_EMAIL = "127.0.0.1", ["ops@tickettoken.example"]
    return play()


@pytest.fixture
def show(signed_in: Chrome, live_server: LiveServer) -> Open:
    """Open a page by its path, at 1280 pixels and in light colours."""
    show_in(signed_in, "light")

    def open_page(path: str) -> Chrome:
        signed_in.get(f"{live_server.url}{path}")
        return signed_in

    return open_page
