"""A badge: two words on an SVG picture that other pages show, such as a README."""

from dataclasses import dataclass
from decimal import Decimal
from html import escape

from health.statuspage.bars import percent_text
from health.statuspage.stage import STATE_WORDS, PublicState
from health.statuspage.xml_text import legal

_HEIGHT, _PADDING = 20, 7
_LONGEST = 60
# White on each of them reaches a contrast of 4.5 (WCAG AA).
_LABEL = "#4a5361"
_GREEN, _AMBER, _RED, _BLUE, _GREY = "#0f7a43", "#8f5a00", "#b3202a", "#1a5fbf", "#5b6572"
_COLOURS = {
    PublicState.OPERATIONAL: _GREEN,
    PublicState.MAINTENANCE: _BLUE,
    PublicState.UNKNOWN: _GREY,
    PublicState.DEGRADED: _AMBER,
    PublicState.PARTIAL_OUTAGE: _AMBER,
    PublicState.OUTAGE: _RED,
}
# Widths in a sans serif of 11 px: no font can be asked here, and `textLength` makes the text as wide as is said.
_NARROW, _WIDE = frozenset(" .,:;'!|ijlIft()[]-"), frozenset("mwMW%@")


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says, and on which colour."""

    label: str
    message: str
    colour: str


def status_badge(label: str, state: PublicState) -> Badge:
    """Return the badge of a state."""
    return Badge(label, STATE_WORDS[state].lower(), _COLOURS[state])


def uptime_badge(label: str, percent: Decimal | None) -> Badge:
    """Return the badge of an uptime: green from 99.9 %, amber from 99 %."""
    if percent is None:
        colour = _GREY
    elif percent >= Decimal("99.9"):
        colour = _GREEN
    else:
        colour = _AMBER if percent >= 99 else _RED
    return Badge(f"{label} uptime", percent_text(percent), colour)


def svg(badge: Badge) -> str:
    """Return the badge as an SVG document that needs no font, script, style or other file."""
    label, message = (escape(_shortened(text)) for text in (badge.label, badge.message))
    left, right = (_width(text) for text in (_shortened(badge.label), _shortened(badge.message)))
    width, said = left + right, f"{label}: {message}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" role="img" '
        f'aria-label="{said}"><title>{said}</title>'
        f'<clipPath id="r"><rect width="{width}" height="{_HEIGHT}" rx="4"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="{_HEIGHT}" fill="{_LABEL}"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{badge.colour}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" '
        f'font-size="11">{_text(label, left / 2, left)}{_text(message, left + right / 2, right)}</g></svg>'
    )


def _text(text: str, middle: float, width: int) -> str:
    return f'<text x="{middle:g}" y="14" textLength="{width - 2 * _PADDING}">{text}</text>'


def _shortened(text: str) -> str:
    text = legal(" ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _width(text: str) -> int:
    widths = (4.2 if sign in _NARROW else 10 if sign in _WIDE else 6.6 for sign in text)
    return round(sum(widths)) + 2 * _PADDING
