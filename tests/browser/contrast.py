"""Whether each text of a page can be read against its background."""

from selenium.webdriver import Chrome

_LEAST = 4.5  # WCAG 2.2, level AA, for text of usual size

# Every element with text of its own, outside drawings: its colour, and the nearest background that is not transparent.
_TEXT_COLOURS = """
const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
return [...document.querySelectorAll(arguments[0])]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((element) => element.getClientRects().length && element.id !== "announcements" && !element.closest("svg"))
  .map((element) => {
    let back = element;
    while (back && rgb(getComputedStyle(back).backgroundColor)[3] === 0) back = back.parentElement;
    const colour = getComputedStyle(back || document.body).backgroundColor;
    return [element.textContent.trim(), rgb(getComputedStyle(element).color), rgb(colour)];
  });
"""


def texts(browser: Chrome, within: str = "body *") -> tuple[int, set[str]]:
    """Return how many texts a page shows, and those that are too faint."""
    pairs = browser.execute_script(_TEXT_COLOURS, within)
    return len(pairs), {text for text, front, back in pairs if contrast(front, back) < _LEAST}


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
