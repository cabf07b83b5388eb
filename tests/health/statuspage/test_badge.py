"""Badges are small SVG pictures that anybody may put on a page."""

from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.statuspage.badge import Badge, status_badge, svg, uptime_badge
from health.statuspage.stage import PublicState
from tests.browser.contrast import contrast

SVG = "{http://www.w3.org/2000/svg}"
WHITE = [255.0, 255.0, 255.0]


def drawn(badge: Badge) -> Element:
    return fromstring(svg(badge))


def rgb(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


@pytest.mark.parametrize("state", PublicState)
def test_each_state_has_words_that_can_be_read_on_its_colour(state: PublicState) -> None:
    badge = status_badge("Payments", state)
    fills = [each.get("fill", "") for each in drawn(badge).iter(f"{SVG}rect") if each.get("fill")]

    assert badge.message
    assert len(fills) == 2
    assert all(contrast(WHITE, rgb(fill)) >= 4.5 for fill in fills)


@pytest.mark.parametrize(
    ("percent", "message", "like"),
    [
        (None, "no data", PublicState.UNKNOWN),
        (Decimal(100), "100 %", PublicState.OPERATIONAL),
        (Decimal("99.9"), "99.90 %", PublicState.OPERATIONAL),
        (Decimal("99.899"), "99.89 %", PublicState.DEGRADED),
        (Decimal(99), "99.00 %", PublicState.DEGRADED),
        (Decimal("98.99"), "98.99 %", PublicState.OUTAGE),
    ],
)
def test_uptime_has_its_own_colours(
    percent: Decimal | None, message: str, like: PublicState
) -> None:
    badge = uptime_badge("Payments", percent)

    assert (badge.label, badge.message) == ("Payments uptime", message)
    assert badge.colour == status_badge("", like).colour


def test_a_badge_has_a_name_for_who_does_not_see_it() -> None:
    picture = drawn(status_badge("Payments", PublicState.OUTAGE))
    title = picture.find(f"{SVG}title")

    assert picture.get("role") == "img"
    assert title is not None
    assert picture.get("aria-label") == title.text == "Payments: outage"


def test_a_badge_asks_for_nothing_and_runs_nothing() -> None:
    written = svg(status_badge('"><script>alert(1)</script><a href="x', PublicState.OUTAGE))
    tags = {each.tag.removeprefix(SVG) for each in fromstring(written).iter()}

    assert tags <= {"svg", "title", "clipPath", "rect", "g", "text"}
    assert "<script" not in written
    assert "style" not in written


@given(st.text(), st.text())
def test_any_text_gives_a_valid_picture(label: str, message: str) -> None:
    picture = drawn(Badge(label, message, "#000000"))
    width = int(picture.get("width", ""))
    spans = [float(each.get("width", "")) for each in picture.iter(f"{SVG}rect")]

    assert spans[0] == width == spans[1] + spans[2]
    assert width < 1_300


@pytest.mark.parametrize(
    ("label", "width"), [("", 14), ("lilil", 35), ("aeoun", 47), ("mmmmm", 64), ("mail", 39)]
)
def test_a_half_is_as_wide_as_its_signs_with_room_at_both_sides(label: str, width: int) -> None:
    first = next(drawn(Badge(label, "up", "#000000")).iterfind(f"{SVG}g/{SVG}rect"))

    assert first.get("width") == str(width)


@given(st.text("abimIM ", max_size=70), st.text("abimIM ", max_size=70))
def test_each_text_fills_the_middle_of_its_half(label: str, message: str) -> None:
    picture = drawn(Badge(label, message, "#000000"))

    halves, texts = picture.findall(f"{SVG}g/{SVG}rect"), picture.findall(f"{SVG}g/{SVG}text")

    assert len(texts) == 2
    for half, said in zip(halves, texts, strict=True):
        begins, width = int(half.get("x", "0")), int(half.get("width", ""))
        assert float(said.get("x", "")) == begins + width / 2
        assert int(said.get("textLength", "")) == width - 14


@pytest.mark.parametrize(
    ("label", "shown"), [("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…"), (" a \n b ", "a b")]
)
def test_a_long_text_is_cut_to_sixty_signs(label: str, shown: str) -> None:
    said = drawn(Badge(label, "up", "#000000")).find(f"{SVG}g/{SVG}text")

    assert said is not None
    assert said.text == shown
