"""A headless Chromium whose console is kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.tools import find_program

_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # the suite may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=1280,1000",
)


def is_installed() -> bool:
    """Tell whether there is a browser to drive."""
    return all(find_program(name) is not None for name in ("chromium", "chromedriver"))


IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not is_installed(),
        reason="chromium and chromedriver are not on the PATH; run `python -m tests.tools`",
    ),
]
"""The marks of a module that opens pages of the service."""


@contextmanager
def chromium() -> Iterator[Chrome]:
    """Run a browser of its own, with an empty profile."""
    options = ChromeOptions()
    for argument in _ARGUMENTS:
        options.add_argument(argument)
    options.binary_location = str(find_program("chromium"))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=Service(str(find_program("chromedriver"))))
    try:
        browser.set_page_load_timeout(60)
        yield browser
    finally:
        browser.quit()


def complaints(browser: Chrome) -> list[str]:
    """Return what the console said since the last call: failed requests, errors, refused scripts and styles."""
    log: list[dict[str, Any]] = browser.get_log("browser")  # type: ignore[no-untyped-call]  # untyped in Selenium
    return [json.dumps(entry) for entry in log if entry["level"] in {"WARNING", "SEVERE"}]


def show_in(browser: Chrome, scheme: str, *, width: int | None = None) -> None:
    """Prefer `light` or `dark` from now on, in a window of so many pixels if one is given."""
    preference = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
    if width is None:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        return
    phone = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
