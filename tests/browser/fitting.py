"""Whether pages show all that they have, so that it can be read."""

from collections.abc import Callable, Iterable

from selenium.webdriver import Chrome

from tests.browser.chromium import complaints
from tests.browser.contrast import texts

# How far one must scroll sideways, the page or a part of it such as a list, to see all that is there.
_OUT_OF_SIGHT = """
const scrolled = [...document.querySelectorAll("main *, #content *")]
  .filter((element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX))
  .filter((element) => !element.matches("textarea, select"))
  .map((element) => element.scrollWidth - element.clientWidth);
// Not innerWidth: a phone zooms out of a page that is too wide, and says a larger one.
const page = document.documentElement;
return Math.max(0, ...scrolled, page.scrollWidth - page.clientWidth);
"""


def out_of_sight(browser: Chrome) -> int:
    """Return how many pixels of the page are out of sight to the side."""
    return int(browser.execute_script(_OUT_OF_SIGHT))


def unfit(show: Callable[[str], Chrome], paths: Iterable[str]) -> dict[str, list[str]]:
    """Return what is wrong with each page that complains or hides something to its side."""
    wrong = {}
    for path in paths:
        browser = show(path)
        problems = [*complaints(browser)]
        if hidden := out_of_sight(browser):
            problems.append(f"{hidden} px out of sight")
        if problems:
            wrong[path] = problems
    return wrong


def too_faint(show: Callable[[str], Chrome], paths: Iterable[str]) -> dict[str, set[str]]:
    """Return the texts of each page's content that stand out too little from what is behind them."""
    wrong = {}
    for path in paths:
        seen, faint = texts(show(path), "#content :not(option)")
        assert seen > 1
        if faint:
            wrong[path] = faint
    return wrong
