"""The control page in a real browser: its policies must not lock out its own buttons."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import frame_to_be_available_and_switch_to_it
from selenium.webdriver.support.wait import WebDriverWait

from config.demo.parts import Parts
from config.demo.states import ServiceState
from tests.browser.chromium import chromium, complaints, is_installed
from tests.config.demo_site import Client, send_mail, with_site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not is_installed(),
        reason="chromium and chromedriver are not on the PATH; run `python -m tests.tools`",
    ),
]
EVIL = "<p>was here</p><script>document.body.textContent = 'owned'</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as running:
        yield running


def visit(browser: Chrome, act: Callable[[str, Parts], None], *, html: str = "") -> None:
    """Run `act` with the address of a site that has one mail, in a thread beside the site."""

    async def story(client: Client, parts: Parts) -> None:
        await send_mail(parts, "an alert", html=html)
        await asyncio.to_thread(act, f"http://127.0.0.1:{client.port}", parts)

    with_site(story)
    assert complaints(browser) == []


def patiently(browser: Chrome) -> WebDriverWait[Chrome]:
    """Look again when the page refreshed itself between finding an element and using it."""
    return WebDriverWait(browser, 10, ignored_exceptions=[WebDriverException])


def click(browser: Chrome, by: str, what: str) -> None:
    """Click the element once it is there."""

    def try_to(page: Chrome) -> bool:
        page.find_element(by, what).click()
        return True

    patiently(browser).until(try_to)


def expect_text(browser: Chrome, tag: str, text: str) -> None:
    """Wait until the element says so, on the page that is there then."""
    patiently(browser).until(lambda page: text in page.find_element(By.TAG_NAME, tag).text)


def test_a_button_breaks_a_service(browser: Chrome) -> None:
    def act(address: str, parts: Parts) -> None:
        browser.get(address)
        form = "form[action='/services/payment-service/state']"
        click(browser, By.CSS_SELECTOR, f"{form} button[value=down]")
        expect_text(browser, "header", "7 of 8 healthy")
        assert parts.fleet.states()["payment-service"] is ServiceState.DOWN

    visit(browser, act)


def test_the_button_of_the_mailbox_empties_it(browser: Chrome) -> None:
    def act(address: str, parts: Parts) -> None:
        browser.get(address)
        click(browser, By.CSS_SELECTOR, "form[action='/mailbox/clear'] button")
        expect_text(browser, "main", "No mail yet")
        assert parts.mailbox.messages == []

    visit(browser, act)


def test_the_html_of_a_mail_is_shown_and_its_script_is_not_run(browser: Chrome) -> None:
    def act(address: str, parts: Parts) -> None:
        browser.get(address)
        click(browser, By.LINK_TEXT, "an alert")
        patiently(browser).until(frame_to_be_available_and_switch_to_it((By.TAG_NAME, "iframe")))
        expect_text(browser, "body", "was here")
        assert browser.find_element(By.TAG_NAME, "body").text == "was here"

    visit(browser, act, html=EVIL)
