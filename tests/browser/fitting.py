"""Whether a page shows all that it has."""

from selenium.webdriver import Chrome

# How far one must scroll sideways, the page or a part of it such as a list, to see all that is there.
_OUT_OF_SIGHT = """
const scrolled = [...document.querySelectorAll("main *, #content *")]
  .filter((element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX))
  .filter((element) => !element.matches("textarea, select"))
  .map((element) => element.scrollWidth - element.clientWidth);
return Math.max(0, ...scrolled, document.documentElement.scrollWidth - innerWidth);
"""


def out_of_sight(browser: Chrome) -> int:
    """Return how many pixels of the page are out of sight to the side."""
    return int(browser.execute_script(_OUT_OF_SIGHT))
