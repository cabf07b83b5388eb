"""What tests do on a page as a person would, and where the pages of alerting are."""

from collections.abc import Callable

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from alerts.links import link_for
from tests.browser.alerting_scene import Scene

WAIT_SECONDS = 30

Open = Callable[[str], Chrome]
"""Opens a page by its path; unless a test says otherwise at 1280 pixels and in light colours."""


def admin(model: str, rest: str = "") -> str:
    return f"/admin/alerts/{model}/{rest}"


def link_path(scene: Scene) -> str:
    return f"/a/{link_for(scene.message.pk, 'acknowledge').rpartition('/')[2]}"


def press(browser: Chrome, word: str) -> None:
    """Press the button of this word as a person does, and wait for the page that follows."""
    path = f"//button[normalize-space()='{word}'] | //input[@type='submit'][@value='{word}']"
    button = browser.find_element(By.XPATH, path)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    browser.execute_script("window.isOld = true")
    button.click()
    is_new = "return !window.isOld && document.readyState === 'complete'"
    WebDriverWait(browser, WAIT_SECONDS).until(lambda page: page.execute_script(is_new))


def text_of(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text
