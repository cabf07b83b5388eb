"""The public status page in a real browser: light, dark, on a phone, on paper, by keyboard, without JavaScript."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from health.models import PublicIncident
from health.public.memory import memory
from tests.browser.acting import text_of
from tests.browser.chromium import IN_A_BROWSER, complaints, show_in
from tests.browser.contrast import contrast, texts
from tests.browser.status_scene import play, play_quiet

pytestmark = IN_A_BROWSER
EACH_SCHEME = pytest.mark.parametrize("scheme", ["light", "dark"])
Open = Callable[[str], Chrome]
_BOX_AND_BARS = """
const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
const bars = {};
document.querySelectorAll(".days i").forEach((bar) => {
  bars[bar.classList[0]] = rgb(getComputedStyle(bar).backgroundColor);
});
return [rgb(getComputedStyle(document.querySelector(".card")).backgroundColor), bars];
"""
_BARS_OF_A_SERVICE = """
const bars = [...document.querySelector(arguments[0]).closest("article").querySelectorAll(".days i")];
return bars.map((bar) => [bar.classList[0], Math.round(bar.getBoundingClientRect().height)]);
"""
_TOO_WIDE = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
# WCAG 2.2, 2.5.8: targets of at least 24 pixels, unless they stand in a sentence.
_SMALL_TARGETS = """
return [...document.querySelectorAll("nav a, summary, .incident-title a")]
  .filter((target) => target.getBoundingClientRect().height < 24).map((target) => target.textContent);
"""


@pytest.fixture(autouse=True)
def _no_memory_of_another_test(browser: Chrome) -> Iterator[None]:
    memory.clear()
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    yield
    show_in(browser, "light")
    memory.clear()


@pytest.fixture
def told() -> PublicIncident:
    return play(timezone.now())


@pytest.fixture
def show(browser: Chrome, live_server: LiveServer) -> Open:
    show_in(browser, "light")

    def open_page(path: str) -> Chrome:
        browser.get(f"{live_server.url}/status-page{path}")
        return browser

    return open_page


def paths(told: PublicIncident) -> list[str]:
    return ["", f"/incidents/{told.pk}", "/history"]


def bars(browser: Chrome, service: str) -> list[tuple[str, int]]:
    found: list[Any] = browser.execute_script(_BARS_OF_A_SERVICE, f"#service-{service}")
    return [(level, height) for level, height in found]


def test_every_page_opens_without_a_complaint(show: Open, told: PublicIncident) -> None:
    for path in paths(told):
        assert complaints(show(path)) == []


def test_the_first_thing_to_read_is_how_things_are(show: Open, told: PublicIncident) -> None:
    lines = text_of(show("")).splitlines()

    assert lines.index("Partial outage") < lines.index("Card payments fail for some customers")
    assert lines.index("Card payments fail for some customers") < lines.index("Services")
    assert show("").title == "Partial outage | TicketToken status"


@EACH_SCHEME
@pytest.mark.parametrize("width", [1280, 390])
def test_every_text_can_be_read_and_nothing_is_out_of_sight(
    browser: Chrome, show: Open, told: PublicIncident, scheme: str, width: int
) -> None:
    show_in(browser, scheme, width=width)
    for path in paths(told):
        page = show(path)
        seen, too_faint = texts(page)

        assert seen > 5
        assert too_faint == set()
        assert page.execute_script(_TOO_WIDE) == 0
        assert page.execute_script(_SMALL_TARGETS) == []


@EACH_SCHEME
def test_every_bar_stands_out_from_its_box(
    browser: Chrome, show: Open, told: PublicIncident, scheme: str
) -> None:
    show_in(browser, scheme)
    box, colours = show("").execute_script(_BOX_AND_BARS)

    assert set(colours) == {"up", "degraded", "disrupted", "down", "no_data"}
    # WCAG 2.2, 1.4.11: graphics need a contrast of 3.
    assert {level for level, colour in colours.items() if contrast(colour, box) < 3} == set()


def test_a_bar_is_as_tall_as_the_day_was_good(show: Open, told: PublicIncident) -> None:
    heights = bars(show(""), "payment")

    assert len(heights) == 90
    worst, six_hours, minutes, good = (heights[place] for place in (29, 58, 86, 88))
    assert [worst[0], six_hours[0], minutes[0], good[0]] == ["down", "down", "disrupted", "up"]
    assert worst[1] < six_hours[1] < minutes[1] < good[1] == 36


def test_a_mouse_on_a_bar_says_the_day(show: Open, told: PublicIncident) -> None:
    browser = show("")
    bar = browser.find_elements(By.CSS_SELECTOR, "article:has(#service-payment) .days li")[29]
    words = bar.find_element(By.TAG_NAME, "span")
    assert not words.is_displayed()

    ActionChains(browser).scroll_to_element(bar).move_to_element(bar).perform()

    assert words.is_displayed()
    assert words.text.endswith("0 % up, down for 24 h")


def test_who_does_not_see_the_bars_hears_them_and_reads_a_table(
    show: Open, told: PublicIncident
) -> None:
    browser = show("")
    graph = browser.find_element(By.CSS_SELECTOR, "article:has(#service-payment) .days")
    assert graph.get_attribute("role") == "img"
    label = graph.get_attribute("aria-label") or ""
    assert label.startswith("Uptime of the last 90 days: 98.")
    assert "outage on 3" in label

    summary = browser.find_element(By.CSS_SELECTOR, "article:has(#service-payment) summary")
    assert (summary.get_attribute("textContent") or "") == "Day by day of Payments"
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
    summary.click()
    table = browser.find_element(By.CSS_SELECTOR, "article:has(#service-payment) table")
    assert table.text.count("down for") == 5


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    show: Open, told: PublicIncident
) -> None:
    browser = show("")
    reached = []
    for _ in range(40):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        focused = browser.switch_to.active_element
        if focused.tag_name == "body":
            break
        outline = focused.value_of_css_property("outline-width")
        reached.append((focused.get_attribute("textContent") or "", outline))

    names = [name.strip() for name, _ in reached]
    assert names[0] == "Skip to the content"
    assert {"History", "RSS", "Atom", "Card payments fail for some customers", "JSON"} <= set(names)
    assert sum(name.startswith("Day by day") for name in names) == 7
    assert {outline for _, outline in reached} == {"3px"}


def test_headings_lead_through_the_page_without_a_gap(show: Open, told: PublicIncident) -> None:
    for path in paths(told):
        found = show(path).find_elements(By.CSS_SELECTOR, "h1, h2, h3, h4")
        levels = [int(heading.tag_name[1]) for heading in found]

        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), levels


def test_it_works_without_javascript(browser: Chrome, show: Open, told: PublicIncident) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page = show("")
        assert "Partial outage" in text_of(page)
        assert page.find_elements(By.TAG_NAME, "script") == []
        details = page.find_elements(By.TAG_NAME, "details")[0]
        details.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
        assert details.find_element(By.TAG_NAME, "table").is_displayed()
        page.find_element(By.LINK_TEXT, "All incidents by month").send_keys(Keys.ENTER)
        assert "Incidents by month" in text_of(page)
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_on_paper_it_is_dark_on_light_and_whole(
    browser: Chrome, show: Open, told: PublicIncident
) -> None:
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}], "media": "print"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    page = show("")

    assert texts(page)[1] == set()
    body = page.find_element(By.TAG_NAME, "body")
    assert body.value_of_css_property("background-color") == "rgba(255, 255, 255, 1)"
    assert not page.find_element(By.CSS_SELECTOR, ".top nav").is_displayed()
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert len(printed["data"]) > 10_000
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_before_anything_was_measured_the_bars_say_so(show: Open) -> None:
    play_quiet(timezone.now())
    browser = show("")

    assert {level for level, _ in bars(browser, "gateway")} == {"no_data"}
    said = text_of(browser)
    assert "Some services cannot be seen right now" in said
    assert "No incident in the last 90 days." in said
    assert complaints(browser) == []


def test_without_a_public_service_the_page_still_makes_sense(show: Open) -> None:
    browser = show("")

    assert "No service is shown here yet" in text_of(browser)
    assert texts(browser)[1] == set()


def test_badges_are_pictures_that_a_page_can_show(show: Open, told: PublicIncident) -> None:
    browser = show("")
    browser.execute_async_script(
        """
        const done = arguments[arguments.length - 1], picture = new Image();
        picture.onload = picture.onerror = done;
        picture.src = "/status-page/badge/payment.svg?metric=uptime";
        document.querySelector("main").prepend(picture);
        """
    )
    assert browser.execute_script("return document.querySelector('main > img').naturalWidth") > 100
    assert complaints(browser) == []
