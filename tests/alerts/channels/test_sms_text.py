"""How long a text message is, and how one is made to fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.sms_text import fit, is_gsm, plainer, segments

LINK = "\nTake it: https://monitor.example.org/a/a7clzi-bjx3ZJK85AQPwAM2Jud7SA"


def with_link(headline: str) -> str:
    return f"{headline}{LINK}"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),  # two units each
        ("[" * 81, 2),
        (
            "a" * 152 + "[" + "a" * 152,
            3,
        ),  # a sign of two units is not split: 152, then 2 + 151, then 1
        ("a" * 152 + "[" + "a" * 151, 2),
        ("東" * 70, 1),
        ("東" * 71, 2),
        ("東" * 134, 2),
        ("東" * 135, 3),
        ("🔥" * 35, 1),
        ("🔥" * 36, 2),
        ("🔥" * 66, 2),  # 67 units hold 33 whole ones
        ("🔥" * 67, 3),
        ("ä" * 160, 1),
        ("á" * 71, 2),  # not in the alphabet
    ],
)
def test_segments_are_counted_as_the_network_bills_them(text: str, number: int) -> None:
    assert segments(text) == number


def test_typography_is_made_plain_and_letters_stay() -> None:
    assert plainer("a \u2013 b\u2026 \u201cc\u201d d\u2019s \u2192 東") == 'a - b... "c" d\'s -> 東'


def test_what_fits_stays_as_it_is() -> None:
    assert fit("[critical] service_down", with_link) == with_link("[critical] service_down")


@pytest.mark.parametrize(
    ("headline", "begins"),
    [
        ("x" * 1_000, "x" * 20),
        ("東京" * 300, "東京" * 10),  # as much of it as there is room for
        ("é" * 1_000, "é" * 20),
    ],
)
def test_what_is_too_long_is_cut_and_marked(headline: str, begins: str) -> None:
    text = fit(headline, with_link)

    assert text.startswith(begins)
    assert text.endswith(f"...{LINK}")
    assert segments(text) == 2
    assert (
        segments(with_link(headline[: len(text) - len(LINK) - 2] + "...")) > 2
    )  # no room is wasted


def test_where_another_script_leaves_no_room_its_signs_are_replaced() -> None:
    def crowded(headline: str) -> str:
        return f"{headline}\n{'https://monitor.example.org/' + 'a' * 100}"

    text = fit("東京 áé down " * 3, crowded)

    assert text.startswith("?? aé down ?? aé")
    assert is_gsm(text)


def test_where_hardly_any_room_is_left_it_is_used_all_the_same() -> None:
    text = fit("service_down: payment-service", lambda cut: f"{cut}\n{'a' * 290}")

    assert text.startswith("service_down...\n")
    assert segments(text) == 2


def test_where_no_room_is_left_the_link_goes_out_alone() -> None:
    assert fit("service_down", lambda cut: f"{cut}{'a' * 304}") == "a" * 304


def test_what_is_composed_around_it_may_be_too_long() -> None:
    with pytest.raises(ValueError, match="too long by itself"):
        fit("anything", lambda cut: cut + "x" * 400)


@given(st.text(max_size=500))
def test_any_headline_fits_and_the_link_is_never_cut(headline: str) -> None:
    text = fit(headline, with_link)

    assert segments(text) <= 2
    assert text.endswith(LINK)
